/**
 * Names over a few soldiers: those near the pointer, the followed one, the own squad. A small pool
 * of elements; the number of soldiers never matters.
 */
import { toScreen } from '../render/camera.ts'
import type { Camera } from '../render/camera.ts'
import { teamColour } from '../render/palette.ts'
import { el, setShown, setText } from './dom.ts'

/** Names shown at once; further ones are left out. */
const LABELS_MAX = 10

export interface NameLabel {
  readonly name: string
  readonly team: number
  readonly x: number
  readonly z: number
}

export class NameLabels {
  readonly root = el('div', { class: 'labels', attributes: { 'aria-hidden': 'true' } })
  readonly #nodes: HTMLElement[] = []

  constructor() {
    for (let index = 0; index < LABELS_MAX; index++) {
      const node = el('span', { class: 'label', attributes: { hidden: true } })
      this.#nodes.push(node)
      this.root.append(node)
    }
  }

  update(labels: readonly NameLabel[], camera: Camera): void {
    for (const [index, node] of this.#nodes.entries()) {
      const label = labels[index]
      setShown(node, label !== undefined)
      if (label === undefined) continue
      const { sx, sy } = toScreen(camera, label.x, label.z)
      setText(node, label.name)
      node.style.setProperty('--colour', teamColour(label.team).css)
      node.style.transform = `translate(${sx.toFixed(1)}px, ${(sy - 1.7 * camera.zoom).toFixed(1)}px)`
    }
  }
}
