/** Backups by the server itself: when, how many are kept, and that they restore [DAT-6]. */
import assert from 'node:assert/strict'
import { chmodSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'

import { FakeClock } from '@battalion/testkit/fake-clock.ts'
import { insertTestUser } from '@battalion/testkit/social-world.ts'
import { describeDatabase } from '@battalion/testkit/test-database.ts'

import type { Database } from './db/database.ts'
import { restore } from './db/restore.ts'
import { sumTables } from './db/table-checksums.ts'
import { BACKUP_JOB, backUpWhenDue, planBackups } from './plan-backups.ts'
import { tempDir } from './testing/temp-dir.ts'

const HOUR_MS = 3_600_000
const ignore = () => undefined
const sums = (database: Database) => database.patient.transact(sumTables)

describeDatabase('backups by the server', (engine) => {
  it('[DAT-6] come when they are due, the oldest go, and the newest restores to the same sums', async (t) => {
    const database = await engine.open(t)
    const dataDir = tempDir(t)
    const clock = new FakeClock()
    const config = { backupEveryHours: 6, backupDir: '', backupKeepCount: 2, dataDir }
    const lines: unknown[] = []
    const logger = { info: (line: unknown) => void lines.push(line) }
    const plan = planBackups(database, { config, logger, clock })
    assert.deepEqual(plan.schedules, [{ kind: BACKUP_JOB, pattern: '29 * * * *' }])
    const directory = join(dataDir, 'backups')
    for (let hour = 0; hour < 24; hour++) {
      await insertTestUser(database, `user of hour ${hour}`)
      await plan.handlers[BACKUP_JOB]!({} as never)
      if (hour === 0) writeFileSync(join(directory, 'by-hand.jsonl.gz'), 'kept')
      // Jobs are never quite on time.
      clock.advance(HOUR_MS + (hour % 2 === 0 ? -3000 : 3000))
    }
    const files = readdirSync(directory).sort()
    assert.deepEqual(
      files.map((name) => name.slice(0, 4)),
      ['auto', 'auto', 'by-h'],
    )
    assert.equal(lines.length, 4, 'at hours 0, 6, 12, 18')
    const path = join(directory, files[1]!)
    assert.equal(statSync(path).mode & 0o777, 0o600)

    const fresh = await engine.open(t)
    await restore(fresh.patient, { path, mayWipe: true, onProgress: ignore })
    await insertTestUser(fresh, 'after')
    const config2 = { ...config, backupDir: join(dataDir, 'second') }
    const before = await sums(fresh)
    const second = await backUpWhenDue(fresh, { config: config2, logger, clock })
    await insertTestUser(fresh, 'lost')
    assert.notDeepEqual(await sums(fresh), before)
    await restore(fresh.patient, { path: second!, mayWipe: true, onProgress: ignore })
    assert.deepEqual(await sums(fresh), before)
  })

  it('are off by default; a place that cannot be written fails the job and leaves no half file', async (t) => {
    const database = await engine.open(t)
    const dataDir = tempDir(t)
    const logger = { info: ignore }
    const config = { backupEveryHours: 0, backupDir: '', backupKeepCount: 2, dataDir }
    const off = planBackups(database, { config, logger })
    assert.deepEqual(off.schedules, [])
    await off.handlers[BACKUP_JOB]!({} as never)
    assert.deepEqual(readdirSync(dataDir), [])
    const file = join(dataDir, 'file')
    writeFileSync(file, '')
    chmodSync(file, 0o400)
    const wrong = { ...config, backupEveryHours: 1, backupDir: join(file, 'inside') }
    await assert.rejects(backUpWhenDue(database, { config: wrong, logger }), /ENOTDIR/)
  })
})
