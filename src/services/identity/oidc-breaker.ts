/**
 * Keeps one ill provider from costing more than itself: some calls at once, and after FAILURES_MAX
 * failures in a row none for OPEN_MS; then one call tries. The provider's own refusals (a code that
 * is not good) are answers, not failures.
 */
import { AppError } from '@battalion/base/app-error.ts'
import type { Clock } from '@battalion/base/clock.ts'

import { isIssuerDown } from './issuer-down.ts'

const FAILURES_MAX = 3
const OPEN_MS = 15_000
/** Sign-ins of one provider at once; more get `overloaded` (calls). */
const CALLS_MAX = 32
const MS_PER_SEC = 1000

/** What happened: it opened, it closed again, a call was turned away. */
export type BreakerEvent = 'opened' | 'closed' | 'turned_away'

/** The breaker of one provider. */
export class OidcBreaker {
  #failures = 0
  #calls = 0
  #openUntilMs = 0
  readonly #clock: Clock
  readonly #tell: (event: BreakerEvent) => void

  constructor(clock: Clock, tell: (event: BreakerEvent) => void) {
    this.#clock = clock
    this.#tell = tell
  }

  /** Runs `work`, or throws `unavailable` or `overloaded` without it. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    this.#checkOpen()
    if (this.#calls >= CALLS_MAX) throw this.#turnAway('overloaded', 1)
    this.#calls++
    try {
      const result = await work()
      this.#succeeded()
      return result
    } catch (error) {
      if (isIssuerDown(error)) this.#failed()
      else this.#succeeded()
      throw error
    } finally {
      this.#calls--
    }
  }

  #checkOpen(): void {
    if (this.#failures < FAILURES_MAX) return
    const nowMs = this.#clock.monotonicMs()
    const leftMs = this.#openUntilMs - nowMs
    if (leftMs > 0) throw this.#turnAway('unavailable', leftMs / MS_PER_SEC)
    // This call tries; others wait for its outcome.
    this.#openUntilMs = nowMs + OPEN_MS
  }

  #turnAway(code: 'unavailable' | 'overloaded', retryAfterSec: number): AppError {
    this.#tell('turned_away')
    const message = 'This sign-in provider does not answer. Try again soon.'
    return new AppError(code, message, { retryAfterSec, internal: 'breaker' })
  }

  #failed(): void {
    this.#failures++
    if (this.#failures < FAILURES_MAX) return
    if (this.#failures === FAILURES_MAX) this.#tell('opened')
    this.#openUntilMs = this.#clock.monotonicMs() + OPEN_MS
  }

  #succeeded(): void {
    if (this.#failures >= FAILURES_MAX) this.#tell('closed')
    this.#failures = 0
  }
}
