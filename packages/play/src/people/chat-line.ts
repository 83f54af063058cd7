/**
 * One line as it is shown: who, what, when, and a button for what can be done about it. Words and
 * names of players become text nodes and nothing else (G-03).
 */
import type { HomeLine } from '@battalion/client/home-messages.ts'

import { button, el } from '../hud/dom.ts'

export interface ChatLineView {
  readonly line: HomeLine
  readonly name: string
  readonly isOwn: boolean
  /** The reader has chosen not to see this player for now. */
  readonly isMuted: boolean
}

/** The line's element; `openMenu` is called with the button that was used. */
export function createChatLine(
  view: ChatLineView,
  openMenu: (anchor: HTMLElement) => void,
): HTMLElement {
  const { line, name, isOwn } = view
  const words = wordsOf(view)
  const root = el('li', { class: isOwn ? 'chat-line is-own' : 'chat-line' })
  const author = button({ class: 'chat-author', text: name, onClick: () => openMenu(author) })
  author.setAttribute('aria-haspopup', 'menu')
  root.append(
    author,
    el('span', { class: words.isGone ? 'chat-text is-gone' : 'chat-text', text: words.text }),
  )
  if (line.isEdited && line.text !== null) {
    root.append(el('span', { class: 'chat-edited', text: 'edited' }))
  }
  root.append(createTime(line.createdAt))
  if (line.text !== null) {
    const label = isOwn ? 'Change this line' : `About this line of ${name}`
    const more = button({ class: 'chat-more', label, text: '⋯', onClick: () => openMenu(more) })
    more.setAttribute('aria-haspopup', 'menu')
    root.append(more)
  }
  return root
}

function wordsOf({ line, isMuted }: ChatLineView): { text: string; isGone: boolean } {
  if (line.text === null) return { text: 'This line is gone.', isGone: true }
  if (isMuted) return { text: 'Muted.', isGone: true }
  return { text: line.text, isGone: false }
}

function createTime(createdAt: string): HTMLElement {
  const date = new Date(createdAt)
  const time = el('time', {
    class: 'chat-time',
    text: date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' }),
    attributes: { datetime: createdAt },
  })
  time.title = date.toLocaleString()
  return time
}
