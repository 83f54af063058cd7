/**
 * What a battle gives up when its process cannot keep the pace (engine.md 5.8). Late by more than a
 * step twice in a row: one step down. Five seconds without such lateness: one step up. The whole
 * ladder is longer; these are its first rungs.
 */

export const OverloadStep = {
  /** All is well. */
  none: 0,
  /** Snapshots at half rate. */
  halfRate: 1,
  /** And nobody new gets in, so that those inside keep their rate. */
  closed: 2,
} as const
export type OverloadStep = (typeof OverloadStep)[keyof typeof OverloadStep]

/** Late wake-ups in a row that cost a step. */
const LATE_IN_A_ROW = 2
/** Time without lateness that gives a step back (ms). */
const CLEAN_MS = 5000

export class OverloadLadder {
  readonly #stepMs: number
  #step: OverloadStep = OverloadStep.none
  #lateInARow = 0
  #cleanSinceMs = 0

  /** `stepMs` = length of a simulation step. */
  constructor(stepMs: number) {
    this.#stepMs = stepMs
  }

  get step(): OverloadStep {
    return this.#step
  }

  /** Tells of one wake-up; returns the step from now on. */
  observe(latenessMs: number, nowMs: number): OverloadStep {
    if (latenessMs > this.#stepMs) this.#late(nowMs)
    else this.#onTime(nowMs)
    return this.#step
  }

  #late(nowMs: number): void {
    this.#cleanSinceMs = nowMs
    this.#lateInARow++
    if (this.#lateInARow < LATE_IN_A_ROW) return
    this.#lateInARow = 0
    if (this.#step < OverloadStep.closed) this.#step = (this.#step + 1) as OverloadStep
  }

  #onTime(nowMs: number): void {
    this.#lateInARow = 0
    if (this.#step === OverloadStep.none || nowMs - this.#cleanSinceMs < CLEAN_MS) return
    this.#cleanSinceMs = nowMs
    this.#step = (this.#step - 1) as OverloadStep
  }
}
