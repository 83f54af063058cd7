/**
 * The kill feed: who took whom out with what. At the limit the oldest line goes.
 */
import { teamColour } from '../render/palette.ts'
import { el } from './dom.ts'

/** Lines shown at once; in a big battle a line lives only until six newer ones came. */
const FEED_LINES_MAX = 6
const FEED_LINE_MS = 6500

export interface FeedSide {
  readonly name: string
  readonly team: number
  readonly isOwn: boolean
}

export class KillFeed {
  readonly root = el('ol', { class: 'feed', attributes: { 'aria-label': 'Kill feed' } })

  add(entry: { killer: FeedSide | undefined; victim: FeedSide; weapon: string }): void {
    const line = el('li', { class: 'feed-line panel' })
    if (entry.killer !== undefined) line.append(createSide(entry.killer))
    line.append(el('span', { class: 'feed-weapon', text: entry.weapon }), createSide(entry.victim))
    if (entry.killer?.isOwn === true || entry.victim.isOwn) line.classList.add('is-own')
    this.root.prepend(line)
    while (this.root.childElementCount > FEED_LINES_MAX) this.root.lastElementChild!.remove()
    setTimeout(() => line.remove(), FEED_LINE_MS)
  }

  clear(): void {
    this.root.replaceChildren()
  }
}

function createSide(side: FeedSide): HTMLElement {
  const name = el('span', { class: 'feed-name', text: side.name })
  name.style.setProperty('--colour', teamColour(side.team).css)
  return name
}
