/** Jobs on both engines: in the caller's transaction, once per key, again with back-off. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'

import { AppError } from '@battalion/base/app-error.ts'
import { FakeClock } from '@battalion/testkit/fake-clock.ts'
import { describeDatabase } from '@battalion/testkit/test-database.ts'
import { waitUntil } from '@battalion/testkit/wait-until.ts'

import type { Database } from '../../db/database.ts'
import { backoffMs, JOB_ATTEMPTS_MAX } from './job-backoff.ts'
import { claimJobs, deleteOldJobs } from './job-queries.ts'
import { createJobQueue } from './job-queue.ts'
import type { JobQueue, NewJob } from './job-queue.ts'
import { findNextRunMs } from './job-schedule.ts'
import { JobWorker } from './job-worker.ts'
import type { JobHandler, JobOutcome, JobWorkerOptions } from './job-worker.ts'
import { countJobs, listJobs } from './list-jobs.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

describe('times of jobs', () => {
  it('25 attempts last about three days, and grow', () => {
    let totalMs = 0
    for (let attempt = 1; attempt < JOB_ATTEMPTS_MAX; attempt++) {
      assert.ok(backoffMs(attempt, 0n) <= backoffMs(attempt + 1, 0n))
      totalMs += backoffMs(attempt, 0n)
    }
    assert.ok(totalMs > 2.5 * DAY_MS && totalMs < 3.5 * DAY_MS, `${totalMs / DAY_MS} days`)
    assert.ok(backoffMs(3, 5n) !== backoffMs(3, 6n), 'jobs that failed together spread')
  })

  it('a schedule knows its zone', () => {
    const nine = { kind: 'x', pattern: '0 9 * * *' }
    const at = Date.UTC(2030, 5, 1, 1)
    assert.equal(findNextRunMs(nine, at), Date.UTC(2030, 5, 1, 9))
    assert.equal(findNextRunMs({ ...nine, zone: 'Asia/Seoul' }, at), Date.UTC(2030, 5, 2, 0))
  })
})

describeDatabase('jobs', (engine) => {
  let database: Database
  let clock: FakeClock
  let queue: JobQueue
  let outcomes: string[]
  const closers: (() => unknown)[] = []
  const workers: JobWorker[] = []

  before(async () => {
    database = await engine.open({ after: (close) => void closers.push(close as () => unknown) })
  })
  after(async () => {
    for (const close of closers.toReversed()) await close()
  })
  beforeEach(async (t) => {
    await database.db.deleteFrom('jobs.jobs').execute()
    clock = new FakeClock()
    queue = createJobQueue(clock)
    outcomes = []
    ;(t as unknown as { after: (stop: () => unknown) => void }).after(async () => {
      await Promise.all(workers.splice(0).map((worker) => worker.stop()))
    })
  })

  const put = (...jobs: NewJob[]) =>
    database.transact(async (trx) => {
      const taken: boolean[] = []
      for (const job of jobs) taken.push(await queue.enqueue(trx, job))
      return taken
    })

  function work(
    handlers: Record<string, JobHandler>,
    more: Partial<JobWorkerOptions> = {},
  ): JobWorker {
    const worker = new JobWorker({
      database,
      queue,
      clock,
      timers: clock,
      workerId: `worker ${workers.length}`,
      handlers,
      onOutcome: (kind, outcome: JobOutcome) => outcomes.push(`${kind} ${outcome}`),
      onError: (error) => outcomes.push(`error ${String(error)}`),
      ...more,
    })
    workers.push(worker)
    worker.start()
    return worker
  }

  const waiting = () => listJobs(database.db, { state: 'waiting', limit: 10 })

  const said = (text: string, count = 1) =>
    waitUntil(text, () => outcomes.filter((outcome) => outcome === text).length >= count)

  it('is there if and only if the transaction that put it in committed', async () => {
    const failed = database.transact(async (trx) => {
      await queue.enqueue(trx, { kind: 'mail', key: 'a' })
      throw new AppError('conflict', 'No.')
    })
    await assert.rejects(failed, { code: 'conflict' })
    assert.deepEqual(await countJobs(database.db), { waiting: 0, running: 0, done: 0, dead: 0 })
    assert.deepEqual(await put({ kind: 'mail', key: 'a', payload: { to: 'ada' } }), [true])
    const seen: unknown[] = []
    work({ mail: async (job) => void seen.push(job.payload) })
    await said('mail done')
    assert.deepEqual(seen, [{ to: 'ada' }])
    assert.deepEqual(await put({ kind: 'mail', key: 'a' }), [false], 'a key is once for ever')
  })

  it('is done at once when put in, without a poll: no time passes', async () => {
    work({ mail: async () => undefined })
    await waitUntil('idle', () => true)
    await put({ kind: 'mail' })
    await said('mail done')
  })

  it('waits until it is due', async () => {
    await put({ kind: 'mail', runAtMs: clock.wallMs() + MINUTE_MS })
    work({ mail: async () => undefined })
    await new Promise((resolve) => setTimeout(resolve, 50))
    assert.deepEqual(outcomes, [])
    await waitUntil('done', () => {
      clock.advance(MINUTE_MS / 4)
      return outcomes.includes('mail done')
    })
    assert.ok(clock.wallMs() >= Date.UTC(2030, 0, 1) + MINUTE_MS)
  })

  it('fails with back-off, dies after its attempts, and lives again on request', async () => {
    await put({ kind: 'mail', attemptsMax: 3 })
    let isBroken = true
    work({
      mail: async () => {
        if (isBroken) throw new AppError('unavailable', 'mail server away')
      },
    })
    await said('mail failed', 1)
    await waitUntil('its death', () => {
      clock.advance(1000)
      return outcomes.includes('mail dead')
    })
    assert.deepEqual(outcomes, ['mail failed', 'mail failed', 'mail dead'])
    const [dead] = await listJobs(database.db, { state: 'dead', limit: 10 })
    assert.equal(dead?.attempts, 3)
    assert.equal(dead.lastError, 'mail server away')
    isBroken = false
    assert.equal(await database.transact((trx) => queue.retry(trx, dead.id)), true)
    await said('mail done')
    assert.equal(await database.transact((trx) => queue.retry(trx, dead.id)), false)
  })

  it('[NTF-2] what can never succeed is a dead letter at once, with its reason', async () => {
    await put({ kind: 'mail' })
    const refusal = Object.assign(new Error('no such box'), { isPermanent: true })
    work({ mail: () => Promise.reject(refusal) })
    await said('mail dead')
    assert.deepEqual(outcomes, ['mail dead'])
    const [dead] = await listJobs(database.db, { state: 'dead', limit: 1 })
    assert.deepEqual([dead?.attempts, dead?.lastError], [1, 'no such box'])
  })

  it('of a process that died is taken again after its lease, by its attempt', async () => {
    await put({ kind: 'mail' })
    const nowMs = clock.wallMs()
    const wish = { kinds: ['mail'], workerId: 'dead', count: 5, nowMs, leaseMs: MINUTE_MS }
    const [claimed] = await claimJobs(database.db, wish)
    assert.equal(claimed?.attempts, 1)
    assert.deepEqual(await claimJobs(database.db, { ...wish, workerId: 'other' }), [])
    const attempts: number[] = []
    work({ mail: async (job) => void attempts.push(job.attempts) })
    await waitUntil('done', () => {
      clock.advance(MINUTE_MS / 8)
      return outcomes.includes('mail done')
    })
    assert.deepEqual(attempts, [2])
    assert.ok(clock.wallMs() > nowMs + MINUTE_MS)
  })

  it('whose worker died at the last attempt is dead, not lost', async () => {
    await put({ kind: 'mail', attemptsMax: 1 })
    const nowMs = clock.wallMs()
    await claimJobs(database.db, {
      kinds: ['mail'],
      workerId: 'dead',
      count: 1,
      nowMs,
      leaseMs: 1000,
    })
    clock.advance(2000)
    work({ mail: async () => undefined })
    await said('abandoned dead')
    const [dead] = await listJobs(database.db, { state: 'dead', limit: 10 })
    assert.equal(dead?.lastError, 'its worker ended')
  })

  it('keeps its lease while its handler runs', async () => {
    await put({ kind: 'slow' })
    const gate = Promise.withResolvers<void>()
    work({ slow: () => gate.promise }, { leaseMs: MINUTE_MS })
    await waitUntil('it runs', async () => (await countJobs(database.db)).running === 1)
    for (let step = 0; step < 6; step++) {
      const until = async () => {
        const row = await database.db
          .selectFrom('jobs.jobs')
          .select('locked_until')
          .executeTakeFirstOrThrow()
        return row.locked_until!.getTime()
      }
      clock.advance(MINUTE_MS / 3)
      await waitUntil('the renewal', async () => (await until()) >= clock.wallMs() + MINUTE_MS)
    }
    gate.resolve()
    await said('slow done')
  })

  it('runs a bounded number at once, each once, over two workers', async () => {
    const seen: bigint[] = []
    let running = 0
    let runningMax = 0
    const handler: JobHandler = async (job) => {
      runningMax = Math.max(runningMax, ++running)
      seen.push(job.id)
      await new Promise((resolve) => setTimeout(resolve, 2))
      running--
    }
    await put(...Array.from({ length: 30 }, (_, index) => ({ kind: 'one', key: `one ${index}` })))
    work({ one: handler }, { concurrency: 3 })
    work({ one: handler }, { concurrency: 3 })
    await said('one done', 30)
    assert.equal(new Set(seen).size, 30)
    assert.equal(seen.length, 30)
    assert.ok(runningMax <= 6, `${runningMax}`)
  })

  it('recurs by its schedule: one row a run, two workers make one', async () => {
    const schedules = [{ kind: 'nightly', pattern: '0 3 * * *' }]
    let runs = 0
    const handlers = { nightly: async () => void runs++ }
    // On a busy machine hours go by here while it runs, and a minute's lease with them.
    work(handlers, { schedules, leaseMs: DAY_MS })
    work(handlers, { schedules, leaseMs: DAY_MS })
    await waitUntil('the first run', async () => (await waiting()).length === 1)
    const [first] = await waiting()
    assert.equal(first?.key, 'cron:nightly:2030-01-01T03:00:00.000Z')
    await waitUntil('the run', () => {
      clock.advance(10 * MINUTE_MS)
      return outcomes.includes('nightly done')
    })
    await waitUntil('the next', async () => (await waiting()).length === 1)
    assert.equal((await waiting())[0]?.key, 'cron:nightly:2030-01-02T03:00:00.000Z')
    assert.equal(runs, 1)
  })

  it('[C-13] recurs also when the clock is set back: runs that were done are passed over', async () => {
    let backMs = 0
    const set = {
      monotonicMs: () => clock.monotonicMs(),
      wallMs: () => clock.wallMs() - backMs,
    }
    const keys: string[] = []
    const often: JobHandler = async ({ key }) => {
      keys.push(key ?? '')
      if (keys.length === 4) backMs = 25 * MINUTE_MS
    }
    const schedules = [{ kind: 'often', pattern: '*/10 * * * *' }]
    work({ often }, { schedules, clock: set, leaseMs: DAY_MS })
    await waitUntil('four runs', () => {
      if (keys.length < 4) clock.advance(MINUTE_MS)
      return outcomes.length >= 4
    })
    await waitUntil('the next', async () => (await waiting()).length === 1)
    const next = (await waiting())[0]!
    assert.ok(!keys.includes(next.key!) && next.runAt.getTime() > set.wallMs(), next.key!)
  })

  it('is forgotten some time after it was done, later when it is dead', async () => {
    await put({ kind: 'mail' }, { kind: 'bad', attemptsMax: 1 })
    work({
      mail: async () => undefined,
      bad: async () => {
        throw new AppError('internal', 'bad')
      },
    })
    await said('mail done')
    await said('bad dead')
    const nowMs = clock.wallMs()
    await deleteOldJobs(database.db, { doneMs: nowMs, deadMs: nowMs })
    assert.equal((await listJobs(database.db, { limit: 10 })).length, 2)
    await deleteOldJobs(database.db, { doneMs: nowMs + 1, deadMs: nowMs })
    const [left] = await listJobs(database.db, { limit: 10 })
    assert.equal(left?.kind, 'bad')
  })
})
