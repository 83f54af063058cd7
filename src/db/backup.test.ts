/** Backup and restore on both engines and across them, and the page of tables [DAT-6, DAT-1]. */
import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'

import { createTestEngine, describeDatabase } from '@battalion/testkit/test-database.ts'
import { TEST_DATABASE_URL } from '@battalion/testkit/test-database.ts'
import { NO_POSTGRES } from '@battalion/testkit/private-cluster.ts'
import { sql } from 'kysely'

import { tempDir } from '../testing/temp-dir.ts'
import { backUp } from './backup.ts'
import { DatabaseSetupError } from './database-error.ts'
import type { Database } from './database.ts'
import { describeSchema } from './describe-schema.ts'
import { restore } from './restore.ts'
import { sumTables } from './table-checksums.ts'

const MADE_AT = new Date('2030-01-02T00:00:00Z')
const ROWS_COUNT = 1200
const ignore = () => undefined

/** Rows that are hard to carry: quotes, nulls, JSON null, every kind of text. */
async function fill(database: Database): Promise<void> {
  await sql`
    insert into jobs.jobs (kind, key, payload, run_at, attempts_max, created_at, last_error)
    select 'k' || n, case when n % 3 = 0 then null else 'key "' || n || '\\' end,
      case when n % 7 = 0 then 'null'::jsonb
        else jsonb_build_object('n', n, 't', E'a\n"b"\\, {}') end,
      '2030-01-01'::timestamptz + n * interval '1.000001 s', 5, now(),
      case n % 4 when 0 then '' when 1 then null when 2 then 'NULL'
        else E'(한글, \t"x")\u2028\u2029\u0085\r' end
    from generate_series(1, ${sql.lit(ROWS_COUNT)}) n`.execute(database.db)
  await sql`
    insert into stream.leases (name, holder, expires_at)
    values ('', '{,"\\}', 'infinity')`.execute(database.db)
}

const sums = (database: Database) => database.patient.transact(sumTables)

async function wipe(database: Database): Promise<void> {
  await sql`truncate jobs.jobs, stream.leases restart identity`.execute(database.db)
}

describeDatabase('backup and restore', (engine) => {
  let database: Database
  const closers: (() => unknown)[] = []
  before(async () => {
    database = await engine.open({ after: (close) => void closers.push(close as () => unknown) })
    await fill(database)
  })
  after(async () => {
    for (const close of closers.toReversed()) await close()
  })

  it('[DAT-6] after backup, wipe and restore every sum is the same, and ids go on', async (t) => {
    const path = join(tempDir(t), 'a.jsonl.gz')
    const told: number[] = []
    const onProgress = ({ rows }: { rows: number }) => void told.push(rows)
    const sumsBefore = await sums(database)
    const made = await backUp(database.patient, { path, madeAt: MADE_AT, onProgress })
    assert.equal(made.rows, ROWS_COUNT + 1)
    assert.ok(told.length >= 3)
    assert.equal(statSync(path).mode & 0o777, 0o600)
    await wipe(database)
    assert.notDeepEqual(await sums(database), sumsBefore)
    await restore(database.patient, { path, mayWipe: false, onProgress: ignore })
    assert.deepEqual(await sums(database), sumsBefore)
    const { rows } = await sql<{ id: bigint }>`
      insert into jobs.jobs (kind, payload, run_at, attempts_max, created_at)
      values ('next', '{}', now(), 1, now()) returning id`.execute(database.db)
    assert.equal(rows[0]!.id, BigInt(ROWS_COUNT + 1))
    await sql`delete from jobs.jobs where kind = 'next'`.execute(database.db)
  })

  it('[DAT-6] refuses what is not empty, and replaces it when told to', async (t) => {
    const path = join(tempDir(t), 'a.jsonl.gz')
    const sumsBefore = await sums(database)
    await backUp(database.patient, { path, madeAt: MADE_AT, onProgress: ignore })
    await sql`update jobs.jobs set kind = 'changed' where id < 10`.execute(database.db)
    const careful = restore(database.patient, { path, mayWipe: false, onProgress: ignore })
    await assert.rejects(careful, /not empty \(jobs\.jobs\); add --wipe/)
    await restore(database.patient, { path, mayWipe: true, onProgress: ignore })
    assert.deepEqual(await sums(database), sumsBefore)
  })

  it('[DAT-6] changes nothing by a file that is cut, damaged or of another version', async (t) => {
    const dir = tempDir(t)
    const path = join(dir, 'a.jsonl.gz')
    await backUp(database.patient, { path, madeAt: MADE_AT, onProgress: ignore })
    const sumsBefore = await sums(database)
    const text = gunzipSync(readFileSync(path)).toString()
    const lines = text.trimEnd().split('\n')
    const broken: Record<string, Buffer> = {
      'cut by a line': gzipSync(lines.slice(0, -1).join('\n')),
      'cut by bytes': readFileSync(path).subarray(0, -2000),
      'a changed row': gzipSync(text.replace('(3,k3,', '(3,k4,')),
      'another version': gzipSync(text.replace('"0001-jobs"', '"0001-job"')),
      'no head': gzipSync(lines.slice(1).join('\n')),
      'no backup': gzipSync('{}'),
      'no gzip': Buffer.from('hello'),
    }
    for (const [name, bytes] of Object.entries(broken)) {
      writeFileSync(path, bytes)
      const work = restore(database.patient, { path, mayWipe: true, onProgress: ignore })
      await assert.rejects(work, (error) => {
        assert.ok(error instanceof DatabaseSetupError, `${name}: ${String(error)}`)
        assert.match(error.message, /^restore: .*; nothing was changed\.$/, name)
        return true
      })
      assert.deepEqual(await sums(database), sumsBefore, name)
    }
  })

  it('[DAT-1] docs/erd.md is what the migrations make', async () => {
    const page = new URL('../../docs/erd.md', import.meta.url)
    const live = await describeSchema(database.patient)
    assert.equal(readFileSync(page, 'utf8'), live, 'run: npm run erd')
  })
})

const skip = TEST_DATABASE_URL === undefined ? NO_POSTGRES : false

describe('backup across engines', { skip }, () => {
  it('[DAT-6] a backup of PGlite restores into PostgreSQL with the same sums', async (t) => {
    const path = join(tempDir(t), 'a.jsonl.gz')
    const source = await createTestEngine('pglite').open(t)
    const target = await createTestEngine('postgres').open(t)
    await fill(source)
    await backUp(source.patient, { path, madeAt: MADE_AT, onProgress: ignore })
    await restore(target.patient, { path, mayWipe: false, onProgress: ignore })
    assert.deepEqual(await sums(target), await sums(source))
  })
})
