/**
 * How long the part of a step took that judges shots in the past: the simulation says when, and
 * never sees the clock.
 */
import type { Clock } from '@battalion/base/clock.ts'
import type { StepWatch } from '@battalion/sim/step-world.ts'

export class StepTimer implements StepWatch {
  readonly #clock: Clock
  #beganMs = 0
  /** Of the last step. */
  rewindMs = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  rewindBegins(): void {
    this.#beganMs = this.#clock.monotonicMs()
  }

  rewindEnds(): void {
    this.rewindMs = this.#clock.monotonicMs() - this.#beganMs
  }
}
