/** The audit log on both engines: append-only, chained, verifiable, right under concurrency. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { it } from 'node:test'

import { FakeClock } from '@battalion/testkit/fake-clock.ts'
import { describeDatabase } from '@battalion/testkit/test-database.ts'
import { sql } from 'kysely'

import type { Database } from '../../db/database.ts'
import { appendAudit, listAudit } from './audit-log.ts'
import type { AuditEntry } from './audit-log.ts'
import { RequestTrail } from './audit-trail.ts'
import { verifyChain } from './verify-chain.ts'

const ACTOR = { kind: 'user', id: randomUUID(), address: '192.0.2.1' } as const

function entry(more: Partial<AuditEntry> = {}): AuditEntry {
  return {
    actor: ACTOR,
    action: 'user.ban',
    target: { kind: 'user', id: randomUUID() },
    before: { bans: [] },
    after: { bans: [{ until: null, reason: 'é "quoted" 서든 🎯' }] },
    reason: 'aim\u0000bot, 봇\n2nd line',
    requestId: randomUUID(),
    outcome: 'done',
    atMs: 1_700_000_000_123,
    ...more,
  }
}

const append = (database: Database, more: Partial<AuditEntry> = {}) =>
  database.transact((trx) => appendAudit(trx, entry(more)))

/** As somebody who may switch triggers off. */
async function tamper(database: Database, change: string): Promise<void> {
  await database.transact(async (trx) => {
    await sql`alter table audit.entries disable trigger user`.execute(trx)
    await sql.raw(change).execute(trx)
    await sql`alter table audit.entries enable trigger user`.execute(trx)
  })
}

describeDatabase('the audit log', (engine) => {
  it('[ADM-4] is refused by the database every change: update, delete, truncate', async (t) => {
    const database = await engine.open(t)
    await append(database)
    for (const change of [
      `update audit.entries set reason = 'nothing'`,
      'delete from audit.entries',
      'truncate audit.entries',
      `update audit.heads set seq = 7`,
      'delete from audit.heads',
      'truncate audit.heads',
      `insert into audit.heads (id, seq, hash) values (false, 0, '')`,
    ]) {
      await assert.rejects(sql.raw(change).execute(database.db), /append-only/, change)
    }
    const report = await verifyChain(database)
    assert.deepEqual([report.rows, report.findings], [1, []])
  })

  it('[G-10] is whole after every kind of row, and its numbers and hashes are its own', async (t) => {
    const database = await engine.open(t)
    await append(database)
    await append(database, { actor: { kind: 'machine', id: null, address: null } })
    const nobody = { kind: 'nobody', id: null, address: '2001:db8::' } as const
    await append(database, { actor: nobody, outcome: 'refused', code: 'unauthenticated' })
    await append(database, { target: undefined, before: undefined, after: null, reason: '' })
    await append(database, { after: { text: 'x'.repeat(20_000) } })
    await sql`insert into audit.entries
      (seq, created_at, actor_kind, action, request_id, outcome, prev_hash, hash)
      values (77, now(), 'machine', 'by.hand', 'r', 'done', '', '')`.execute(database.db)
    const report = await verifyChain(database)
    assert.deepEqual([report.rows, report.findings], [6, []])
    const [newest, big] = await listAudit(database.db, { limit: 2 })
    assert.equal(newest!.seq, 6, 'a number given by hand does not count')
    assert.equal(newest!.hash, report.head)
    assert.deepEqual(big!.after, { chars: 20_011 })
  })

  it('[G-10] verify names one changed row, one missing row and an end cut off', async (t) => {
    const database = await engine.open(t)
    for (let count = 0; count < 5; count++) await append(database)
    const { head } = await verifyChain(database)
    await tamper(database, `update audit.entries set reason = 'another' where seq = 3`)
    const changed = await verifyChain(database)
    assert.deepEqual(changed.findings, [{ seq: 3, what: 'changed' }])
    await tamper(database, 'delete from audit.entries where seq = 3')
    assert.deepEqual((await verifyChain(database)).findings, [{ seq: 3, what: 'missing' }])
    await tamper(database, 'delete from audit.entries where seq = 5')
    const cut = await verifyChain(database)
    assert.deepEqual(cut.findings.at(-1), { seq: 5, what: 'cut off' })
    const known = await verifyChain(database, { knownHash: head })
    assert.deepEqual(known.findings.at(-1), { seq: 0, what: 'unknown hash' })
  })

  it('[G-10] stays one chain under concurrent appends and undone transactions', async (t) => {
    const database = await engine.open(t)
    const work = Array.from({ length: 60 }, (_, index) =>
      database.transact(async (trx) => {
        await appendAudit(trx, entry())
        if (index % 3 === 0) throw new Error('undone')
      }),
    )
    const settled = await Promise.allSettled(work)
    const done = settled.filter(({ status }) => status === 'fulfilled').length
    assert.equal(done, 40)
    const report = await verifyChain(database)
    assert.deepEqual([report.rows, report.findings], [40, []])
  })

  it('[ADM-4] a request has one row: of its use case, or of its end', async (t) => {
    const database = await engine.open(t)
    const ports = { database, clock: new FakeClock() }
    const open = () =>
      new RequestTrail(ports, { action: 'user.ban', requestId: 'r1', address: '192.0.2.1' })
    const recorded = open()
    recorded.setUser(ACTOR.id)
    await database.transact((trx) => recorded.record(trx, { reason: 'bot', after: { is: 1 } }))
    await recorded.finish('done')
    const undone = open()
    await assert.rejects(
      database.transact(async (trx) => {
        await undone.record(trx, { reason: 'bot' })
        throw new Error('undone')
      }),
    )
    await undone.finish('failed', 'internal')
    const refused = open()
    await refused.finish('refused', 'unauthenticated')
    const rows = await listAudit(database.db, { limit: 9 })
    assert.deepEqual(
      rows.map(({ outcome, code, actor, reason }) => [outcome, code, actor.kind, reason]),
      [
        ['refused', 'unauthenticated', 'nobody', null],
        ['failed', 'internal', 'nobody', null],
        ['done', null, 'user', 'bot'],
      ],
    )
  })

  it('lists newest first by actor, target, action and outcome, page by page', async (t) => {
    const database = await engine.open(t)
    const target = { kind: 'user', id: randomUUID() }
    await append(database, { target })
    await append(database, { action: 'user.unban', target })
    await append(database, { action: 'users.x', outcome: 'failed', code: 'conflict' })
    const list = async (filter: object) =>
      (await listAudit(database.db, { limit: 9, ...filter })).map(({ seq }) => seq)
    assert.deepEqual(await list({}), [3, 2, 1])
    assert.deepEqual(await list({ limit: 1, beforeSeq: 3 }), [2])
    assert.deepEqual(await list({ targetId: target.id }), [2, 1])
    assert.deepEqual(await list({ action: 'user' }), [2, 1])
    assert.deepEqual(await list({ outcome: 'failed' }), [3])
    assert.deepEqual(await list({ actorId: randomUUID() }), [])
  })
})
