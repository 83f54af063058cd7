/**
 * Our server as a program under test: the whole app (HTTP, matchmaking, rooms, the transport named
 * by TRANSPORT), with a field and player limit of the bench's own and a recorder around each tick.
 * Started by the bench runner, never by hand.
 */
import type { Balance } from '@battalion/sim/balance.ts'
import type { RoomMetrics, RoomPorts } from '../../rooms/ports.ts'
import { startApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { benchBalance } from '../bench-field.ts'
import { BattleFinisher } from './battle-finisher.ts'
import { readOptions, serveBench } from './bench-talk.ts'
import { OWN_MACHINE_LIMITS } from './own-machine-limits.ts'
import { TickRecorder } from './tick-recorder.ts'

/** What the phases hold as they are told: all since the one before. */
const PHASE_NAMES = {
  sim: 'commands and step',
  encode: 'encode and slow state',
  send: 'send',
} as const

const recorder = new TickRecorder()
const finisher = new BattleFinisher(() => app)
const app = await startApp({
  config: readConfig({
    LOG_LEVEL: 'error',
    ...process.env,
    ...OWN_MACHINE_LIMITS,
    HOST: '127.0.0.1',
    PORT: '0',
    OPS_PORT: '0',
  }),
  arrangeRooms: (ports) => arrange(ports, benchBalance(readOptions())),
})
// A new embedded database takes seconds of a core; they are not the battle's.
await app.store.database.ready
serveBench(app.publicUrl, recorder, () => finisher.finish())

function arrange(ports: RoomPorts, balance: Balance): RoomPorts {
  let isTick = false
  finisher.results = ports.results
  return {
    ...ports,
    balance: () => balance,
    metrics: recording(ports.metrics, () => (isTick = true)),
    timers: {
      setTimeout: (callback, delayMs) =>
        ports.timers.setTimeout(() => {
          isTick = false
          recorder.begin()
          callback()
          if (isTick) recorder.end()
        }, delayMs),
    },
  }
}

/** Everything is counted as in production, and what the bench wants to know beside it. */
function recording(metrics: RoomMetrics, ticked: () => void): RoomMetrics {
  const { counts } = recorder
  const count = (name: string, amount: number) => (counts[name] = (counts[name] ?? 0) + amount)
  counts['visible'] = 0
  counts['frames'] = 0
  return {
    ...metrics,
    tickWork(phase, durationMs) {
      if (phase === 'total') ticked()
      // Told together with `sim`, after the step.
      else if (phase !== 'input' && phase !== 'rewind') recorder.endPhase(PHASE_NAMES[phase])
      metrics.tickWork(phase, durationMs)
    },
    entitiesSent(visible) {
      counts['visible']! += visible
      counts['frames']!++
      metrics.entitiesSent(visible)
    },
    patchSkipped(reason) {
      count(`skipped ${reason}`, 1)
      metrics.patchSkipped(reason)
    },
    tickSkipped(steps) {
      count('steps skipped', steps)
      metrics.tickSkipped(steps)
    },
    inputRejected(reason, amount = 1) {
      count(`input ${reason}`, amount)
      metrics.inputRejected(reason, amount)
    },
  }
}
