/**
 * Whether this process is alive and whether it should get traffic. Alive: the event loop turns and,
 * while people play, ticks happen. Ready: not draining, the database answers, and room for another
 * battle. No dependency is asked for liveness.
 */
import type { Clock } from '@battalion/base/clock.ts'

import type { RoomMetrics } from '../rooms/ports.ts'
import type { HealthPart } from './http/ops-server.ts'

const TICK_AGE_MS_MAX = 2000
const LAG_SEC_MAX = 1
const MS_PER_SEC = 1000

/** What health looks at. */
export interface HealthPorts {
  readonly clock: Clock
  readonly lagSec: () => number
  readonly isDraining: () => boolean
  readonly clientCount: () => number
  readonly roomCount: () => number
  readonly roomsMax: number
  readonly database: () => HealthPart
}

type Parts = Readonly<Record<string, HealthPart>>

/** Both verdicts, and the tap on room metrics that tells when the last tick was. */
export interface Health {
  readonly liveness: () => Parts
  readonly readiness: () => Parts
  watchTicks(metrics: RoomMetrics): RoomMetrics
}

/** Health of this process. */
export function createHealth(ports: HealthPorts): Health {
  let lastTickMs = ports.clock.monotonicMs()
  const tickPart = (): HealthPart => {
    const ageMs = ports.clock.monotonicMs() - lastTickMs
    const isIdle = ports.roomCount() === 0 || ports.clientCount() === 0
    const detail = isIdle ? 'nobody plays' : `last tick ${(ageMs / MS_PER_SEC).toFixed(2)} s ago`
    return { ok: isIdle || ageMs <= TICK_AGE_MS_MAX, detail }
  }
  return {
    liveness() {
      const lagSec = ports.lagSec()
      const loop = { ok: lagSec < LAG_SEC_MAX, detail: `lag p99 ${lagSec.toFixed(3)} s` }
      return { loop, tick: tickPart() }
    },
    readiness() {
      const roomCount = ports.roomCount()
      const isDraining = ports.isDraining()
      return {
        drain: { ok: !isDraining, detail: isDraining ? 'draining' : 'not draining' },
        database: ports.database(),
        rooms: { ok: roomCount < ports.roomsMax, detail: `${roomCount} of ${ports.roomsMax}` },
      }
    },
    watchTicks: (metrics) => ({
      ...metrics,
      tickWork(phase, durationMs) {
        if (phase === 'total') lastTickMs = ports.clock.monotonicMs()
        metrics.tickWork(phase, durationMs)
      },
    }),
  }
}
