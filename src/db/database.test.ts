/** The database value on both engines: types, transactions, guards, limits [DAT-2]. */
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'

import { AppError } from '@battalion/base/app-error.ts'
import { describeDatabase } from '@battalion/testkit/test-database.ts'
import { sql } from 'kysely'

import { ANSWER_MS_MAX } from './database.ts'
import type { Database, Db } from './database.ts'
import { DatabaseError, findDatabaseError, UNIQUE_VIOLATION } from './database-error.ts'
import { jsonText } from './json-text.ts'
import { inSavepoint } from './savepoint.ts'
import { afterCommit } from './transaction-scope.ts'

const AT = new Date('2030-01-02T03:04:05.678Z')

function addJob(db: Db, key: string) {
  return db
    .insertInto('jobs.jobs')
    .values({
      kind: 'test',
      key,
      payload: jsonText({ list: ['a', 1n.toString()] }),
      run_at: AT,
      attempts_max: 3,
      created_at: AT,
    })
    .returning(['id', 'payload', 'run_at'])
    .executeTakeFirstOrThrow()
}

function lockJob(db: Db, id: bigint) {
  return sql`select 1 from jobs.jobs where id = ${id} for update`.execute(db)
}

async function countJobs(db: Db): Promise<number> {
  const row = await db
    .selectFrom('jobs.jobs')
    .select(sql<number>`count(*)::int4`.as('count'))
    .executeTakeFirstOrThrow()
  return row.count
}

function isUnavailable(error: unknown): boolean {
  assert.ok(error instanceof AppError, String(error))
  assert.equal(error.code, 'database_unavailable')
  assert.ok(error.retryAfterSec! > 0)
  return true
}

describeDatabase('the database', (engine) => {
  let database: Database
  const closers: (() => unknown)[] = []
  before(async () => {
    database = await engine.open({ after: (close) => void closers.push(close as () => unknown) })
  })
  after(async () => {
    for (const close of closers.toReversed()) await close()
  })

  it('[DAT-2] reads every type the same on both engines', async () => {
    const { rows } = await sql<Record<string, unknown>>`
      select 9007199254740993::int8 as big, 7::int4 as small, 1.50::numeric as exact,
        2.5::float8 as real, true as yes, null::int8 as nothing, 'ä'::text as letters,
        '2030-01-02 03:04:05.678+00'::timestamptz as at, '2030-01-02'::date as day,
        '\\x00ff'::bytea as bytes, '{"a":[1,"b"]}'::jsonb as json, 'null'::jsonb as json_null,
        '{1,NULL,9007199254740993}'::int8[] as bigs, '{"a,b","c\\"d",NULL,""}'::text[] as texts,
        array['2030-01-02 03:04:05.678+00'::timestamptz] as times,
        '7f0c0a3e-1b2c-4d5e-8f90-a1b2c3d4e5f6'::uuid as id,
        array['7f0c0a3e-1b2c-4d5e-8f90-a1b2c3d4e5f6'::uuid] as ids, '{}'::int4[] as empty
    `.execute(database.db)
    assert.deepEqual(rows, [
      {
        big: 9007199254740993n,
        small: 7,
        exact: '1.50',
        real: 2.5,
        yes: true,
        nothing: null,
        letters: 'ä',
        at: AT,
        day: '2030-01-02',
        bytes: Uint8Array.of(0, 255),
        json: { a: [1, 'b'] },
        json_null: null,
        bigs: [1n, null, 9007199254740993n],
        texts: ['a,b', 'c"d', null, ''],
        times: [AT],
        id: '7f0c0a3e-1b2c-4d5e-8f90-a1b2c3d4e5f6',
        ids: ['7f0c0a3e-1b2c-4d5e-8f90-a1b2c3d4e5f6'],
        empty: [],
      },
    ])
  })

  it('[DAT-2] takes every parameter the same on both engines', async () => {
    const bytes = Buffer.from([1, 2, 3])
    const { rows } = await sql<Record<string, unknown>>`
      select ${2n ** 62n}::int8 as big, ${AT}::timestamptz as at, ${bytes}::bytea as bytes,
        ${['a', 'b,"c']}::text[] as texts, ${[1n, 2n]}::int8[] as bigs,
        ${jsonText([1, 'x'])} as list, ${jsonText('text')} as word, ${null}::int4 as nothing
    `.execute(database.db)
    assert.deepEqual(rows[0], {
      big: 2n ** 62n,
      at: AT,
      bytes: Uint8Array.of(1, 2, 3),
      texts: ['a', 'b,"c'],
      bigs: [1n, 2n],
      list: [1, 'x'],
      word: 'text',
      nothing: null,
    })
  })

  it('keeps all of a transaction or nothing, and says which constraint failed', async () => {
    const first = await database.transact((trx) => addJob(trx, 'once'))
    assert.equal(typeof first.id, 'bigint')
    assert.deepEqual(first.run_at, AT)
    const countBefore = await countJobs(database.db)
    const twice = database.transact(async (trx) => {
      await addJob(trx, 'other')
      await addJob(trx, 'once')
    })
    await assert.rejects(twice, (error) => {
      assert.ok(error instanceof DatabaseError)
      assert.equal(error.code, UNIQUE_VIOLATION)
      assert.equal(error.constraint, 'jobs_key_key')
      return true
    })
    assert.equal(await countJobs(database.db), countBefore)
  })

  it('never commits silently after a swallowed failure', async () => {
    const work = database.transact(async (trx) => {
      await sql`select 1/0`.execute(trx).catch(() => undefined)
    })
    await assert.rejects(work, (error) => findDatabaseError(error)?.code === '25P02')
  })

  it('goes on after a savepoint was rolled back', async () => {
    await database.transact(async (trx) => {
      await assert.rejects(inSavepoint(trx, () => sql`select 1/0`.execute(trx)))
      await assert.rejects(inSavepoint(trx, () => addJob(trx, 'once')))
      await addJob(trx, 'after savepoint')
    })
    const found = await database.db
      .selectFrom('jobs.jobs')
      .select('id')
      .where('key', '=', 'after savepoint')
      .execute()
    assert.equal(found.length, 1)
  })

  it('throws instead of waiting for itself when db is used inside a transaction', async () => {
    const inside = database.transact(async () => countJobs(database.db))
    await assert.rejects(inside, /used inside its own transaction: use trx/)
    const nested = database.transact(async () => database.transact(countJobs))
    await assert.rejects(nested, /used inside its own transaction/)
    const patient = database.transact(async () => countJobs(database.patient.db))
    await assert.rejects(patient, /used inside its own transaction/)
  })

  it('lets work that a transaction started, and that outlived it, use db', async () => {
    const gate = Promise.withResolvers<void>()
    let later: Promise<number> | undefined
    await database.transact(async () => {
      later = gate.promise.then(() => countJobs(database.db))
    })
    gate.resolve()
    assert.ok((await later!) >= 0)
  })

  it('calls back after the commit, and never after a rollback', async () => {
    const called: string[] = []
    await database.transact(async (trx) => {
      afterCommit(() => called.push('commit'))
      await countJobs(trx)
      assert.deepEqual(called, [])
    })
    const failed = database.transact(async () => {
      afterCommit(() => called.push('rollback'))
      throw new AppError('conflict', 'No.')
    })
    await assert.rejects(failed, { code: 'conflict' })
    assert.deepEqual(called, ['commit'])
  })

  it('serves many callers at once, transactions and queries mixed', async () => {
    const countBefore = await countJobs(database.db)
    const work = Array.from({ length: 40 }, async (_, index) => {
      if (index % 2 === 0) await database.transact((trx) => addJob(trx, `many ${index}`))
      else await countJobs(database.db)
    })
    await Promise.all(work)
    assert.equal(await countJobs(database.db), countBefore + 20)
  })

  it('[C-05] a statement that takes too long is answered within 3 s, and the next one works', async (t) => {
    const hasty = await engine.open(t, { answerMsMax: ANSWER_MS_MAX })
    const startMs = performance.now()
    const slow =
      engine.name === 'postgres'
        ? sql`select pg_sleep(20)`.execute(hasty.db)
        : sql`select count(*) from generate_series(1, 4000000) a where a % 7 = 3`.execute(hasty.db)
    const outcome = await slow.then(
      () => 'in time',
      (error: unknown) => isUnavailable(error) && 'unavailable',
    )
    const tookMs = performance.now() - startMs
    assert.ok(tookMs < 3000, `${tookMs} ms`)
    // PGlite may be quick enough; whatever it says, it is no failure of another kind.
    if (engine.name === 'postgres') assert.equal(outcome, 'unavailable')
    else assert.ok(outcome === 'in time' || outcome === 'unavailable', String(outcome))
    assert.equal(typeof (await countJobs(hasty.patient.db)), 'number')
  })

  // PGlite has one connection: nothing waits for each other.
  if (engine.name === 'postgres')
    it('[LEG-1] work that may run again does so once after a deadlock, and no other does', async () => {
      const [first, second] = [
        await addJob(database.db, 'lock 1'),
        await addJob(database.db, 'lock 2'),
      ]
      const runs = { count: 0 }
      const cross = (options: { isRepeatable?: boolean }) => {
        const both = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const
        const take = async (trx: Db, own: 0 | 1) => {
          runs.count++
          const ids = own === 0 ? [first.id, second.id] : [second.id, first.id]
          await lockJob(trx, ids[0]!)
          both[own].resolve()
          await both[own === 0 ? 1 : 0].promise
          await lockJob(trx, ids[1]!)
        }
        return Promise.allSettled([
          database.transact((trx) => take(trx, 0), options),
          database.transact((trx) => take(trx, 1), options),
        ])
      }
      const alone = await cross({})
      assert.deepEqual(alone.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
      assert.equal(runs.count, 2)
      const again = await cross({ isRepeatable: true })
      assert.deepEqual(
        again.map(({ status }) => status),
        ['fulfilled', 'fulfilled'],
      )
      assert.equal(runs.count, 5)
    })

  // PGlite cannot sleep.
  if (engine.name === 'postgres')
    it('[C-05] operations that are each in time are not late together', async (t) => {
      const hasty = await engine.open(t, { answerMsMax: ANSWER_MS_MAX })
      const naps = { count: 0 }
      const work = async () => {
        for (; naps.count < 20; naps.count++) await sql`select pg_sleep(0.6)`.execute(hasty.db)
      }
      const startMs = performance.now()
      await assert.rejects(hasty.answerInTime(work), isUnavailable)
      const tookMs = performance.now() - startMs
      assert.ok(tookMs < 3000, `${tookMs} ms`)
      assert.ok(naps.count >= 1 && naps.count < 5, `${naps.count} in time`)
      const late = await hasty.answerInTime(async () => ({ goesOn: () => countJobs(hasty.db) }))
      assert.ok((await late.goesOn()) >= 0, 'who waits no more has all the time')
    })

  it('says health with its age', async () => {
    await countJobs(database.db)
    const { phase, isAnswering, ageMs } = database.health()
    assert.equal(phase, 'ready')
    assert.equal(isAnswering, true)
    assert.ok(ageMs < 3000)
    database.probe()
  })

  it('refuses work once closed', async (t) => {
    const other = await engine.open(t)
    await other.close()
    await assert.rejects(countJobs(other.db), isUnavailable)
  })
})
