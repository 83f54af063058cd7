/**
 * Work time of recent ticks and its percentiles, for the state every client sees. A ring of fixed
 * size; sorting happens when somebody asks (a few times a second), not per tick.
 */

/** Ticks remembered: 12.8 s at 20 Hz. */
export const TICKS_REMEMBERED_MAX = 256

export class TickStats {
  readonly #workMs = new Float64Array(TICKS_REMEMBERED_MAX)
  readonly #sorted = new Float64Array(TICKS_REMEMBERED_MAX)
  #count = 0

  add(workMs: number): void {
    this.#workMs[this.#count % TICKS_REMEMBERED_MAX] = workMs
    this.#count++
  }

  /** 50th and 99th percentile (ms) of `count` ticks; 0 before the first tick. */
  percentiles(): { readonly p50Ms: number; readonly p99Ms: number; readonly count: number } {
    const count = Math.min(this.#count, TICKS_REMEMBERED_MAX)
    if (count === 0) return { p50Ms: 0, p99Ms: 0, count }
    this.#sorted.set(this.#workMs)
    const sorted = this.#sorted.subarray(0, count).sort()
    const at = (ratio: number) => sorted[Math.min(count - 1, Math.floor(count * ratio))]!
    return { p50Ms: at(0.5), p99Ms: at(0.99), count }
  }
}
