/**
 * Keeps what a link hears until somebody listens: between taking the seat and having the balance,
 * snapshots already arrive, and each is the baseline of the next. Afterwards it passes through.
 */
import { BoundedQueue } from '@battalion/base/bounded-queue.ts'
import type { BattleLinkEvents } from './battle-link.ts'

/** Events kept; at the limit further ones are lost, counted: the stream is then started afresh. */
export const LINK_EVENTS_WAITING_MAX = 4096

type LinkEvent = (to: BattleLinkEvents) => void

export class LinkEventQueue {
  lostCount = 0
  readonly #waiting = new BoundedQueue<LinkEvent>(LINK_EVENTS_WAITING_MAX)
  #listener: BattleLinkEvents | undefined

  push(event: LinkEvent): void {
    if (this.#listener !== undefined) event(this.#listener)
    else if (!this.#waiting.push(event)) this.lostCount++
  }

  /** Hands over what waited, in order, then everything as it comes. Replaces a listener. */
  listen(listener: BattleLinkEvents): void {
    for (let event = this.#waiting.shift(); event !== undefined; event = this.#waiting.shift()) {
      event(listener)
    }
    this.#listener = listener
  }
}
