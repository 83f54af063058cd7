/**
 * Time as an argument. Nothing below the composition root reads a clock; it is handed one, so that
 * tests step time by hand (faults.md 4).
 */
export interface Clock {
  /** Monotonic milliseconds, fractional; only differences mean anything. */
  monotonicMs(): number
  /** Wall time, milliseconds since the Unix epoch (UTC). May jump. */
  wallMs(): number
}

/** Timers as an argument, beside {@link Clock}. */
export interface Timers {
  setTimeout(callback: () => void, delayMs: number): TimerHandle
}

export interface TimerHandle {
  cancel(): void
}
