/**
 * Overload over real sockets: a tick made slow by the metrics port a test hands in (there is no
 * other way in, so none in production), seen by a stock SDK client. The room's clock runs ten times
 * as fast as the wall, so that minutes of recovery are seconds.
 */
import { strict as assert } from 'node:assert'
import { after, before, describe, it } from 'node:test'
import { sampleBalance } from '@battalion/sim/sample-battle.ts'
import { startRoomServer, until } from '@battalion/testkit/room-server.ts'
import type { RoomServer } from '@battalion/testkit/room-server.ts'
import type { ServerMessages } from '@battalion/wire/messages.ts'
import { systemClock, systemTimers } from '../src/system-clock.ts'
import type { BattlefieldState } from '../schema/battlefield-state.ts'
import type { RoomMetrics } from './ports.ts'

const SPEED = 10
/** A step is 25 ms on the wall: what a busy test machine is late by is no overload. */
const TICK_RATE_HZ = 4
const SLOW_WALL_MS = 120
const WITHIN_MS = 60_000

const clock = {
  monotonicMs: () => systemClock.monotonicMs() * SPEED,
  wallMs: () => systemClock.wallMs(),
}
const timers = {
  setTimeout: (callback: () => void, delayMs: number) =>
    systemTimers.setTimeout(callback, delayMs / SPEED),
}

describe('overload over sockets', () => {
  let server: RoomServer
  let isSlow = false
  const changes: string[] = []
  const metrics = new Proxy({} as RoomMetrics, {
    get: (_, name) => (first: unknown, second: unknown) => {
      if (name === 'overloadChanged') changes.push(`${String(second)} ${String(first)}`)
      if (name === 'tickLateness' && isSlow) block(SLOW_WALL_MS)
    },
  })

  before(async () => {
    const mode = { warmupSec: 6000, tickRateHz: TICK_RATE_HZ, timeDilation: true }
    server = await startRoomServer({
      balance: sampleBalance({ mode }),
      limits: { joinAckTimeoutMs: 60_000, idleKickSec: 6000, undrainedMsMax: 60_000 },
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
    isSlow = true
    await until(() => seen.at(-1)?.[0] === 5, 'the last step', WITHIN_MS)
    await assert.rejects(server.client('bob').joinById(room.roomId), 'nobody new')
    isSlow = false
    await until(() => seen.at(-1)?.[0] === 0, 'the recovery', WITHIN_MS)
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

/** Stands the process still, as a tick that is too dear does. */
function block(ms: number): void {
  const endMs = systemClock.monotonicMs() + ms
  while (systemClock.monotonicMs() < endMs);
}
