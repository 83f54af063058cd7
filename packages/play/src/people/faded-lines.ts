/**
 * What is said while the chat is closed: the newest lines over the picture, gone after a while.
 * Nothing of it takes a click or a key. Screen readers read the open chat instead.
 */
import type { HomeLine } from '@battalion/client/home-messages.ts'

import { el, setText } from '../hud/dom.ts'

/** Lines at once; at the limit the oldest goes. */
const LINES_MAX = 5
const LINE_MS = 12_000

export class FadedLines {
  readonly root = el('ul', { class: 'faded-lines', attributes: { 'aria-hidden': 'true' } })
  readonly #nameOf: (userId: string | null) => string
  readonly #names = new Map<HTMLElement, string | null>()

  constructor(nameOf: (userId: string | null) => string) {
    this.#nameOf = nameOf
  }

  add(line: HomeLine, kind: string, channelText: string): void {
    const name = el('b', { text: this.#nameOf(line.authorId) })
    const tag = el('span', { class: 'faded-channel', text: channelText })
    const text = el('span', { text: line.text ?? '' })
    const root = el('li', { class: 'faded-line' }, tag, name, text)
    root.dataset['kind'] = kind
    this.#names.set(name, line.authorId)
    const remove = () => {
      root.remove()
      this.#names.delete(name)
    }
    this.root.append(root)
    if (this.root.childElementCount > LINES_MAX) this.root.firstElementChild!.remove()
    setTimeout(remove, LINE_MS)
  }

  clear(): void {
    this.root.replaceChildren()
    this.#names.clear()
  }

  /** Names come later than lines. */
  updateNames(): void {
    for (const [node, userId] of this.#names) setText(node, this.#nameOf(userId))
  }
}
