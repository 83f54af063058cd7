/**
 * Thumbs: two floating sticks and round buttons, shown on touch screens only. Writes into the input
 * state; the sticks appear where the thumbs go down.
 */
import { Button } from '@battalion/sim/commands.ts'

import { button, el, icon, ICONS } from '../hud/dom.ts'
import type { InputState } from './input-state.ts'
import { readStick, STICK_RADIUS_PX } from './stick.ts'

interface TouchButton {
  readonly label: string
  readonly bit: number
  readonly path: string
  readonly isToggle?: boolean
}

const TOUCH_BUTTONS: readonly TouchButton[] = [
  {
    label: 'Ability',
    bit: Button.ability,
    path: 'M12 3l2.6 6 6.4.6-4.8 4.3 1.4 6.3L12 17l-5.6 3.2 1.4-6.3L3 9.6 9.4 9Z',
  },
  { label: 'Reload', bit: Button.reload, path: ICONS.reload },
  { label: 'Revive', bit: Button.revive, path: ICONS.heart },
  { label: 'Crouch', bit: Button.crouch, path: ICONS.crouch, isToggle: true },
  { label: 'Swap weapon', bit: Button.sidearm, path: ICONS.swap, isToggle: true },
]

/** Builds the controls; they hide themselves where there is no touch. */
export function createTouchControls(input: InputState): HTMLElement {
  const left = createStick('Move', (reading) => {
    input.moveStick = reading
  })
  const right = createStick('Aim and fire', (reading) => {
    input.aimStick = reading
  })
  const buttons = el('div', { class: 'touch-buttons' })
  for (const one of TOUCH_BUTTONS) buttons.append(createTouchButton(one, input))
  const root = el('div', { class: 'touch' }, left, right, buttons)
  root.addEventListener('pointerdown', () => {
    input.isTouch = true
  })
  return root
}

function createTouchButton(one: TouchButton, input: InputState): HTMLElement {
  const made = button({ class: 'touch-button', label: one.label }, icon(one.path))
  const set = (isDown: boolean): void => {
    if (isDown) input.touchButtons |= one.bit
    else input.touchButtons &= ~one.bit
    made.classList.toggle('is-down', isDown)
    if (one.isToggle === true) made.setAttribute('aria-pressed', String(isDown))
  }
  made.addEventListener('pointerdown', (event) => {
    event.preventDefault()
    set(one.isToggle === true ? (input.touchButtons & one.bit) === 0 : true)
  })
  if (one.isToggle !== true) {
    for (const name of ['pointerup', 'pointercancel', 'pointerleave'] as const) {
      made.addEventListener(name, () => set(false))
    }
  }
  return made
}

function createStick(
  label: string,
  read: (reading: ReturnType<typeof readStick>) => void,
): HTMLElement {
  const knob = el('div', { class: 'stick-knob' })
  const ring = el('div', { class: 'stick-ring' }, knob)
  const zone = el(
    'div',
    { class: 'stick-zone', attributes: { role: 'group', 'aria-label': label } },
    ring,
  )
  let from: { id: number; x: number; y: number } | undefined
  zone.addEventListener('pointerdown', (event) => {
    event.preventDefault()
    zone.setPointerCapture(event.pointerId)
    from = { id: event.pointerId, x: event.clientX, y: event.clientY }
    const bounds = zone.getBoundingClientRect()
    ring.style.left = `${event.clientX - bounds.left}px`
    ring.style.top = `${event.clientY - bounds.top}px`
    ring.classList.add('is-down')
  })
  zone.addEventListener('pointermove', (event) => {
    if (from?.id !== event.pointerId) return
    const reading = readStick(event.clientX - from.x, event.clientY - from.y)
    knob.style.transform = `translate(${reading.x * STICK_RADIUS_PX}px, ${reading.z * STICK_RADIUS_PX}px)`
    read(reading)
  })
  const release = (): void => {
    from = undefined
    ring.classList.remove('is-down')
    ring.style.left = ''
    ring.style.top = ''
    knob.style.transform = ''
    read(readStick(0, 0))
  }
  zone.addEventListener('pointerup', release)
  zone.addEventListener('pointercancel', release)
  return zone
}
