/** A small menu beside what opened it: arrows move, Enter chooses, Escape closes it. */
import { button, el } from '../hud/dom.ts'

export interface MenuItem {
  readonly text: string
  readonly isDangerous?: boolean
  readonly run: () => void
}

/** Space kept to the edges of the window (px). */
const EDGE_PX = 8

let close: (() => void) | undefined

/** Opens it; one that is open closes. */
export function openMenu(anchor: HTMLElement, label: string, items: readonly MenuItem[]): void {
  close?.()
  const menu = el('div', { class: 'menu panel', attributes: { role: 'menu', 'aria-label': label } })
  const closeThis = (): void => {
    menu.remove()
    removeEventListener('pointerdown', onPointerDown, true)
    anchor.setAttribute('aria-expanded', 'false')
    if (close === closeThis) close = undefined
  }
  const onPointerDown = (event: PointerEvent): void => {
    if (!menu.contains(event.target as Node)) closeThis()
  }
  close = closeThis
  for (const item of items) menu.append(createItem(item, closeThis))
  menu.addEventListener('keydown', (event) => onKey(event, menu, closeThis, anchor))
  addEventListener('pointerdown', onPointerDown, true)
  anchor.setAttribute('aria-expanded', 'true')
  // In a modal dialog only what lies within it can be reached.
  const layer = anchor.closest('dialog') ?? anchor.closest('.people-layer') ?? document.body
  layer.append(menu)
  place(menu, anchor)
  menu.querySelector('button')?.focus()
}

function createItem({ text, isDangerous, run }: MenuItem, closeMenu: () => void): HTMLElement {
  const made = button({
    class: isDangerous === true ? 'menu-item is-dangerous' : 'menu-item',
    text,
    onClick: () => {
      closeMenu()
      run()
    },
  })
  made.setAttribute('role', 'menuitem')
  return made
}

function onKey(
  event: KeyboardEvent,
  menu: HTMLElement,
  closeMenu: () => void,
  anchor: HTMLElement,
): void {
  const items = [...menu.querySelectorAll('button')]
  const at = items.indexOf(document.activeElement as HTMLButtonElement)
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  event.stopPropagation()
  if (step !== undefined) {
    event.preventDefault()
    items[(at + step + items.length) % items.length]?.focus()
  } else if (event.key === 'Escape' || event.key === 'Tab') {
    event.preventDefault()
    closeMenu()
    anchor.focus()
  }
}

function place(menu: HTMLElement, anchor: HTMLElement): void {
  const at = anchor.getBoundingClientRect()
  const { width, height } = menu.getBoundingClientRect()
  const x = Math.min(Math.max(EDGE_PX, at.left), innerWidth - width - EDGE_PX)
  const isBelow = at.bottom + height + EDGE_PX < innerHeight
  const y = isBelow ? at.bottom + 4 : Math.max(EDGE_PX, at.top - height - 4)
  menu.style.setProperty('left', `${x}px`)
  menu.style.setProperty('top', `${y}px`)
}
