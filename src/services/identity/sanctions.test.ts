/** Sanctions and their history on both engines; a ban against a log-in that is under way. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { it } from 'node:test'

import { describeDatabase } from '@battalion/testkit/test-database.ts'

import { openTestAccounts, TEST_ORIGIN as origin } from '../../testing/test-accounts.ts'
import { banUser } from './bans.ts'
import { lockMatches, MATCH_LOCK_TOPIC, MatchLocks, unlockMatches } from './match-locks.ts'
import { imposeSanction, liftSanctions, listSanctions, listStanding } from './sanctions.ts'
import { searchPeople } from './staff-search.ts'

const ADA = {
  name: 'Ada',
  email: 'ada@example.org',
  password: 'analytical engine',
  inviteCode: undefined,
  origin,
}
const HOUR_MS = 3_600_000

function code(expected: string) {
  return (error: unknown) => (error as { code?: string }).code === expected
}

describeDatabase('sanctions', (engine) => {
  const open = async (t: Parameters<typeof openTestAccounts>[0]) => {
    const opened = await openTestAccounts(t, engine)
    const { userId } = await opened.accounts.signUp(ADA)
    const { userId: by } = await opened.accounts.signUp({
      ...ADA,
      name: 'Mod',
      email: 'mod@example.org',
    })
    const { database, clock } = opened
    const nowMs = () => clock.wallMs()
    return {
      ...opened,
      userId,
      by,
      nowMs,
      list: () => listSanctions(database.db, userId, nowMs()),
    }
  }

  it('[ADM-2] the history keeps who, why, until when, and who lifted it', async (t) => {
    const { database, clock, userId, by, nowMs, list } = await open(t)
    const mute = { userId, kind: 'mute', reason: 'flood', by, untilMs: nowMs() + HOUR_MS } as const
    const impose = (sanction: Parameters<typeof imposeSanction>[1]) =>
      database.transact((trx) => imposeSanction(trx, sanction, nowMs()))
    await impose(mute)
    clock.advance(1000)
    await impose({ ...mute, reason: 'flood again', untilMs: nowMs() + HOUR_MS / 2 })
    const [second, first] = await list()
    assert.deepEqual(
      [first?.isStanding, first?.liftReason, first?.liftedBy, second?.isStanding],
      [false, 'replaced', by, true],
      'the later one counts, also where it is shorter',
    )
    clock.advance(1000)
    await impose({ userId, kind: 'kick', scope: 'room', reason: 'idle', by })
    await impose({ userId, kind: 'ban', reason: 'cheats', by: null })
    const lift = { userId, kind: 'mute', by, reason: 'sorry', nowMs: nowMs() } as const
    assert.equal(await database.transact((trx) => liftSanctions(trx, lift)), 1)
    assert.equal(await database.transact((trx) => liftSanctions(trx, lift)), 0)
    const all = await list()
    assert.deepEqual(all.map(({ kind, isStanding }) => `${kind} ${isStanding}`).toSorted(), [
      'ban true',
      'kick false',
      'mute false',
      'mute false',
    ])
    const standing = await listStanding(database.db, { userId, kind: 'ban' }, nowMs())
    assert.deepEqual(
      standing.map((one) => [one.reason, one.by, one.until]),
      [['cheats', null, null]],
    )
    const past = { ...mute, untilMs: nowMs() }
    await assert.rejects(impose(past), code('invalid_request'))
    await assert.rejects(impose({ ...mute, userId: randomUUID() }), code('not_found'))
  })

  it('[ADM-2] what runs out stands no more, and stays in the history', async (t) => {
    const { database, clock, userId, by, nowMs, list } = await open(t)
    const ban = { userId, kind: 'ban', reason: 'x', by, untilMs: nowMs() + HOUR_MS } as const
    await database.transact((trx) => imposeSanction(trx, ban, nowMs()))
    assert.equal((await list())[0]?.isStanding, true)
    clock.advance(HOUR_MS)
    const [over] = await list()
    assert.deepEqual([over?.isStanding, over?.liftedAt], [false, null])
  })

  it('[ADM-2] no log-in slips past a ban that is written at the same time', async (t) => {
    const { accounts, clock, database, ports, userId } = await open(t)
    const logIn = () => accounts.logIn({ login: 'ada', password: ADA.password, origin })
    const ban = () =>
      database.transact((trx) => banUser(trx, ports, { userId, reason: 'x', by: null }))
    for (let round = 0; round < 3; round++) {
      // Refused log-ins count as tries, which lock for at most an hour.
      clock.advance(24 * HOUR_MS)
      const outcomes = await Promise.allSettled([logIn(), logIn(), ban(), logIn()])
      assert.equal(outcomes[2].status, 'fulfilled')
      const live = await database.db
        .selectFrom('identity.sessions')
        .select('id')
        .where('user_id', '=', userId)
        .where('revoked_at', 'is', null)
        .execute()
      assert.deepEqual(live, [], 'every session is ended or was refused')
      await assert.rejects(logIn(), code('forbidden'))
      await accounts.liftBans(userId)
    }
  })

  it('[ADM-2] match-locks are known without asking, here and after a start', async (t) => {
    const { database, clock, ports, userId, by, nowMs } = await open(t)
    const locks = new MatchLocks(clock)
    const lockPorts = {
      ...ports,
      onMatchLock: (lock: { userId: string; untilMs: number }) =>
        locks.set(lock.userId, lock.untilMs),
    }
    const wish = { userId, reason: 'leaves', by, untilMs: nowMs() + HOUR_MS }
    await database.transact((trx) => lockMatches(trx, lockPorts, wish))
    assert.ok(locks.isLocked(userId))
    assert.throws(() => locks.refuse(userId), code('forbidden'))
    const elsewhere = new MatchLocks(clock)
    assert.equal(await elsewhere.reread(database.db, userId), true)
    const started = new MatchLocks(clock)
    await started.load(database.db)
    assert.ok(started.isLocked(userId))
    clock.advance(HOUR_MS)
    assert.equal(locks.isLocked(userId), false, 'it runs out by itself')
    const { untilMs: _, ...forEver } = wish
    await database.transact((trx) => lockMatches(trx, lockPorts, forEver))
    clock.advance(1000 * HOUR_MS)
    assert.ok(locks.isLocked(userId))
    const lift = { userId, by, nowMs: nowMs() }
    await database.transact((trx) => unlockMatches(trx, lockPorts, lift))
    assert.equal(locks.isLocked(userId), false)
    assert.equal(await elsewhere.reread(database.db, userId), false)
    await assert.rejects(
      database.transact((trx) => unlockMatches(trx, lockPorts, lift)),
      code('not_found'),
    )
    const { rows } = { rows: await database.db.selectFrom('stream.outbox').selectAll().execute() }
    assert.equal(rows.filter(({ topic }) => topic === MATCH_LOCK_TOPIC).length, 3)
  })

  it('[ADM-3, G-05] people are found by beginning, id, and address for who may', async (t) => {
    const { accounts, database, userId, nowMs } = await open(t)
    for (const name of ['Adam', 'Adele', 'a_b', 'Aé']) {
      await accounts.signUp({ ...ADA, name, email: `${name.length}${name}@example.org` })
    }
    const guest = await accounts.signInGuest({ name: 'Adalbert', origin })
    const search = (query: string, more: { after?: string; limit?: number; sees?: boolean } = {}) =>
      searchPeople(database.db, {
        query,
        after: more.after,
        limit: more.limit ?? 10,
        seesEmail: more.sees ?? false,
        nowMs: nowMs(),
      })
    const names = async (query: string) => (await search(query)).people.map(({ name }) => name)
    assert.deepEqual(await names('AD'), ['Ada', 'Adam', 'Adele'])
    assert.deepEqual(await names('a_'), ['a_b'], 'a wildcard is a letter')
    assert.deepEqual(await names(`' or 1=1 --`), [])
    assert.deepEqual(await names(guest.userId), ['Adalbert'])
    assert.deepEqual(await names('ada@example.org'), [])
    const seen = await search('ADA@example.org', { sees: true })
    assert.deepEqual(
      seen.people.map((one) => one.userId),
      [userId],
    )
    const first = await search('ad', { limit: 2 })
    const rest = await search('ad', { limit: 2, after: first.cursor! })
    assert.deepEqual(
      [first, rest].map(({ people }) => people.map(({ name }) => name)),
      [['Ada', 'Adam'], ['Adele']],
    )
    assert.equal(rest.cursor, null)
    await accounts.ban({ userId, reason: 'x', by: null })
    assert.equal((await search('ada')).people[0]?.isBanned, true)
  })
})
