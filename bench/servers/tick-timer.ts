/** The clock of peers and floor: our own tick loop, so that everybody is driven alike. */
import { TickLoop } from '../../rooms/tick-loop.ts'
import { systemClock, systemTimers } from '../../src/system-clock.ts'

/** Calls `work` every `stepMs`, drift-corrected, once per wake-up. */
export function startTicks(stepMs: number, work: () => void): void {
  new TickLoop({ clock: systemClock, timers: systemTimers, stepMs, wake: work }).start()
}
