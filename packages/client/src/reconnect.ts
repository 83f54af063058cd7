/**
 * When to try again after a lost connection: back-off with jitter until the grace is over, one
 * attempt at a time, each with a time-out of its own (a black hole must not eat the whole grace).
 * Opens no socket itself: it is handed timers, a clock and `connect`.
 *
 * idle → waiting (timer) → connecting (time-out timer) → idle by `succeeded`, or back to waiting by
 * `failed`, or over by `gaveUp` once the grace has passed.
 */
import type { TimerHandle, Timers } from '@battalion/base/clock.ts'
import { createPrng, nextFloat, type PrngState } from '@battalion/base/prng.ts'

/** First wait (ms), doubled per attempt up to the cap. */
export const RETRY_DELAY_MS = 100
export const RETRY_DELAY_MS_MAX = 2000
/** An attempt that has not joined by then is cut and counted as failed (ms). */
export const ATTEMPT_TIMEOUT_MS = 5000
/** How long a client goes on trying (ms); the server forgets the seat by its own grace. */
export const RECONNECT_GRACE_MS = 60_000

export interface ReconnectPorts {
  readonly timers: Timers
  readonly now: () => number
  readonly seed: number
  /** Starts one attempt; ends in `succeeded` or `failed`. */
  connect(): void
  /** Cuts an attempt that hangs. */
  abort(): void
  retrying(attempt: number, delayMs: number): void
  gaveUp(): void
}

/** Wait before attempt 1, 2, 3… (ms), spread over ±25 % so that a crowd does not return at once. */
export function retryDelayMs(attempt: number, prng: PrngState): number {
  const base = Math.min(RETRY_DELAY_MS_MAX, RETRY_DELAY_MS * 2 ** Math.min(attempt - 1, 10))
  return Math.round(base * (0.75 + 0.5 * nextFloat(prng)))
}

export class Reconnector {
  readonly #ports: ReconnectPorts
  readonly #prng: PrngState
  #attempt = 0
  #lostAtMs = 0
  #timer: TimerHandle | undefined

  constructor(ports: ReconnectPorts) {
    this.#ports = ports
    this.#prng = createPrng(ports.seed)
  }

  get isReconnecting(): boolean {
    return this.#attempt > 0
  }

  /** The connection was lost, or an attempt failed: waits, then tries. */
  failed(): void {
    if (this.#attempt === 0) this.#lostAtMs = this.#ports.now()
    const delayMs = retryDelayMs(this.#attempt + 1, this.#prng)
    if (this.#ports.now() + delayMs - this.#lostAtMs > RECONNECT_GRACE_MS) {
      this.stop()
      this.#ports.gaveUp()
      return
    }
    this.#attempt++
    this.#arm(delayMs, () => this.#try())
    this.#ports.retrying(this.#attempt, delayMs)
  }

  /** Joined again. */
  succeeded(): void {
    this.stop()
  }

  /** No further attempt, whatever happens. */
  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#attempt = 0
  }

  #try(): void {
    this.#arm(ATTEMPT_TIMEOUT_MS, () => this.#ports.abort())
    try {
      this.#ports.connect()
    } catch {
      this.failed()
    }
  }

  #arm(delayMs: number, callback: () => void): void {
    this.#timer?.cancel()
    this.#timer = this.#ports.timers.setTimeout(callback, delayMs)
  }
}
