/**
 * Timers of the surroundings behind the Timers port: the one place of the client that sets a real
 * one. Tests hand in a fake instead.
 */
import type { Timers } from '@battalion/base/clock.ts'
import { webGlobals } from './web-globals.ts'

export const webTimers: Timers = {
  setTimeout(callback, delayMs) {
    const handle = webGlobals.setTimeout(callback, delayMs)
    return { cancel: () => webGlobals.clearTimeout(handle) }
  },
}
