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
import { readOptions, serveBench } from './bench-talk.ts'
import { TickRecorder } from './tick-recorder.ts'

/** Limits that make sense between strangers, not between this machine and itself. */
const OWN_MACHINE_LIMITS = {
  CONNECTIONS_MAX: '100000',
  SOCKETS_PER_ADDRESS_MAX: '100000',
  GUESTS_PER_ADDRESS_PER_MIN: '1000000',
  MATCHMAKES_PER_ADDRESS_PER_MIN: '1000000',
  READS_PER_ADDRESS_PER_MIN: '1000000',
  PLAYERS_MAX: '4000',
  IDLE_KICK_SEC: '86400',
  // A bench asks for more than an operator would.
  ADMIT_WORK_PERCENT_MAX: '10000',
  ADMIT_BUSY_PERCENT_MAX: '10000',
}

/** What the phases hold as they are told: all since the one before. */
const PHASE_NAMES = {
  sim: 'commands and step',
  rewind: 'rewind',
  encode: 'encode and slow state',
  send: 'send',
} as const

const recorder = new TickRecorder()
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
serveBench(app.publicUrl, recorder)

function arrange(ports: RoomPorts, balance: Balance): RoomPorts {
  let isTick = false
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
      // Told together with `sim`, after both.
      else if (phase !== 'input') recorder.endPhase(PHASE_NAMES[phase])
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
    inputRejected(reason) {
      count(`input ${reason}`, 1)
      metrics.inputRejected(reason)
    },
  }
}
