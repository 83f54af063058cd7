/**
 * The clock of a battle: wakes at absolute deadlines, so that late timers do not add up. One
 * wake-up may owe several steps; at most {@link CATCH_UP_STEPS_MAX} are made, the rest is lost
 * time (the battle stands still for it, nobody is fast-forwarded). Sending is the caller's, once
 * per wake-up. Clock and timers are handed in; tests step them by hand (C-12, C-13).
 */
import { assert } from '@battalion/base/assert.ts'
import type { Clock, TimerHandle, Timers } from '@battalion/base/clock.ts'

/** Steps one wake-up makes at most. More would be a spiral: late steps make later steps later. */
export const CATCH_UP_STEPS_MAX = 5

/** What one wake-up owes. */
export interface Wake {
  /** 1..CATCH_UP_STEPS_MAX. */
  readonly steps: number
  /** Steps given up. */
  readonly skipped: number
  /** How long after the deadline this is (ms). */
  readonly latenessMs: number
}

export interface TickLoopOptions {
  readonly clock: Clock
  readonly timers: Timers
  readonly stepMs: number
  /** Must not throw; the room's error boundary is inside. */
  readonly wake: (wake: Wake) => void
}

export class TickLoop {
  readonly #options: TickLoopOptions
  #stepMs: number
  #deadlineMs = 0
  #timer: TimerHandle | undefined
  #isRunning = false

  constructor(options: TickLoopOptions) {
    assert(options.stepMs > 0, 'a step takes time')
    this.#options = options
    this.#stepMs = options.stepMs
  }

  /** Steps take so long from the next one on: the battle's time runs slower or faster. */
  setStepMs(stepMs: number): void {
    assert(stepMs > 0, 'a step takes time')
    this.#stepMs = stepMs
  }

  start(): void {
    assert(!this.#isRunning, 'a loop is started once')
    this.#isRunning = true
    this.#deadlineMs = this.#options.clock.monotonicMs() + this.#stepMs
    this.#arm()
  }

  stop(): void {
    this.#isRunning = false
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #arm(): void {
    const delayMs = Math.max(0, this.#deadlineMs - this.#options.clock.monotonicMs())
    this.#timer = this.#options.timers.setTimeout(() => this.#onTimer(), delayMs)
  }

  #onTimer(): void {
    if (!this.#isRunning) return
    const latenessMs = this.#options.clock.monotonicMs() - this.#deadlineMs
    // Timers round to whole milliseconds and may come early.
    if (latenessMs >= 0) this.#wake(latenessMs)
    if (this.#isRunning) this.#arm()
  }

  #wake(latenessMs: number): void {
    const owed = 1 + Math.floor(latenessMs / this.#stepMs)
    const steps = Math.min(owed, CATCH_UP_STEPS_MAX)
    const dueMs = this.#deadlineMs + (owed - 1) * this.#stepMs
    this.#options.wake({ steps, skipped: owed - steps, latenessMs })
    // The wake-up may have changed the length of a step.
    this.#deadlineMs = dueMs + this.#stepMs
  }
}
