/**
 * Everything the player's hands do, gathered from keyboard, mouse and touch, and turned into one
 * intent per picture. Listens on the window and the canvas; decides nothing about the battle.
 */
import { angleOfVector } from '@battalion/base/trig-table.ts'
import { Button } from '@battalion/sim/commands.ts'

import type { Intent } from '../game/battle-source.ts'
import { toWorld } from '../render/camera.ts'
import type { Camera } from '../render/camera.ts'
import { buttonsOfKeys, isGameKey, moveOfKeys, slotOfKey } from './key-bindings.ts'
import { STICK_FIRE_SHARE, STICK_SPRINT_SHARE } from './stick.ts'
import type { StickReading } from './stick.ts'

/** How far ahead a thumb aims (m); lobbed things land there. */
const TOUCH_AIM_METRES = 16

export interface InputCallbacks {
  key(code: string): void
  keyUp(code: string): void
  drag(dx: number, dy: number): void
  wheel(factor: number, at: { sx: number; sy: number }): void
  click(at: { sx: number; sy: number }): void
}

const REST: StickReading = { x: 0, z: 0, strength: 0 }

export class InputState {
  readonly held = new Set<string>()
  /** Pointer on the picture (CSS px). */
  readonly pointer = { sx: 0, sy: 0 }
  /** Buttons held on the touch screen. */
  touchButtons = 0
  moveStick: StickReading = REST
  aimStick: StickReading = REST
  isTouch = matchMedia('(pointer: coarse)').matches
  isSidearm = false
  /** True while a dialog has the keyboard. */
  isBlocked = false
  #yaw = 0
  #dragFrom: { sx: number; sy: number; moved: number } | undefined
  readonly #callbacks: InputCallbacks

  constructor(canvas: HTMLElement, callbacks: InputCallbacks) {
    this.#callbacks = callbacks
    addEventListener('keydown', (event) => this.#keyDown(event))
    addEventListener('keyup', (event) => this.#keyUp(event))
    addEventListener('blur', () => this.held.clear())
    canvas.addEventListener('contextmenu', (event) => event.preventDefault())
    canvas.addEventListener('pointerdown', (event) => this.#pointerDown(event))
    addEventListener('pointermove', (event) => this.#pointerMove(event))
    addEventListener('pointerup', (event) => this.#pointerUp(event))
    canvas.addEventListener('wheel', (event) => this.#wheel(event), { passive: false })
  }

  /** What the player wants now, standing at (x, z). */
  intent(camera: Camera, at: { x: number; z: number }): Intent {
    const keys = moveOfKeys(this.held)
    const isStick = this.moveStick.strength > 0
    const aim = this.aimPoint(camera, at)
    const dx = aim.x - at.x
    const dz = aim.z - at.z
    if (Math.hypot(dx, dz) > 0.05) this.#yaw = angleOfVector(dx, dz)
    let buttons = buttonsOfKeys(this.held, this.isSidearm) | this.touchButtons
    if (this.aimStick.strength >= STICK_FIRE_SHARE) buttons |= Button.fire
    if (this.moveStick.strength >= STICK_SPRINT_SHARE) buttons |= Button.sprint
    return {
      moveX: isStick ? this.moveStick.x : keys.x,
      moveZ: isStick ? this.moveStick.z : keys.z,
      yaw: this.#yaw,
      aimDistanceMetres: Math.hypot(dx, dz),
      buttons,
    }
  }

  /** The point aimed at (m). */
  aimPoint(camera: Camera, at: { x: number; z: number }): { x: number; z: number } {
    if (!this.isTouch) return toWorld(camera, this.pointer.sx, this.pointer.sy)
    const stick = this.aimStick.strength > 0 ? this.aimStick : this.moveStick
    if (stick.strength === 0) return at
    const scale = TOUCH_AIM_METRES / Math.hypot(stick.x, stick.z)
    return { x: at.x + stick.x * scale, z: at.z + stick.z * scale }
  }

  #keyDown(event: KeyboardEvent): void {
    const isTyping = isField(event.target)
    if (this.isBlocked || isTyping) {
      if (event.code === 'Escape') this.#callbacks.key('Escape')
      return
    }
    if (event.metaKey || event.altKey) return
    const isOnButton = event.target instanceof HTMLButtonElement
    if (isOnButton && (event.code === 'Space' || event.code === 'Enter')) return
    if (isGameKey(event.code) || isPeopleKey(event)) event.preventDefault()
    if (!event.repeat) {
      const slot = slotOfKey(event.code)
      if (slot !== undefined) this.isSidearm = slot === 1
      this.#callbacks.key(event.code)
    }
    this.held.add(event.code)
  }

  #keyUp(event: KeyboardEvent): void {
    this.held.delete(event.code)
    this.#callbacks.keyUp(event.code)
  }

  #pointerDown(event: PointerEvent): void {
    this.isTouch = event.pointerType === 'touch'
    this.#setPointer(event)
    if (this.isTouch && !event.isPrimary) return
    if (!this.isTouch) this.held.add(`Mouse${event.button}`)
    this.#dragFrom = { ...this.pointer, moved: 0 }
  }

  #pointerMove(event: PointerEvent): void {
    if (event.pointerType === 'touch' && !event.isPrimary) return
    const from = this.#dragFrom
    if (from !== undefined) {
      const dx = event.clientX - from.sx
      const dy = event.clientY - from.sy
      from.sx = event.clientX
      from.sy = event.clientY
      from.moved += Math.abs(dx) + Math.abs(dy)
      if (from.moved > 4) this.#callbacks.drag(dx, dy)
    }
    this.#setPointer(event)
  }

  #pointerUp(event: PointerEvent): void {
    this.held.delete(`Mouse${event.button}`)
    const from = this.#dragFrom
    this.#dragFrom = undefined
    if (from !== undefined && from.moved <= 4) this.#callbacks.click({ ...this.pointer })
  }

  #setPointer(event: PointerEvent): void {
    this.pointer.sx = event.clientX
    this.pointer.sy = event.clientY
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault()
    this.#callbacks.wheel(Math.exp(-event.deltaY * 0.0014), {
      sx: event.clientX,
      sy: event.clientY,
    })
  }
}

function isField(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches('input, textarea, select')
}

/** What opens the chat or the panel would type, or send, at once in the field that it opens. */
function isPeopleKey({ code, ctrlKey }: KeyboardEvent): boolean {
  return !ctrlKey && (code === 'Enter' || code === 'KeyT' || code === 'KeyP')
}
