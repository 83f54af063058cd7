/**
 * How often one user may speak (G-01): so many lines in a sliding window; one more, and the user is
 * silent for a while, over all channels. What is tried meanwhile costs and prolongs nothing.
 * Time is handed in (monotonic). Memory is bounded: beyond `usersMax` whoever tried longest ago is
 * forgotten, mute included.
 */
import { assert } from '@battalion/base/assert.ts'

/** Limits of speaking; from configuration. */
export interface LineRateLimits {
  /** Lines in one window. */
  readonly linesMax: number
  readonly windowMs: number
  /** Silence after one line too many. */
  readonly muteMs: number
  /** Users remembered. */
  readonly usersMax: number
}

/** Five lines in 5 s, then 30 s of silence (faults.md G-01); 50,000 users are about 8 MB. */
export const LINE_RATE_LIMITS: LineRateLimits = {
  linesMax: 5,
  windowMs: 5000,
  muteMs: 30_000,
  usersMax: 50_000,
}

export type RateOutcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly retryAfterMs: number; readonly isNew: boolean }

interface Speaker {
  /** Times of the last lines, oldest first; at most `linesMax`. */
  readonly atMs: number[]
  mutedUntilMs: number
}

/** The lines of all users of one process. */
export class LineRate {
  readonly #limits: LineRateLimits
  /** In order of the last try. */
  readonly #speakers = new Map<string, Speaker>()

  constructor(limits: LineRateLimits = LINE_RATE_LIMITS) {
    assert(limits.linesMax >= 1, 'at least one line may be said')
    assert(limits.usersMax >= 1, 'at least one user is remembered')
    this.#limits = limits
  }

  /** Counts one line; not ok when it must not be said. */
  take(userId: string, nowMs: number): RateOutcome {
    const speaker = this.#recall(userId)
    if (nowMs < speaker.mutedUntilMs) {
      return { ok: false, retryAfterMs: speaker.mutedUntilMs - nowMs, isNew: false }
    }
    const { linesMax, windowMs, muteMs } = this.#limits
    const { atMs } = speaker
    while (atMs.length > 0 && nowMs - atMs[0]! >= windowMs) atMs.shift()
    if (atMs.length >= linesMax) {
      atMs.length = 0
      speaker.mutedUntilMs = nowMs + muteMs
      return { ok: false, retryAfterMs: muteMs, isNew: true }
    }
    atMs.push(nowMs)
    return { ok: true }
  }

  /** Users remembered. */
  get count(): number {
    return this.#speakers.size
  }

  #recall(userId: string): Speaker {
    const known = this.#speakers.get(userId)
    if (known !== undefined) {
      this.#speakers.delete(userId)
      this.#speakers.set(userId, known)
      return known
    }
    if (this.#speakers.size >= this.#limits.usersMax) {
      const [oldest] = this.#speakers.keys()
      this.#speakers.delete(oldest!)
    }
    const fresh = { atMs: [], mutedUntilMs: -Infinity }
    this.#speakers.set(userId, fresh)
    return fresh
  }
}
