/**
 * The real server on another machine, so to say: every step and every send of a battle takes
 * `slowness` times as long, by work on the same thread, and modes may run at another tick rate.
 * What a battle gives up then really saves time, as it would there. Tuned through what
 * `src/app.ts` hands to rooms; nothing of this is in the product. Never started by hand.
 *
 * Environment: CHAOS_TICK_RATE_HZ. Over IPC: `{ slowness }`, from the next step on.
 */
import type { Balance } from '@battalion/sim/balance.ts'
import type { RoomMetrics, RoomPorts } from '../../rooms/ports.ts'
import { startApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { endWithParent } from '../child-life.ts'
import { readWaitMs } from '../machine.ts'

/** What may be changed while it runs. */
export interface Tuning {
  readonly slowness: number
}

/**
 * A pause of the machine or of the collector is as long on a slow machine as on a fast one: of a
 * step that took longer than this times the usual one, only so much is multiplied.
 */
const SPIKE_RATIO = 1.5
/** A send that was not due costs nothing and says nothing of the usual cost. */
const IDLE_RATIO = 0.25
const USUAL_GAIN = 0.02

let slowness = 1

const app = await startApp({
  config: readConfig(process.env),
  collectProcessMetrics: true,
  arrangeRooms: (ports) => ({
    ...ports,
    metrics: slowed(ports.metrics),
    balance: paced(ports, Number(process.env['CHAOS_TICK_RATE_HZ'] ?? 0)),
  }),
})
process.on('message', (order) => (slowness = (order as Tuning).slowness))
endWithParent(async () => {
  await app.stop()
})
process.send?.({ publicUrl: app.publicUrl, opsUrl: app.opsUrl })

/**
 * A phase is told when it is over, inside what counts as the tick's work: work goes on there. Time
 * in which another program held the core is not the battle's and is not multiplied. (Not by this
 * thread's CPU time: the kernel counts that in scheduler ticks of milliseconds.)
 */
function slowed(metrics: RoomMetrics): RoomMetrics {
  let usedWaitMs = waitMs()
  const usual = new Map<string, number>()
  return {
    ...metrics,
    tickWork(phase, durationMs) {
      if (phase !== 'sim' && phase !== 'send') return metrics.tickWork(phase, durationMs)
      const ownMs = Math.max(0, durationMs - (waitMs() - usedWaitMs))
      const usualMs = usual.get(phase) ?? ownMs
      const costMs = Math.min(ownMs, usualMs * SPIKE_RATIO)
      if (ownMs > usualMs * IDLE_RATIO) {
        usual.set(phase, usualMs + (costMs - usualMs) * USUAL_GAIN)
      }
      metrics.tickWork(phase, durationMs + costMs * (slowness - 1))
      usedWaitMs = work(costMs * (slowness - 1))
    },
  }
}

/** Keeps this thread at work so long; returns its wait so far (ms). */
function work(durationMs: number): number {
  const beganMs = performance.now()
  const waitedMs = waitMs()
  for (;;) {
    const nowWaitMs = waitMs()
    if (performance.now() - beganMs - (nowWaitMs - waitedMs) >= durationMs) return nowWaitMs
  }
}

/** How long this thread was ready and got no core so far; 0 where the kernel does not tell. */
function waitMs(): number {
  return readWaitMs(process.pid) || 0
}

function paced(ports: RoomPorts, tickRateHz: number): () => Balance {
  if (!(tickRateHz > 0)) return ports.balance
  const balance = ports.balance()
  const modes = balance.modes.map((mode) => ({ ...mode, tickRateHz }))
  return () => ({ ...balance, modes })
}
