/** Small parts of the wiring: balance loading, user seats, health. */
import assert from 'node:assert/strict'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

import { toUserId } from '@battalion/base/ids.ts'

import { ConfigError } from './config.ts'
import { createHealth } from './health.ts'
import { loadBalance } from './load-balance.ts'
import { Metrics } from './telemetry/metrics.ts'
import { createRoomMetrics } from './telemetry/room-metrics.ts'
import { tempDir } from './testing/temp-dir.ts'
import type { SeatOwner } from '../rooms/ports.ts'
import { createUserSeats } from './user-seats.ts'

const BALANCE_DIR = fileURLToPath(new URL('../packages/sim/balance/1', import.meta.url))

describe('loading the balance', () => {
  it('reads the shipped one, maps included', () => {
    const { balance, version, files } = loadBalance(BALANCE_DIR)
    assert.equal(version, balance.version)
    assert.ok('maps/duel.json' in files)
    assert.ok(balance.maps.length >= 3)
  })

  it('a wrong value stops the start with file and path', (t) => {
    const dir = tempDir(t)
    cpSync(BALANCE_DIR, dir, { recursive: true })
    const path = join(dir, 'weapons.json')
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, text.replace(/"damage": [\d.]+/, '"damage": "much"'))
    assert.throws(
      () => loadBalance(dir),
      (error) => error instanceof ConfigError && /weapons\.json.*damage/s.test(error.message),
    )
    writeFileSync(path, '{')
    assert.throws(() => loadBalance(dir), /weapons\.json is not JSON/)
  })
})

describe('user seats', () => {
  it('a second claim tells the first to leave, once; releases of others change nothing', () => {
    const seats = createUserSeats()
    const [ada, bob] = ['ada', 'bob'].map((name) => ({
      userId: toUserId(name),
      tokenSessionId: `session of ${name}`,
    })) as [SeatOwner, SeatOwner]
    const told: string[] = []
    const first = () => told.push('first')
    const second = () => told.push('second')
    seats.claim(ada, 'battlefield', first)
    seats.claim(ada, 'home', second)
    seats.claim(bob, 'battlefield', second)
    assert.deepEqual(told, [])
    seats.claim(ada, 'battlefield', second)
    assert.deepEqual(told, ['first'])
    seats.release(ada, 'battlefield', first)
    seats.claim(ada, 'battlefield', first)
    assert.deepEqual(told, ['first', 'second'], 'the late release of the first did not count')
  })
})

describe('health', () => {
  it('is dead when people play and no tick comes, alive when nobody plays', () => {
    const state = { nowMs: 0, clients: 0, isDraining: false, lagSec: 0 }
    const health = createHealth({
      clock: { monotonicMs: () => state.nowMs, wallMs: () => state.nowMs },
      lagSec: () => state.lagSec,
      isDraining: () => state.isDraining,
      clientCount: () => state.clients,
      roomCount: () => 1,
      roomsMax: 2,
      database: () => ({ ok: true, detail: 'fake' }),
    })
    const metrics = health.watchTicks(createRoomMetrics(new Metrics()))
    state.nowMs = 10_000
    assert.ok(health.liveness()['tick']?.ok)
    state.clients = 1
    assert.ok(!health.liveness()['tick']?.ok)
    metrics.tickWork('total', 1)
    assert.ok(health.liveness()['tick']?.ok)
    state.nowMs += 2001
    assert.ok(!health.liveness()['tick']?.ok)
    state.lagSec = 2
    assert.ok(!health.liveness()['loop']?.ok)
    assert.ok(health.readiness()['drain']?.ok)
    state.isDraining = true
    assert.ok(!health.readiness()['drain']?.ok)
  })
})
