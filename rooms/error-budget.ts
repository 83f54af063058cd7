/**
 * How many errors a room may make before it is given up: a room that fails every tick would spend
 * the process' time on stack traces, while its players see a frozen battle.
 */
const WINDOW_MS = 60_000

export class ErrorBudget {
  readonly #errorsMax: number
  readonly #atMs: number[] = []

  /** `errorsMax` errors within a minute exhaust the budget. */
  constructor(errorsMax: number) {
    this.#errorsMax = errorsMax
  }

  /** Counts one error; true when the budget is spent. */
  spend(nowMs: number): boolean {
    this.#atMs.push(nowMs)
    while (this.#atMs.length > 0 && nowMs - this.#atMs[0]! >= WINDOW_MS) this.#atMs.shift()
    return this.#atMs.length >= this.#errorsMax
  }
}
