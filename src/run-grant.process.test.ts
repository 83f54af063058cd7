/** `npm run grant`: a role for an account of a stopped server, one line for what is wrong. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

import { putMadeDatabase } from '@battalion/testkit/made-database.ts'

import { openDatabase } from './db/database.ts'
import { listRoles } from './services/identity/roles.ts'
import { insertUser } from './services/identity/user-queries.ts'
import { systemClock, systemTimers } from './system-clock.ts'
import { tempDir } from './testing/temp-dir.ts'

const PROGRAM = fileURLToPath(new URL('run-grant.ts', import.meta.url))
const ACCOUNT = { name: 'Ada', nameKey: 'ada', email: 'a@example.org', emailKey: 'a@example.org' }

describe('npm run grant', () => {
  it('[AUTH-7] makes the first admin, and says in one line what is wrong', async (t) => {
    const dataDir = tempDir(t)
    await putMadeDatabase(dataDir)
    const open = async () => {
      const place = { engine: 'pglite', directory: join(dataDir, 'db') } as const
      const database = openDatabase({ place, clock: systemClock, timers: systemTimers })
      await database.ready
      return database
    }
    const before = await open()
    const id = randomUUID()
    const user = { id, kind: 'account', name: 'Ada', account: ACCOUNT, nowMs: 0 } as const
    await insertUser(before.db, user)
    await before.close()
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [PROGRAM, ...args], {
        env: { ...process.env, DATA_DIR: dataDir, DATABASE_URL: '' },
        encoding: 'utf8',
      })
    const usage = run('ada', 'emperor')
    assert.equal(usage.status, 78)
    assert.match(usage.stderr, /^grant: usage: npm run grant -- NAME moderator\|admin/)
    const nobody = run('bea', 'admin')
    assert.deepEqual([nobody.status, nobody.stderr], [78, 'grant: there is no account "bea".\n'])
    const granted = run('ADA', 'admin')
    assert.equal(granted.status, 0, granted.stderr)
    assert.equal(granted.stdout, 'Ada is admin now, once a second factor is set.\n')
    const after = await open()
    assert.deepEqual(await listRoles(after.db, id), ['admin'])
    await after.close()
  })
})
