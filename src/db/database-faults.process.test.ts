/**
 * Faults of PostgreSQL against a real cluster of this file's own, and of PGlite against a process
 * that is killed: nothing acknowledged is lost, every keyed operation happens once, callers are
 * answered within 3 s, nobody's process ends [C-05].
 */
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

import { AppError } from '@battalion/base/app-error.ts'
import { findPostgresBin, NO_POSTGRES } from '@battalion/testkit/private-cluster.ts'
import { startPrivateCluster } from '@battalion/testkit/private-cluster.ts'
import type { PrivateCluster } from '@battalion/testkit/private-cluster.ts'
import { waitUntil } from '@battalion/testkit/wait-until.ts'
import { Client } from 'pg'

import { readConfig } from '../config.ts'
import { findDatabasePlace } from '../open-app-database.ts'
import { createJobQueue } from '../services/jobs/job-queue.ts'
import type { JobQueue } from '../services/jobs/job-queue.ts'
import { systemClock, systemTimers } from '../system-clock.ts'
import { tempDir } from '../testing/temp-dir.ts'
import { openDatabase } from './database.ts'
import type { Database } from './database.ts'

const WRITERS_COUNT = 8
const ANSWER_MS_MAX = 3000
const RECOVERY_MS_MAX = 5000

const bin = findPostgresBin()
const skip = bin === undefined ? NO_POSTGRES : false

/** What eight writers saw: operations that were acknowledged, and how long the others waited. */
class Writers {
  readonly acknowledged = new Set<string>()
  readonly refusedMs: number[] = []
  readonly wrong: unknown[] = []
  slowestMs = 0
  lastGoodMs = 0
  retries = 0
  #isStopping = false
  readonly #work: Promise<void>[]

  constructor(database: Database, queue: JobQueue) {
    this.#work = Array.from({ length: WRITERS_COUNT }, (_, writer) =>
      this.#write(database, queue, writer),
    )
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    await Promise.all(this.#work)
  }

  /** A client: keeps its operation's key and sends it again until it is acknowledged. */
  async #write(database: Database, queue: JobQueue, writer: number): Promise<void> {
    for (let count = 0; !this.#isStopping; count++) {
      const key = `op:${writer}:${count}`
      while (!(await this.#try(database, queue, key))) {
        this.retries++
        await sleep(20)
      }
    }
  }

  async #try(database: Database, queue: JobQueue, key: string): Promise<boolean> {
    const startMs = performance.now()
    try {
      await database.transact(async (trx) => void (await queue.enqueue(trx, { kind: 'op', key })), {
        idempotencyKey: key,
      })
      this.acknowledged.add(key)
      this.lastGoodMs = performance.now()
      return true
    } catch (error) {
      this.refusedMs.push(performance.now() - startMs)
      const isKnown = error instanceof AppError && error.code === 'database_unavailable'
      if (!isKnown || error.retryAfterSec === undefined) this.wrong.push(error)
      return false
    } finally {
      this.slowestMs = Math.max(this.slowestMs, performance.now() - startMs)
    }
  }
}

async function readKeys(url: string): Promise<string[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ key: string }>('select key from jobs.jobs')
  await client.end()
  return rows.map(({ key }) => key)
}

describe('PostgreSQL that fails', { skip }, () => {
  let cluster: PrivateCluster
  before(async () => {
    cluster = await startPrivateCluster(bin!)
  })
  after(() => cluster.stop())

  /** As configured by default, on this cluster. */
  async function open(
    t: TestContext,
    onEvent: (event: string) => unknown = () => undefined,
  ): Promise<{ database: Database; queue: JobQueue }> {
    const config = readConfig({ DATABASE_URL: cluster.url })
    const place = findDatabasePlace(config)
    const database = openDatabase({ place, clock: systemClock, timers: systemTimers, onEvent })
    t.after(() => database.close())
    await database.ready
    await database.db.deleteFrom('jobs.jobs').execute()
    return { database, queue: createJobQueue(systemClock) }
  }

  async function admin(t: TestContext): Promise<Client> {
    const client = new Client({ connectionString: cluster.url })
    client.on('error', () => undefined)
    await client.connect()
    t.after(() => client.end().catch(() => undefined))
    return client
  }

  async function checkBook(writers: Writers): Promise<void> {
    const keys = await readKeys(cluster.url)
    const kept = new Set(keys)
    assert.equal(kept.size, keys.length, 'every operation at most once')
    const lost = [...writers.acknowledged].filter((key) => !kept.has(key))
    assert.deepEqual(lost, [], 'nothing acknowledged is lost')
    assert.deepEqual(writers.wrong, [], 'callers get 503 with a retry time, nothing else')
    assert.ok(writers.slowestMs < ANSWER_MS_MAX, `answered within ${writers.slowestMs} ms`)
  }

  it('[C-05] restart in mid-write, 8 writers: nothing lost, all once, back within 5 s', async (t) => {
    const retried: unknown[] = []
    const { database, queue } = await open(t, (event) => event === 'retried' && retried.push(event))
    const writers = new Writers(database, queue)
    await waitUntil('writes', () => writers.acknowledged.size > 100)
    // The short outage is over before keyed work gives up; in the long one callers are refused.
    for (const awayMs of [300, 4000]) {
      await cluster.crash()
      await sleep(awayMs)
      await cluster.start()
      const upMs = performance.now()
      await waitUntil('writes again', () => writers.lastGoodMs > upMs)
      const recoveryMs = writers.lastGoodMs - upMs
      t.diagnostic(`recovered in ${Math.round(recoveryMs)} ms`)
      assert.ok(recoveryMs < RECOVERY_MS_MAX, `${recoveryMs} ms`)
      await sleep(200)
    }
    await writers.stop()
    t.diagnostic(`${writers.acknowledged.size} operations, ${writers.retries} sent again`)
    assert.ok(writers.refusedMs.length > 0, 'the fault was felt')
    assert.ok(retried.length > 0, 'keyed work was tried again inside')
    await checkBook(writers)
    assert.equal((await readKeys(cluster.url)).length, writers.acknowledged.size)
  })

  it('[C-05] connections cut while they write: nothing lost, all once', async (t) => {
    const { database, queue } = await open(t)
    const killer = await admin(t)
    const writers = new Writers(database, queue)
    await waitUntil('writes', () => writers.acknowledged.size > 50)
    let cut = 0
    for (let round = 0; round < 20; round++) {
      const { rowCount } = await killer.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where application_name = 'battalion' and pid <> pg_backend_pid()`,
      )
      cut += rowCount ?? 0
      await sleep(50)
    }
    await writers.stop()
    assert.ok(cut > 20, `${cut} connections were cut`)
    await checkBook(writers)
    assert.equal((await readKeys(cluster.url)).length, writers.acknowledged.size)
  })

  it('[C-05] a lock held: answers within 3 s, others go on, all is well after it', async (t) => {
    const { database, queue } = await open(t)
    const holder = await admin(t)
    await holder.query('begin; lock table jobs.jobs in access exclusive mode')
    const startMs = performance.now()
    const blocked = Array.from({ length: 20 }, (_, index) =>
      database
        .transact((trx) => queue.enqueue(trx, { kind: 'op', key: `blocked:${index}` }))
        .then(
          () => 'done',
          (error: unknown) => (error instanceof AppError ? error.code : String(error)),
        ),
    )
    const answers = await Promise.all(blocked)
    const tookMs = performance.now() - startMs
    assert.ok(tookMs < ANSWER_MS_MAX, `${tookMs} ms`)
    assert.deepEqual(new Set(answers), new Set(['database_unavailable']))
    await holder.query('rollback')
    await database.transact((trx) => queue.enqueue(trx, { kind: 'op', key: 'after' }))
    const keys = await readKeys(cluster.url)
    assert.deepEqual(keys, ['after'], 'what was answered with 503 did not happen after all')
  })

  it('[C-05] a server that hangs: answers within 3 s, health says so, and it recovers', async (t) => {
    const { database, queue } = await open(t)
    const client = await admin(t)
    const { rows } = await client.query<{ pid: number }>(
      `select pid from pg_stat_activity where application_name = 'battalion'`,
    )
    for (const { pid } of rows) process.kill(pid, 'SIGSTOP')
    t.after(() => rows.forEach(({ pid }) => continueProcess(pid)))
    const startMs = performance.now()
    await assert.rejects(
      database.transact((trx) => queue.enqueue(trx, { kind: 'op', key: 'hung' })),
      { code: 'database_unavailable' },
    )
    assert.ok(performance.now() - startMs < ANSWER_MS_MAX)
    assert.equal(database.health().isAnswering, false)
    rows.forEach(({ pid }) => continueProcess(pid))
    await database.transact((trx) => queue.enqueue(trx, { kind: 'op', key: 'after hang' }))
    assert.equal(database.health().isAnswering, true)
  })

  it('[C-05] a server that is away at the start is waited for, and answers 503 meanwhile', async (t) => {
    await cluster.crash()
    const place = findDatabasePlace(readConfig({ DATABASE_URL: cluster.url }))
    const database = openDatabase({ place, clock: systemClock, timers: systemTimers })
    t.after(() => database.close())
    const startMs = performance.now()
    await assert.rejects(database.db.selectFrom('jobs.jobs').select('id').execute(), {
      code: 'database_unavailable',
    })
    assert.ok(performance.now() - startMs < ANSWER_MS_MAX)
    assert.equal(database.health().phase, 'opening')
    await cluster.start()
    await database.ready
  })
})

function continueProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT')
  } catch {
    // Thrown away by the pool meanwhile.
  }
}

describe('PGlite that is killed', () => {
  it('[C-05] kill -9 while it writes: it opens again, nothing acknowledged is lost', async (t) => {
    const directory = join(tempDir(t), 'db')
    const acknowledged = new Set<string>()
    for (let round = 0; round < 3; round++) {
      const child = fork(new URL('../testing/pglite-writer.ts', import.meta.url), [directory], {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      })
      t.after(() => child.kill('SIGKILL'))
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.on('message', (key) => acknowledged.add(key as string))
      const floor = acknowledged.size
      await waitUntil('writes', () => acknowledged.size > floor + 100, 120_000)
      child.kill('SIGKILL')
      await gone
    }
    const place = { engine: 'pglite', directory } as const
    const database = openDatabase({ place, clock: systemClock, timers: systemTimers })
    t.after(() => database.close())
    await database.ready
    const rows = await database.db.selectFrom('jobs.jobs').select('key').execute()
    const kept = new Set(rows.map(({ key }) => key))
    assert.equal(kept.size, rows.length)
    assert.deepEqual(
      [...acknowledged].filter((key) => !kept.has(key)),
      [],
    )
    t.diagnostic(`${acknowledged.size} acknowledged over 3 kills, ${kept.size} kept`)
  })

  it('a process that dies while the database is made: the next one makes it anew', async (t) => {
    const directory = join(tempDir(t), 'db')
    const writer = new URL('../testing/pglite-writer.ts', import.meta.url)
    const child = fork(writer, [directory], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    t.after(() => child.kill('SIGKILL'))
    const gone = new Promise((resolve) => child.once('exit', resolve))
    await waitUntil('its first files', () => existsSync(join(directory, 'base')), 120_000)
    child.kill('SIGKILL')
    await gone
    assert.ok(!existsSync(join(directory, 'battalion-made')))
    const place = { engine: 'pglite', directory } as const
    const database = openDatabase({ place, clock: systemClock, timers: systemTimers })
    t.after(() => database.close())
    await database.ready
    assert.ok(existsSync(join(directory, 'battalion-made')))
  })
})
