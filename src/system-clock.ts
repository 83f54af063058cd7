/**
 * The real clock and timers: the only file of the server that reads them. Everything else is handed
 * a Clock or Timers, so that tests step time by hand.
 */
import type { Clock, Timers } from '@battalion/base/clock.ts'

export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
}

export const systemTimers: Timers = {
  setTimeout(callback, delayMs) {
    const handle = setTimeout(callback, delayMs)
    return { cancel: () => clearTimeout(handle) }
  },
}
