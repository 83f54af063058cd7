/**
 * A loop that costs nothing while there is nothing to do: it takes a step, sleeps as long as the
 * step says, and is woken before that by `wake`. A step that fails is told of and taken again after
 * a pause that grows; the loop itself never ends but by `stop`.
 */
import type { TimerHandle, Timers } from '@battalion/base/clock.ts'

import { withRequest } from './request-scope.ts'

/** Pause after the first failed step, doubled up to the longest (ms). */
const FAILED_MS_MIN = 250
const FAILED_MS_MAX = 5000

/** What a loop does. */
export interface WakeLoopOptions {
  readonly timers: Timers
  /** One step; answers how long there is nothing to do (ms). */
  readonly step: () => Promise<number>
  readonly onError: (error: unknown) => void
}

/** One loop. */
export class WakeLoop {
  readonly #options: WakeLoopOptions
  #running: Promise<void> | undefined
  #isStopping = false
  #isWoken = false
  #wakeUp: () => void = () => undefined

  constructor(options: WakeLoopOptions) {
    this.#options = options
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /** Takes the next step at once; a step under way is followed by another. */
  wake(): void {
    this.#isWoken = true
    this.#wakeUp()
  }

  /** Resolves when the step under way is over; none follows. */
  async stop(): Promise<void> {
    this.#isStopping = true
    this.#wakeUp()
    await this.#running
  }

  async #run(): Promise<void> {
    let failedMs = FAILED_MS_MIN
    while (!this.#isStopping) {
      this.#isWoken = false
      let sleepMs: number
      try {
        // Whoever woke it may be a request; what it does now is not a part of that one.
        sleepMs = await withRequest(undefined, () => this.#options.step())
        failedMs = FAILED_MS_MIN
      } catch (error) {
        this.#options.onError(error)
        // A wake does not shorten this: what failed needs the time.
        await this.#sleep(failedMs, () => this.#isStopping)
        sleepMs = 0
        failedMs = Math.min(FAILED_MS_MAX, failedMs * 2)
      }
      if (sleepMs > 0) await this.#sleep(sleepMs, () => this.#isStopping || this.#isWoken)
    }
  }

  async #sleep(ms: number, isOver: () => boolean): Promise<void> {
    if (isOver()) return
    let timer: TimerHandle | undefined
    await new Promise<void>((resolve) => {
      timer = this.#options.timers.setTimeout(resolve, ms)
      this.#wakeUp = () => {
        if (isOver()) resolve()
      }
    })
    timer?.cancel()
  }
}
