/**
 * What surrounds the aim: crosshair, hit marker, arcs that point at who hurt the player, and the
 * red rim of low health. DOM elements moved by transforms; nothing here is drawn per soldier.
 */
import { el, setClass, setShown } from './dom.ts'

/** Damage arcs at once; at the limit the oldest is used again. */
const ARCS_MAX = 6

export class Reticle {
  readonly root: HTMLElement
  readonly #cross = el('div', { class: 'crosshair' })
  readonly #marker = el('div', { class: 'hit-marker' })
  readonly #vignette = el('div', { class: 'vignette' })
  readonly #arcs: HTMLElement[] = []
  #nextArc = 0

  constructor() {
    for (const side of ['top', 'right', 'bottom', 'left']) {
      this.#cross.append(el('span', { class: `cross-${side}` }))
    }
    this.#cross.append(this.#marker)
    for (let index = 0; index < ARCS_MAX; index++)
      this.#arcs.push(el('div', { class: 'damage-arc' }))
    this.root = el(
      'div',
      { class: 'reticle', attributes: { 'aria-hidden': 'true' } },
      this.#vignette,
      ...this.#arcs,
      this.#cross,
    )
  }

  update(view: { isShown: boolean; sx: number; sy: number; spread: number; isLow: boolean }): void {
    setShown(this.#cross, view.isShown)
    setClass(this.#vignette, 'is-low', view.isLow)
    if (!view.isShown) return
    this.#cross.style.transform = `translate(${view.sx}px, ${view.sy}px)`
    this.#cross.style.setProperty('--gap', `${(6 + view.spread * 10).toFixed(1)}px`)
  }

  hit(isLethal: boolean): void {
    this.#marker.className = 'hit-marker'
    restart(this.#marker, isLethal ? 'is-lethal' : 'is-hit')
  }

  /** Points an arc along a binary angle: where the harm came from. */
  hurt(angle: number): void {
    restart(this.#vignette, 'is-hurt')
    const arc = this.#arcs[this.#nextArc]!
    this.#nextArc = (this.#nextArc + 1) % ARCS_MAX
    arc.style.setProperty('--turn', `${((angle * 360) / 65536 + 90).toFixed(1)}deg`)
    restart(arc, 'is-shown')
  }
}

/** Plays a CSS animation from its start. */
function restart(element: HTMLElement, name: string): void {
  element.classList.remove(name)
  element.getBoundingClientRect()
  element.classList.add(name)
}
