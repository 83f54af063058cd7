/** `npm run audit -- verify`: says that a log is whole, and which row is not what it was. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

import { putMadeDatabase } from '@battalion/testkit/made-database.ts'
import { sql } from 'kysely'

import { openDatabase } from './db/database.ts'
import type { Database } from './db/database.ts'
import { appendAudit } from './services/audit/audit-log.ts'
import { systemClock, systemTimers } from './system-clock.ts'
import { tempDir } from './testing/temp-dir.ts'

const PROGRAM = fileURLToPath(new URL('run-audit.ts', import.meta.url))
const ROWS = 5

async function fill(database: Database): Promise<void> {
  for (let row = 0; row < ROWS; row++) {
    await database.transact((trx) =>
      appendAudit(trx, {
        actor: { kind: 'machine', id: null, address: null },
        action: 'user.ban',
        target: { kind: 'user', id: `user ${row}` },
        before: {},
        after: {},
        reason: 'aimbot',
        requestId: randomUUID(),
        outcome: 'done',
        atMs: systemClock.wallMs(),
      }),
    )
  }
}

/** As somebody who owns the tables may. */
async function changeOneRow(database: Database): Promise<void> {
  await database.transact(async (trx) => {
    await sql`alter table audit.entries disable trigger user`.execute(trx)
    await sql`update audit.entries set reason = 'nothing' where seq = 3`.execute(trx)
    await sql`alter table audit.entries enable trigger user`.execute(trx)
  })
}

describe('npm run audit', () => {
  it('[ADM-4] finds one changed row, names it and ends with 1; a whole log ends with 0', async (t) => {
    const dataDir = tempDir(t)
    await putMadeDatabase(dataDir)
    const within = async (work: (database: Database) => Promise<void>) => {
      const place = { engine: 'pglite', directory: join(dataDir, 'db') } as const
      const database = openDatabase({ place, clock: systemClock, timers: systemTimers })
      await database.ready
      try {
        await work(database)
      } finally {
        await database.close()
      }
    }
    const verify = (...args: string[]) =>
      spawnSync(process.execPath, [PROGRAM, 'verify', ...args], {
        env: { ...process.env, DATA_DIR: dataDir, DATABASE_URL: '' },
        encoding: 'utf8',
      })
    await within(fill)
    const whole = verify()
    assert.equal(whole.status, 0, whole.stderr)
    const head = /^audit: 5 rows, whole \(.*\); head ([\da-f]{64})$/m.exec(whole.stdout)?.[1]
    assert.ok(head, whole.stdout)
    assert.equal(verify('--known', head).status, 0)

    await within(changeOneRow)
    const changed = verify('--known', head)
    assert.equal(changed.status, 1, changed.stdout + changed.stderr)
    assert.match(changed.stdout, /^audit: row 3 was changed: its hash is not that of its content$/m)
    assert.match(changed.stdout, /^audit: 5 rows, 1 findings/m)
  })
})
