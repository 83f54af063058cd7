/** A clock and timers that a test moves by hand. Time stands still until `advance`. */
import type { Clock, TimerHandle, Timers } from '@battalion/base/clock.ts'

interface FakeTimer {
  readonly dueMs: number
  readonly callback: () => void
}

export class FakeClock implements Clock, Timers {
  #nowMs: number
  readonly #timers = new Set<FakeTimer>()

  constructor(startMs = Date.UTC(2030, 0, 1)) {
    this.#nowMs = startMs
  }

  monotonicMs(): number {
    return this.#nowMs
  }

  wallMs(): number {
    return this.#nowMs
  }

  setTimeout(callback: () => void, delayMs: number): TimerHandle {
    const timer = { dueMs: this.#nowMs + delayMs, callback }
    this.#timers.add(timer)
    return { cancel: () => void this.#timers.delete(timer) }
  }

  /** Moves time on and calls what falls due, in order of its time. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms
    for (;;) {
      const due = [...this.#timers].filter((timer) => timer.dueMs <= endMs)
      const next = due.sort((a, b) => a.dueMs - b.dueMs)[0]
      if (next === undefined) break
      this.#timers.delete(next)
      this.#nowMs = Math.max(this.#nowMs, next.dueMs)
      next.callback()
    }
    this.#nowMs = endMs
  }
}
