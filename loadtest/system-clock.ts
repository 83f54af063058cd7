/** The machine's clock and timers behind the ports, for the programs of this folder alone. */
import type { Clock, Timers } from '@battalion/base/clock.ts'

export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
}

export const systemTimers: Timers = {
  setTimeout(callback, delayMs) {
    const timer = setTimeout(callback, delayMs)
    return { cancel: () => clearTimeout(timer) }
  },
}
