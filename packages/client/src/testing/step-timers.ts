/** Timers for tests: nothing happens until a test steps the clock. Never used by the client. */
import type { TimerHandle, Timers } from '@battalion/base/clock.ts'

interface Waiting {
  readonly dueMs: number
  readonly callback: () => void
}

export class StepTimers implements Timers {
  nowMs = 0
  readonly #waiting = new Set<Waiting>()

  /** Timers not yet due. */
  get count(): number {
    return this.#waiting.size
  }

  setTimeout(callback: () => void, delayMs: number): TimerHandle {
    const waiting = { dueMs: this.nowMs + delayMs, callback }
    this.#waiting.add(waiting)
    return { cancel: () => void this.#waiting.delete(waiting) }
  }

  /** Lets `elapsedMs` pass, calling what falls due at its own time, in order. */
  step(elapsedMs: number): void {
    const endMs = this.nowMs + elapsedMs
    for (let next = this.#first(endMs); next !== undefined; next = this.#first(endMs)) {
      this.nowMs = Math.max(this.nowMs, next.dueMs)
      this.#waiting.delete(next)
      next.callback()
    }
    this.nowMs = endMs
  }

  #first(endMs: number): Waiting | undefined {
    let first: Waiting | undefined
    for (const waiting of this.#waiting) {
      if (waiting.dueMs <= endMs && waiting.dueMs < (first?.dueMs ?? Infinity)) first = waiting
    }
    return first
  }
}
