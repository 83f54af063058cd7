/**
 * Measures the round trip once a second with the `rtt` message. An answer nobody waits for (late,
 * doubled, invented) counts for nothing.
 */

/** Time between two questions (ms). */
export const ROUND_TRIP_INTERVAL_MS = 1000
/** Longest round trip that the server is told of (ms). */
const TOLD_MS_MAX = 60_000
/** Questions open at once; at the limit the oldest is given up. */
const OPEN_MAX = 8

/** What is asked, and what the last answer took. */
export interface RoundTripQuestion {
  readonly id: number
  readonly ms?: number
}

export class RoundTripMeter {
  readonly #sentAtMs = new Map<number, number>()
  #nextId = 1
  #askedAtMs = -Infinity
  /** Of the last answer (ms). */
  #lastMs: number | undefined

  /** The question to send now, undefined when it is not time yet. */
  next(nowMs: number): RoundTripQuestion | undefined {
    if (nowMs - this.#askedAtMs < ROUND_TRIP_INTERVAL_MS) return undefined
    this.#askedAtMs = nowMs
    if (this.#sentAtMs.size >= OPEN_MAX) this.#sentAtMs.delete(this.#sentAtMs.keys().next().value!)
    const id = this.#nextId++
    this.#sentAtMs.set(id, nowMs)
    return this.#lastMs === undefined ? { id } : { id, ms: this.#lastMs }
  }

  /** The round trip of question `id` (ms), undefined when it was not asked. */
  answered(id: number, nowMs: number): number | undefined {
    const sentAtMs = this.#sentAtMs.get(id)
    if (sentAtMs === undefined) return undefined
    this.#sentAtMs.delete(id)
    this.#lastMs = Math.round(Math.min(nowMs - sentAtMs, TOLD_MS_MAX))
    return nowMs - sentAtMs
  }

  /** Gives up what is open, after a lost connection. */
  reset(): void {
    this.#sentAtMs.clear()
    this.#askedAtMs = -Infinity
  }
}
