/**
 * Percentiles over the newest values of something measured per frame. Pure.
 */

/** Values kept: five seconds at 60 pictures a second. */
const WINDOW = 300

export class FrameStats {
  readonly #values = new Float32Array(WINDOW)
  readonly #sorted = new Float32Array(WINDOW)
  #count = 0

  add(value: number): void {
    this.#values[this.#count++ % WINDOW] = value
  }

  /** Values ever added. */
  get count(): number {
    return this.#count
  }

  clear(): void {
    this.#count = 0
  }

  /** The value that `share` of the window stay at or under; 0 when empty. */
  percentile(share: number): number {
    const count = Math.min(this.#count, WINDOW)
    if (count === 0) return 0
    const sorted = this.#sorted.subarray(0, count)
    sorted.set(this.#values.subarray(0, count))
    sorted.sort()
    return sorted[Math.min(count - 1, Math.floor(share * count))]!
  }
}
