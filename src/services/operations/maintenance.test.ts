/** Maintenance on both engines: kept, told, recorded, the same for a process that comes later. */
import assert from 'node:assert/strict'
import { it } from 'node:test'

import { FakeClock } from '@battalion/testkit/fake-clock.ts'
import { describeDatabase } from '@battalion/testkit/test-database.ts'

import type { Database } from '../../db/database.ts'
import { listAudit } from '../audit/audit-log.ts'
import { machineTrail } from '../audit/audit-trail.ts'
import { LOOK_MS, MaintenanceMode } from './maintenance-mode.ts'
import type { Maintenance } from './maintenance-queries.ts'

const MINUTE_MS = 60_000

function open(database: Database, clock: FakeClock) {
  const told: Maintenance[] = []
  const errors: unknown[] = []
  const mode = new MaintenanceMode({
    database,
    clock,
    timers: clock,
    onChange: (now) => void told.push(now),
    onError: (error) => void errors.push(error),
  })
  return { mode, told, errors }
}

describeDatabase('maintenance', (engine) => {
  it('[ADM-3] outlives the process; players get its words and when to come again', async (t) => {
    const database = await engine.open(t)
    const clock = new FakeClock()
    const here = open(database, clock)
    await here.mode.start()
    assert.equal(here.mode.notice, undefined)
    here.mode.refuse()
    const trail = machineTrail(clock, 'maintenance.set', 'request-1')
    const untilMs = clock.wallMs() + 30 * MINUTE_MS
    await here.mode.set(trail, { isOn: true, text: 'New maps come in.', untilMs })
    assert.deepEqual(here.mode.notice, { message: 'New maps come in.', retryAfterSec: 1800 })
    assert.throws(() => here.mode.refuse(), {
      code: 'maintenance',
      message: 'New maps come in.',
      retryAfterSec: 1800,
    })

    const later = open(database, clock)
    await later.mode.start()
    assert.equal(later.mode.now.isOn, true)
    assert.deepEqual(
      later.told.map(({ isOn }) => isOn),
      [true],
    )
    clock.advance(31 * MINUTE_MS)
    assert.equal(later.mode.notice?.retryAfterSec, 60, 'it takes longer: nobody knows')
    assert.equal(later.mode.now.isOn, true, 'staff end it, not the clock')
    here.mode.stop()
    later.mode.stop()
  })

  it('[ADM-4] leaves a row with before and after; another process hears of it', async (t) => {
    const database = await engine.open(t)
    const clock = new FakeClock()
    const [here, there] = [open(database, clock), open(database, clock)]
    await here.mode.start()
    await there.mode.start()
    const on = { isOn: true, text: 'Soon back.', untilMs: null }
    await here.mode.set(machineTrail(clock, 'maintenance.set', 'request-1'), on)
    clock.advance(1)
    await here.mode.set(machineTrail(clock, 'maintenance.set', 'request-2'), {
      isOn: false,
      text: '',
      untilMs: null,
    })
    const [last, first] = await listAudit(database.db, { limit: 2 })
    const shown = { isOn: true, text: 'Soon back.', until: null }
    const off = { isOn: false, text: '', until: null }
    assert.deepEqual([first?.before, first?.after], [off, shown])
    assert.deepEqual([last?.before, last?.after], [shown, off])
    assert.deepEqual(
      here.told.map(({ isOn }) => isOn),
      [true, false],
    )
    await here.mode.set(machineTrail(clock, 'maintenance.set', 'request-3'), on)
    clock.advance(LOOK_MS)
    while (there.told.length === 0) await new Promise((resolve) => setImmediate(resolve))
    assert.equal(there.mode.now.isOn, true)
    assert.deepEqual(there.errors, [])
    here.mode.stop()
    there.mode.stop()
  })
})
