/** The desk of the house on both engines: jobs, the audit log, invite codes. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, it } from 'node:test'

import { AppError } from '@battalion/base/app-error.ts'
import { FakeClock } from '@battalion/testkit/fake-clock.ts'
import { describeDatabase } from '@battalion/testkit/test-database.ts'
import { sql } from 'kysely'

import type { Database } from '../db/database.ts'
import { RequestTrail } from './audit/audit-trail.ts'
import { createHouseDesk } from './house-desk.ts'
import type { HouseDesk } from './house-desk.ts'
import { createInvite, disableInvite } from './identity/invites.ts'
import { insertUser } from './identity/user-queries.ts'
import { claimJobs, failJob } from './jobs/job-queries.ts'
import { createJobQueue } from './jobs/job-queue.ts'
import type { NewJob } from './jobs/job-queue.ts'
import { createLetterBox } from './outbox/event-outbox.ts'

const ADA = randomUUID()
const DAY_MS = 86_400_000

const refuses = (code: string) => (error: unknown) =>
  error instanceof AppError && error.code === code

describeDatabase('the desk of the house', (engine) => {
  const clock = new FakeClock()
  const queue = createJobQueue(clock)
  const closers: (() => unknown)[] = []
  let database: Database
  let desk: HouseDesk

  before(async () => {
    database = await engine.open({ after: (close) => void closers.push(close as () => unknown) })
    const schedules = [{ kind: 'nightly', pattern: '0 3 * * *', zone: 'Asia/Seoul' }]
    desk = createHouseDesk({ database, queue, schedules })
    const account = {
      name: 'Ada',
      nameKey: 'ada',
      email: 'a@example.org',
      emailKey: 'a@example.org',
    }
    await insertUser(database.db, { id: ADA, kind: 'account', name: 'Ada', nowMs: 0, account })
  })
  after(async () => {
    for (const close of closers.toReversed()) await close()
  })

  const put = (job: NewJob) => database.transact((trx) => queue.enqueue(trx, job))
  const open = (action: string) => {
    const request = { action, requestId: randomUUID(), address: '192.0.2.1' }
    const trail = new RequestTrail({ database, clock }, request)
    trail.setUser(ADA)
    return trail
  }
  /** A job of this kind that has given up. */
  const kill = async (kind: string): Promise<bigint> => {
    await put({ kind, attemptsMax: 1 })
    const nowMs = clock.wallMs()
    const wish = { kinds: [kind], workerId: 'w', count: 1, nowMs, leaseMs: 1000 }
    const [job] = await claimJobs(database.db, wish)
    const hold = { id: job!.id, workerId: 'w', attempts: 1 }
    await failJob(database.db, hold, { error: 'no such box', nowMs, retryAtMs: undefined })
    return job!.id
  }
  it('[ADM-1] counts jobs by kind, and knows the runs of recurring ones', async () => {
    await put({ kind: 'mail' })
    await put({ kind: 'mail', runAtMs: clock.wallMs() + DAY_MS })
    await kill('mail')
    const nextAt = new Date(clock.wallMs() + DAY_MS)
    const key = `cron:nightly:${nextAt.toISOString()}`
    await put({ kind: 'nightly', key, runAtMs: nextAt.getTime() })
    const { kinds, schedules } = await desk.readJobs()
    const [mail, nightly] = kinds
    assert.deepEqual(
      [mail?.kind, mail?.waiting, mail?.retrying, mail?.running, mail?.dead],
      ['mail', 2, 0, 0, 1],
    )
    assert.equal(nightly?.waiting, 1)
    const planned = { kind: 'nightly', pattern: '0 3 * * *', zone: 'Asia/Seoul' }
    assert.deepEqual(schedules, [{ ...planned, nextAt, lastAt: null, deadAt: null }])
    const [dead] = await desk.listJobs({ state: 'dead', limit: 10 })
    assert.deepEqual([dead?.lastError, dead?.endedAt], ['no such box', new Date(clock.wallMs())])
  })

  it('[ADM-4] gives a dead job its attempts again, or takes it away, each with a row', async () => {
    const id = await kill('push')
    await desk.retryJob(open('job.retry'), id)
    const [again] = await desk.listJobs({ kind: 'push', limit: 1 })
    assert.deepEqual([again?.state, again?.attempts], ['waiting', 0])
    const twice = open('job.retry')
    await assert.rejects(desk.retryJob(twice, id), refuses('conflict'))
    const reason = 'the box is gone'
    const living = desk.discardJob(open('job.discard'), { id, reason })
    await assert.rejects(living, refuses('conflict'), 'only what gave up is taken away')
    const dead = await kill('push')
    await desk.discardJob(open('job.discard'), { id: dead, reason })
    const nobody = desk.discardJob(open('job.discard'), { id: dead, reason })
    await assert.rejects(nobody, refuses('not_found'))
    const [discarded, retried] = await desk.listAudit({ limit: 9, action: 'job' })
    assert.deepEqual(
      [discarded?.action, discarded?.reason, discarded?.target?.id, discarded?.actorName],
      ['job.discard', reason, String(dead), 'Ada'],
    )
    assert.deepEqual(retried?.before, { kind: 'push', attempts: 1, state: 'dead' })
    assert.deepEqual(retried.after, { state: 'waiting' })
  })

  it('[ADM-4] lists events that were given up, and takes one away with a row', async () => {
    const bury = createLetterBox(database, clock)
    const event = { id: randomUUID(), topic: 'matches', key: 'm', payload: {}, headers: {} }
    await bury({ group: 'boards', event, reason: 'poison' })
    const [letter] = await desk.listLetters({ limit: 5 })
    assert.deepEqual(
      [letter?.consumer, letter?.eventId, letter?.reason],
      ['boards', event.id, 'poison'],
    )
    const what = { id: letter!.id, reason: 'a board of yesterday' }
    await desk.discardLetter(open('letter.discard'), what)
    assert.deepEqual(await desk.listLetters({ limit: 5 }), [])
    const again = desk.discardLetter(open('letter.discard'), what)
    await assert.rejects(again, refuses('not_found'))
    const [row] = await desk.listAudit({ limit: 1, action: 'letter' })
    assert.deepEqual([row?.reason, row?.target?.kind], [what.reason, 'letter'])
  })

  it('[ADM-4] finds rows by name, by time, and names on whom', async () => {
    const trail = open('user.look')
    trail.setTarget({ kind: 'user', id: ADA })
    await trail.finish('done')
    clock.advance(DAY_MS)
    await open('late.look').finish('done')
    const nowMs = clock.wallMs()
    const actions = async (filter: object) =>
      (await desk.listAudit({ limit: 9, ...filter })).map(({ action }) => action)
    assert.deepEqual(await actions({ fromMs: nowMs }), ['late.look'])
    assert.equal((await actions({ untilMs: nowMs }))[0], 'user.look')
    assert.equal((await actions({ actor: 'ADA' })).length, (await actions({ actor: ADA })).length)
    assert.deepEqual(await actions({ actor: 'nobody of this name' }), [])
    const [looked] = await desk.listAudit({ limit: 1, action: 'user.look' })
    assert.equal(looked?.targetName, 'Ada')
  })

  it('[G-10] checks the newest rows of the chain, and finds what was changed among them', async () => {
    const { rows } = await desk.verifyAudit(1000)
    assert.ok(rows > 3)
    const part = await desk.verifyAudit(2)
    assert.deepEqual([part.rows, part.fromSeq, part.findings], [2, rows - 1, []])
    await tamper(database, 1)
    assert.deepEqual((await desk.verifyAudit(2)).findings, [], 'older rows are not read')
    await tamper(database, rows)
    assert.deepEqual((await desk.verifyAudit(2)).findings, [{ seq: rows, what: 'changed' }])
    const whole = await desk.verifyAudit(1000)
    assert.deepEqual([whole.fromSeq, whole.findingCount], [1, 2])
  })

  it('[AUTH-5] lists invite codes page by page, newest first', async () => {
    const codes: string[] = []
    for (let count = 0; count < 3; count++) {
      codes.unshift(await createInvite(database.db, { clock }, { usesMax: 5, by: ADA }))
      clock.advance(1)
    }
    await disableInvite(database.db, { clock }, codes[0]!)
    const first = await desk.listInvites({ limit: 2 })
    assert.deepEqual(
      first.map(({ code, uses, by, disabledAt }) => [code, uses, by, disabledAt !== null]),
      [
        [codes[0], 0, 'Ada', true],
        [codes[1], 0, 'Ada', false],
      ],
    )
    const rest = await desk.listInvites({ limit: 2, beforeCode: codes[1] })
    assert.deepEqual(
      rest.map(({ code }) => code),
      [codes[2]],
    )
  })
})

/** Changes a row, as somebody who may switch triggers off. */
async function tamper(database: Database, seq: number): Promise<void> {
  await database.transact(async (trx) => {
    await sql`alter table audit.entries disable trigger user`.execute(trx)
    await sql`update audit.entries set reason = 'x' where seq = ${seq}`.execute(trx)
    await sql`alter table audit.entries enable trigger user`.execute(trx)
  })
}
