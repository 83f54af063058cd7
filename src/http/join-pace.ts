/**
 * How fast seats are given: at most so many in a window as long as a tick at 20 Hz, over all rooms
 * of the process, whatever arrives. A join storm then costs running battles a bounded part of each
 * tick; the rest of the storm waits in the matchmaking queue, which is bounded as well (H-02).
 */
import { assert } from '@battalion/base/assert.ts'
import type { Clock, Timers } from '@battalion/base/clock.ts'

/** Seats given in one window; a join costs about 0.5 ms from request to first snapshot. */
export const JOINS_PER_WINDOW_MAX = 20
/** Length of the window (ms). */
export const JOIN_WINDOW_MS = 50

export class JoinPace {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #timers: Timers
  #windowEndMs = -Infinity
  #count = 0

  constructor(ports: { readonly clock: Pick<Clock, 'monotonicMs'>; readonly timers: Timers }) {
    this.#clock = ports.clock
    this.#timers = ports.timers
  }

  /** Resolves when the next join may be made. Called again only after that. */
  async turn(): Promise<void> {
    const waitMs = this.#windowEndMs - this.#clock.monotonicMs()
    if (waitMs > 0 && this.#count >= JOINS_PER_WINDOW_MAX) {
      await new Promise<void>((resolve) => void this.#timers.setTimeout(resolve, waitMs))
    }
    this.#take(this.#clock.monotonicMs())
  }

  #take(nowMs: number): void {
    // A timer may come a little early: a full window is over when its turn has waited.
    if (nowMs >= this.#windowEndMs || this.#count >= JOINS_PER_WINDOW_MAX) {
      this.#windowEndMs = nowMs + JOIN_WINDOW_MS
      this.#count = 0
    }
    this.#count++
    assert(this.#count <= JOINS_PER_WINDOW_MAX, 'a window holds its joins')
  }
}
