/**
 * The clock by which others are drawn: which server tick, with fraction, is on the screen now. It
 * runs a little behind the newest snapshot (the delay), smoothly, and never beyond what is known,
 * so its value is at the same time the honest view time of a shot.
 *
 * The delay is one snapshot interval plus room for the jitter measured: 60 ms at 20 Hz on a calm
 * network. Every millisecond more makes all shots older (decision 0010). Reads no clock.
 */
import { assert } from '@battalion/base/assert.ts'
import { VIEW_TIME_PER_TICK } from '@battalion/sim/limits.ts'

/** Room beyond the one interval to interpolate in, on the calmest network (ms). */
const DELAY_MARGIN_MS = 10
/** Jitter covered beyond that (mean deviations): evenly spread arrivals stray up to 2. */
const DELAY_JITTER_FACTOR = 1.5
/** Longest delay (ms): beyond it the bound of rewinding would void every shot. */
export const DELAY_MS_MAX = 300
export const DELAY_MS_MIN = 30
/** Weight of a new arrival in the estimate of the server's clock and in the jitter. */
const ARRIVAL_GAIN = 0.05
/** Weight of a new spacing: one skipped snapshot is no change of rate. */
const SPACING_GAIN = 0.1
/** Ticks per tick of error by which the clock hurries or waits, and at most. */
const SLEW_GAIN = 0.05
const SLEW_MAX = 0.1
/** An error beyond this is not slewed but jumped (ms): a new start. */
const JUMP_MS = 500

export class ViewClock {
  readonly #tickMsAtRest: number
  #tickMs: number
  /** Mean of arrival time − tick · tickMs: the server's tick 0 on our clock, plus the way (ms). */
  #baseMs = Number.NaN
  #jitterMs = 0
  #spacingTicks: number
  #newestTick = Number.NaN
  #viewTick = Number.NaN
  #advancedAtMs = 0

  constructor(tickRateHz: number, snapshotRateHz: number) {
    assert(tickRateHz >= snapshotRateHz, 'a snapshot shows at least one new tick')
    this.#tickMsAtRest = 1000 / tickRateHz
    this.#tickMs = this.#tickMsAtRest
    this.#spacingTicks = tickRateHz / snapshotRateHz
  }

  /** The room's time runs slower or as usual from now on: the tick on the screen stays. */
  setTimeScale(timeScale: number): void {
    assert(timeScale > 0, 'time goes on')
    const tickMs = this.#tickMsAtRest / timeScale
    if (!Number.isNaN(this.#newestTick)) this.#baseMs += this.#newestTick * (this.#tickMs - tickMs)
    this.#tickMs = tickMs
  }

  /** Mean deviation of arrivals (ms). */
  get jitterMs(): number {
    return this.#jitterMs
  }

  /** How far behind the newest tick the view is meant to be (ms). */
  get delayMs(): number {
    const spacingMs = this.#spacingTicks * this.#tickMs
    const delayMs = spacingMs + Math.max(DELAY_MARGIN_MS, this.#jitterMs * DELAY_JITTER_FACTOR)
    // The bound of rewinding counts ticks: where they take longer, so may the delay.
    const delayMsMax = (DELAY_MS_MAX * this.#tickMs) / this.#tickMsAtRest
    return Math.min(delayMsMax, Math.max(DELAY_MS_MIN, delayMs))
  }

  /** When the snapshot of `tick` arrives, in the mean (ms); NaN before the first. */
  meanArrivalMs(tick: number): number {
    return this.#baseMs + tick * this.#tickMs
  }

  /** Newest tick heard of, NaN before the first. */
  get newestTick(): number {
    return this.#newestTick
  }

  /** The tick to draw, as of the last `advance`; NaN before the first snapshot. */
  get viewTick(): number {
    return Math.min(this.#viewTick, this.#newestTick)
  }

  /** The view time of a command made now: eighths of a tick, low 16 bits. */
  get viewTime(): number {
    const tick = this.viewTick
    return Number.isNaN(tick) ? 0 : Math.round(tick * VIEW_TIME_PER_TICK) & 0xffff
  }

  /** A snapshot of `tick` arrived. */
  arrived(tick: number, nowMs: number): void {
    const baseMs = nowMs - tick * this.#tickMs
    if (Number.isNaN(this.#baseMs) || Math.abs(baseMs - this.#baseMs) > JUMP_MS * 2) {
      this.#restart(tick, nowMs, baseMs)
      return
    }
    const spacing = tick - this.#newestTick
    if (spacing > 0) this.#spacingTicks += (spacing - this.#spacingTicks) * SPACING_GAIN
    const deviationMs = baseMs - this.#baseMs
    this.#jitterMs += (Math.abs(deviationMs) - this.#jitterMs) * ARRIVAL_GAIN
    this.#baseMs += deviationMs * ARRIVAL_GAIN
    this.#newestTick = Math.max(this.#newestTick, tick)
  }

  /** Moves the view to `nowMs`, smoothly. Never backwards, but at a new start. */
  advance(nowMs: number): void {
    if (Number.isNaN(this.#baseMs)) return
    const elapsedMs = Math.max(0, nowMs - this.#advancedAtMs)
    this.#advancedAtMs = nowMs
    const aimed = (nowMs - this.#baseMs - this.delayMs) / this.#tickMs
    const stepped = this.#viewTick + elapsedMs / this.#tickMs
    const error = aimed - stepped
    if (Math.abs(error) * this.#tickMs > JUMP_MS) {
      this.#viewTick = aimed
      return
    }
    const slew = Math.min(SLEW_MAX, Math.max(-SLEW_MAX, error * SLEW_GAIN))
    // Held at what is known, not jumping ahead when the late snapshot comes.
    const next = stepped + (elapsedMs / this.#tickMs) * slew
    this.#viewTick = Math.max(this.viewTick, Math.min(next, this.#newestTick))
  }

  /** Forgets everything, after a reconnect. */
  reset(): void {
    this.#baseMs = Number.NaN
    this.#newestTick = Number.NaN
    this.#viewTick = Number.NaN
    this.#jitterMs = 0
  }

  #restart(tick: number, nowMs: number, baseMs: number): void {
    this.#baseMs = baseMs
    this.#newestTick = tick
    this.#advancedAtMs = nowMs
    this.#viewTick = tick - this.delayMs / this.#tickMs
  }
}
