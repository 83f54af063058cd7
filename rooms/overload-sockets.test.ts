/**
 * Overload over real sockets, seen by a stock SDK client. The room's clock stands until the test
 * steps it: on time, or by leaps that make every wake-up late. However busy the machine is, the
 * room sees the same times, and minutes of recovery are over as fast as they are computed.
 */
import { strict as assert } from 'node:assert'
import { after, before, describe, it } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { StepTimers } from '@battalion/client/testing/step-timers.ts'
import { sampleBalance } from '@battalion/sim/sample-battle.ts'
import { startRoomServer, until } from '@battalion/testkit/room-server.ts'
import type { RoomServer } from '@battalion/testkit/room-server.ts'
import type { ServerMessages } from '@battalion/wire/messages.ts'
import type { BattlefieldState } from '../schema/battlefield-state.ts'
import type { RoomMetrics } from './ports.ts'

const TICK_RATE_HZ = 4
/** Time passes so far between two looks at the sockets. */
const ON_TIME_MS = 50
/** Longer than the longest step, half speed at 4 Hz: every wake-up is late. */
const LEAP_MS = 1200
/** The way down and the way back take minutes of the room's time, not hours. */
const ROOM_MS_MAX = 600_000

describe('overload over sockets', () => {
  let server: RoomServer
  const timers = new StepTimers()
  const clock = { monotonicMs: () => timers.nowMs, wallMs: () => timers.nowMs }
  const wakeLate = () => {
    timers.nowMs += LEAP_MS
    timers.step(0)
  }
  const wakeOnTime = () => timers.step(ON_TIME_MS)
  const changes: string[] = []
  const metrics = new Proxy({} as RoomMetrics, {
    get: (_, name) => (first: unknown, second: unknown) => {
      if (name === 'overloadChanged') changes.push(`${String(second)} ${String(first)}`)
    },
  })

  before(async () => {
    const mode = { warmupSec: 6000, tickRateHz: TICK_RATE_HZ, timeDilation: true }
    server = await startRoomServer({
      balance: sampleBalance({ mode }),
      limits: { joinAckTimeoutMs: 60_000, idleKickSec: 6000, undrainedMsMax: 6_000_000 },
      ports: { clock, timers, metrics },
    })
  })
  after(async () => await server.stop())

  it('[H-05] goes down step by step, refuses, and comes back, and a client sees all of it', async () => {
    const room = await server.client('ann').joinOrCreate<BattlefieldState>('battlefield')
    const seen: [step: number, timeScale: number, rateHz: number][] = []
    const notices: string[] = []
    room.onMessage('notice', ({ code }: ServerMessages['notice']) => notices.push(code))
    for (const type of ['welcome', 1]) room.onMessage(type, () => undefined)
    room.onStateChange(({ overloadStep, timeScale, snapshotRateHz }) => {
      const last = seen.at(-1)
      if (last?.[0] === overloadStep && last[1] === timeScale) return
      seen.push([overloadStep, timeScale, Math.round(snapshotRateHz * 100) / 100])
    })
    await until(() => seen.length > 0, 'the first state')
    await stepUntil(timers, wakeLate, () => seen.at(-1)?.[0] === 5)
    await assert.rejects(server.client('bob').joinById(room.roomId), 'nobody new')
    await stepUntil(timers, wakeOnTime, () => seen.at(-1)?.[0] === 0)
    assert.deepEqual(seen.slice(0, 7), [
      [0, 1, 4],
      [1, 1, 4],
      [2, 1, 2.67],
      [3, 1, 2],
      [4, 0.75, 1.5],
      [4, 0.5, 1],
      [5, 0.5, 0.5],
    ])
    assert.deepEqual(notices.slice(0, 5), [
      'overload_far_slower',
      'overload_fewer_snapshots',
      'overload_half_rate',
      'overload_slow_time',
      'overload_closed',
    ])
    assert.equal(notices.at(-1), 'overload_over')
    assert.deepEqual(changes.slice(0, 6), [
      'down 1',
      'down 2',
      'down 3',
      'down 4',
      'down 4',
      'down 5',
    ])
    assert.equal(changes.at(-1), 'up 0')
    const bob = await server.client('bob').joinById(room.roomId)
    await bob.leave()
    await room.leave()
    assert.deepEqual(server.errors, [])
  })
})

/** Steps the room's clock, and lets sockets move in between, until it is so. */
async function stepUntil(
  timers: StepTimers,
  step: () => void,
  isTrue: () => boolean,
): Promise<void> {
  const endMs = timers.nowMs + ROOM_MS_MAX
  while (!isTrue()) {
    assert.ok(timers.nowMs < endMs, 'it happens in time')
    step()
    await nextTurn()
  }
}
