/**
 * Runs work one after another, each with a deadline that includes its waiting. Full or late: the
 * caller gets `overloaded` and may try again; the work itself, once begun, is never cut off.
 */
import { AppError } from '@battalion/base/app-error.ts'
import type { Timers } from '@battalion/base/clock.ts'

const RETRY_AFTER_SEC = 2

/** Limits of a queue. */
export interface SerialQueueLimits {
  readonly waitingMax: number
  readonly workMsMax: number
}

export class SerialQueue {
  readonly #limits: SerialQueueLimits
  readonly #timers: Timers
  #tail: Promise<unknown> = Promise.resolve()
  #waiting = 0

  constructor(limits: SerialQueueLimits, ports: { timers: Timers }) {
    this.#limits = limits
    this.#timers = ports.timers
  }

  /** What `work` gives, after everything that was queued before it. */
  run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting >= this.#limits.waitingMax) return Promise.reject(overloaded())
    this.#waiting++
    return new Promise<T>((resolve, reject) => {
      let isLate = false
      const timer = this.#timers.setTimeout(() => {
        isLate = true
        reject(overloaded())
      }, this.#limits.workMsMax)
      const step = async () => {
        try {
          if (!isLate) resolve(await work())
        } catch (error) {
          reject(error)
        } finally {
          timer.cancel()
          this.#waiting--
        }
      }
      this.#tail = this.#tail.then(step)
    })
  }
}

function overloaded(): AppError {
  return new AppError('overloaded', 'Too many are joining at once; try again.', {
    retryAfterSec: RETRY_AFTER_SEC,
  })
}
