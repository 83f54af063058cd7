/** Accounts on both engines: sign-up, log-in, upgrade, lockout, mails, invites, removal. */
import assert from 'node:assert/strict'
import { it } from 'node:test'

import { describeDatabase } from '@battalion/testkit/test-database.ts'
import { sql } from 'kysely'

import type { Db } from '../../db/database.ts'
import { openTestAccounts, TEST_ORIGIN as origin, tokenOf } from '../../testing/test-accounts.ts'
import { banUser } from './bans.ts'
import { createPasswordHasher } from './password-hasher.ts'
import { keepIdentitySmall } from './keep-identity-small.ts'

const ADA = {
  name: 'Ada',
  email: 'Ada@Example.org',
  password: 'analytical engine',
  inviteCode: undefined,
  origin,
}
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

function code(expected: string) {
  return (error: unknown) => (error as { code?: string }).code === expected
}

describeDatabase('accounts', (engine) => {
  it('[AUTH-1] sign-up, log-in by name and by e-mail, and who I am', async (t) => {
    const { accounts, ports } = await openTestAccounts(t, engine)
    const { userId } = await accounts.signUp(ADA)
    for (const login of ['ada', ' ADA ', 'ada@example.ORG', 'Ａｄａ']) {
      const signedIn = await accounts.logIn({ login, password: ADA.password, origin })
      assert.equal(signedIn.userId, userId, login)
      const claims = await ports.tokens.verify(signedIn.accessToken)
      assert.equal(claims.kind, 'account')
      assert.equal(await ports.live.isLive(claims), true)
    }
    const me = await accounts.readUser(userId)
    assert.deepEqual([me.name, me.email, me.emailVerifiedAt], ['Ada', 'Ada@Example.org', null])
  })

  it('[AUTH-1] a name or e-mail that is taken is a conflict, however it is written', async (t) => {
    const { accounts } = await openTestAccounts(t, engine)
    await accounts.signUp(ADA)
    const other = { ...ADA, name: 'Bea', email: 'bea@example.org' }
    await assert.rejects(accounts.signUp({ ...other, name: 'aDa' }), (error: Error) => {
      return code('conflict')(error) && error.message.includes('name')
    })
    await assert.rejects(accounts.signUp({ ...other, email: 'ADA@example.org' }), (error: Error) =>
      error.message.includes('e-mail'),
    )
    await accounts.signUp(other)
  })

  const weak = ['short', '12345678', 'aaaaaaaaaa', 'Battalion', 'ada@example.org', 'x'.repeat(129)]
  it('[AUTH-1] a weak password is refused before anything is written', async (t) => {
    const { accounts, database } = await openTestAccounts(t, engine)
    for (const password of weak) {
      await assert.rejects(accounts.signUp({ ...ADA, password }), code('weak_password'), password)
    }
    assert.deepEqual(await database.db.selectFrom('identity.users').select('id').execute(), [])
  })

  it('[AUTH-8] what is kept of a password is an argon2id PHC string of the setting', async (t) => {
    const { accounts, database } = await openTestAccounts(t, engine)
    await accounts.signUp(ADA)
    const row = await database.db
      .selectFrom('identity.credentials')
      .select('secret')
      .executeTakeFirstOrThrow()
    assert.match(row.secret, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  })

  it('[SOC-7] accounts are found by how their names begin, and by ids', async (t) => {
    const { accounts } = await openTestAccounts(t, engine)
    const { userId: ada } = await accounts.signUp(ADA)
    const adam = { ...ADA, name: 'adam_1%', email: 'adam@example.org' }
    await accounts.signUp(adam)
    const guest = await accounts.signInGuest({ name: 'Ada', origin })
    const named = async (text: string) =>
      (await accounts.findPlayersByName(text)).map(({ name }) => name)
    assert.deepEqual(await named('ＡＤ'), ['Ada', 'adam_1%'], 'guests are not found')
    assert.deepEqual(await named('adam_'), ['adam_1%'])
    for (const nobody of ['a', '%%', 'a%', '__', 'bea', "ad'--"]) {
      assert.deepEqual(await named(nobody), [], nobody)
    }
    const found = await accounts.findPlayers([ada, guest.userId, guest.userId])
    assert.deepEqual(found.map(({ kind }) => kind).sort(), ['account', 'guest'])
    assert.deepEqual(Object.keys(found[0]!).sort(), ['kind', 'name', 'userId'])
  })

  it('a guest who upgrades keeps his id, once', async (t) => {
    const { accounts, ports } = await openTestAccounts(t, engine)
    const guest = await accounts.signInGuest({ name: 'Somebody', origin })
    const upgraded = await accounts.upgrade({ ...ADA, userId: guest.userId })
    assert.equal(upgraded.userId, guest.userId)
    assert.equal((await ports.tokens.verify(upgraded.accessToken)).kind, 'account')
    assert.equal((await accounts.readUser(guest.userId)).name, 'Ada')
    const again = { ...ADA, name: 'Bea', email: 'b@example.org', userId: guest.userId }
    await assert.rejects(accounts.upgrade(again), code('conflict'))
    const { userId } = await accounts.logIn({ login: 'ada', password: ADA.password, origin })
    assert.equal(userId, guest.userId)
  })

  it('a bot of the same slot is the same user, unnamed ones by their turn', async (t) => {
    const { accounts, ports } = await openTestAccounts(t, engine)
    const first = await accounts.signInBot({ name: 'Bot', slot: 'demo 1', origin })
    const again = await accounts.signInBot({ name: 'Bot', slot: 'demo 1', origin })
    const other = await accounts.signInBot({ name: 'Bot', slot: undefined, origin })
    const third = await accounts.signInBot({ name: 'Bot', slot: undefined, origin })
    assert.equal(again.userId, first.userId)
    assert.equal(new Set([first.userId, other.userId, third.userId]).size, 3)
    assert.equal((await ports.tokens.verify(again.accessToken)).kind, 'bot')
    const sessions = await accounts.listSessions(first.userId)
    assert.equal(sessions.length, 1, 'one session a bot')
  })

  it('[AUTH-4] [F-07] five failures lock an account for a minute, doubling, and right is refused', async (t) => {
    const { accounts, clock } = await openTestAccounts(t, engine)
    await accounts.signUp(ADA)
    let host = 0
    const attempt = (password: string) => {
      const from = { device: 'test', address: `192.0.2.${host++ % 200}` }
      return accounts.logIn({ login: 'ada', password, origin: from })
    }
    const refusals: string[] = []
    const refuse = async (password: string) =>
      await assert.rejects(attempt(password), (error: Error) => {
        refusals.push(error.message)
        return code('unauthenticated')(error)
      })
    for (let count = 0; count < 5; count++) await refuse('wrong password')
    await refuse(ADA.password)
    clock.advance(MINUTE_MS - 1)
    await refuse(ADA.password)
    clock.advance(1)
    await refuse('wrong password')
    clock.advance(MINUTE_MS)
    await refuse(ADA.password)
    clock.advance(MINUTE_MS)
    await attempt(ADA.password)
    for (let count = 0; count < 4; count++) await refuse('wrong password')
    await attempt(ADA.password)
    assert.equal(new Set(refusals).size, 1, 'one answer for everything')
  })

  it('[AUTH-4] [F-07] ten failures lock an address for ten minutes, whatever they try', async (t) => {
    const { accounts, clock } = await openTestAccounts(t, engine)
    await accounts.signUp(ADA)
    const attempt = (login: string, password: string) => accounts.logIn({ login, password, origin })
    for (let count = 0; count < 10; count++) {
      await assert.rejects(attempt(`nobody ${count}`, 'wrong'), code('unauthenticated'))
    }
    await assert.rejects(attempt('ada', ADA.password), code('unauthenticated'))
    const elsewhere = { device: 'test', address: '192.0.2.2' }
    await accounts.logIn({ login: 'ada', password: ADA.password, origin: elsewhere })
    clock.advance(10 * MINUTE_MS)
    await attempt('ada', ADA.password)
  })

  it('[F-07] unknown, wrong and locked cost one hash each, and right one too', async (t) => {
    const hasher = createPasswordHasher()
    let count = 0
    const counting = {
      ...hasher,
      verify: async (phc: string | undefined, password: string) => {
        count++
        return hasher.verify(phc, password)
      },
    }
    const { accounts } = await openTestAccounts(t, engine, { hasher: counting })
    await accounts.signUp(ADA)
    const costs = async (login: string, password: string) => {
      const before = count
      await accounts.logIn({ login, password, origin }).catch(() => undefined)
      return count - before
    }
    assert.equal(await costs('nobody', 'wrong password'), 1)
    assert.equal(await costs('ada', ADA.password), 1)
    for (let tries = 0; tries < 6; tries++) assert.equal(await costs('ada', 'wrong password'), 1)
    assert.equal(await costs('ada', ADA.password), 1, 'locked')
  })

  it('[F-07] thirty guesses at once are five guesses', async (t) => {
    const { accounts, ports } = await openTestAccounts(t, engine)
    await accounts.signUp(ADA)
    const { hasher } = ports
    let rightAnswers = 0
    const verify = hasher.verify.bind(hasher)
    Object.assign(hasher, {
      verify: async (phc: string | undefined, password: string) => {
        const isRight = await verify(phc, password)
        if (isRight) rightAnswers++
        return isRight
      },
    })
    const guesses = Array.from({ length: 30 }, (_, index) => {
      const from = { device: 'test', address: `198.51.100.${index}` }
      return accounts.logIn({ login: 'ada', password: 'wrong password', origin: from })
    })
    const outcomes = await Promise.allSettled(guesses)
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 0)
    const right = { login: 'ada', password: ADA.password }
    const from = { device: 'test', address: '203.0.113.9' }
    await assert.rejects(accounts.logIn({ ...right, origin: from }), code('unauthenticated'))
    assert.equal(rightAnswers, 1, 'it was right and still refused')
  })

  it('[F-09] the mail proves the address once; a later one is useless', async (t) => {
    const { accounts, nextMail, clock } = await openTestAccounts(t, engine)
    const { userId } = await accounts.signUp(ADA)
    const mail = await nextMail()
    assert.equal(mail.to, 'Ada@Example.org')
    await accounts.confirmEmail(tokenOf(mail))
    assert.notEqual((await accounts.readUser(userId)).emailVerifiedAt, null)
    await assert.rejects(accounts.confirmEmail(tokenOf(mail)), code('not_found'), '[F-09]')
    await accounts.signUp({ ...ADA, name: 'Bea', email: 'bea@example.org' })
    const late = await nextMail()
    clock.advance(2 * DAY_MS)
    await assert.rejects(accounts.confirmEmail(tokenOf(late)), code('not_found'))
  })

  it('[F-06] a forgotten password is set by mail, once, and all sessions end', async (t) => {
    const { accounts, nextMail, ended, mails } = await openTestAccounts(t, engine)
    await accounts.signUp(ADA)
    await nextMail()
    await accounts.requestReset('nobody@example.org')
    for (let count = 0; count < 5; count++) await accounts.requestReset('ADA@example.org')
    const token = tokenOf(await nextMail())
    assert.equal(mails.length, 2, 'none for nobody, one a minute')
    await assert.rejects(accounts.confirmEmail(token), code('not_found'), 'another purpose')
    const password = 'difference engine'
    const both = await Promise.allSettled([
      accounts.resetPassword({ token, password }),
      accounts.resetPassword({ token, password: 'another engine' }),
    ])
    assert.equal(both.filter(({ status }) => status === 'fulfilled').length, 1, '[F-09]')
    assert.equal(ended.at(-1)?.reason, 'password_changed')
    const old = { login: 'ada', password: ADA.password, origin }
    await assert.rejects(accounts.logIn(old), code('unauthenticated'))
  })

  it('[AUTH-5] a code with one use makes one account of two that ask at once', async (t) => {
    const { accounts, database, clock } = await openTestAccounts(t, engine, { isInviteOnly: true })
    const now = new Date(clock.wallMs())
    const row = { created_by: null, created_at: now, expires_at: null, disabled_at: null }
    await database.db
      .insertInto('identity.invite_codes')
      .values([
        { ...row, code: 'ONE', uses_max: 1 },
        { ...row, code: 'OVER', uses_max: 9, expires_at: now },
        { ...row, code: 'OFF', uses_max: 9, disabled_at: now },
      ])
      .execute()
    for (const inviteCode of [undefined, 'OVER', 'OFF', 'NONE']) {
      await assert.rejects(accounts.signUp({ ...ADA, inviteCode }), code('forbidden'))
    }
    const outcomes = await Promise.allSettled(
      ['a', 'b', 'c', 'd'].map((letter) =>
        accounts.signUp({
          ...ADA,
          name: `Player ${letter}`,
          email: `${letter}@example.org`,
          inviteCode: 'ONE',
        }),
      ),
    )
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
    await accounts.signInGuest({ name: undefined, origin })
  })

  it('[ADM-2] a ban ends all sessions and refuses the next log-in while it lasts', async (t) => {
    const { accounts, database, ports, ended, clock } = await openTestAccounts(t, engine)
    const signedIn = await accounts.signUp(ADA)
    const { userId, refreshToken } = signedIn
    const untilMs = clock.wallMs() + DAY_MS
    const ban = { userId, reason: 'aim bot', by: null, untilMs }
    await database.transact((trx) => banUser(trx, ports, ban))
    assert.equal(ended.at(-1)?.reason, 'banned')
    const claims = await ports.tokens.verify(signedIn.accessToken)
    assert.equal(await ports.live.isLive(claims), false)
    const form = { login: 'ada', password: ADA.password, origin }
    await assert.rejects(accounts.logIn(form), code('forbidden'))
    const refresh = accounts.refresh({ refreshToken, requestKey: undefined })
    await assert.rejects(refresh, code('unauthenticated'))
    clock.advance(DAY_MS)
    await accounts.logIn(form)
  })

  it('a guest idle for 30 days is gone with his sessions; others stay', async (t) => {
    const { accounts, database, clock } = await openTestAccounts(t, engine)
    const idle = await accounts.signInGuest({ name: 'Idle', origin })
    const account = await accounts.signUp(ADA)
    clock.advance(15 * DAY_MS)
    const { refreshToken } = await accounts.signInGuest({ name: 'Busy', origin })
    clock.advance(15 * DAY_MS - 1)
    assert.equal(await keepIdentitySmall(database, clock.wallMs()), 0)
    const busy = await accounts.refresh({ refreshToken, requestKey: undefined })
    clock.advance(2)
    assert.equal(await keepIdentitySmall(database, clock.wallMs()), 1)
    await assert.rejects(accounts.readUser(idle.userId), code('not_found'))
    await accounts.readUser(busy.userId)
    await accounts.readUser(account.userId)
  })

  it('[LEG-1] the copy has every part, and removal leaves nothing that says who it was', async (t) => {
    const { accounts, database, nextMail, ports } = await openTestAccounts(t, engine)
    const { userId } = await accounts.signUp(ADA)
    await nextMail()
    await accounts.logIn({ login: 'ada', password: ADA.password, origin })
    await assert.rejects(
      accounts.logIn({ login: 'ada', password: 'wrong password', origin }),
      code('unauthenticated'),
    )
    const copy = JSON.stringify(await accounts.exportData(userId))
    for (const text of ['Ada@Example.org', TEST_DEVICE, origin.address, 'verify_email']) {
      assert.ok(copy.includes(text), text)
    }
    assert.ok(!copy.includes('argon2'), 'no hashes in the copy')
    const request = { userId, address: origin.address }
    await assert.rejects(accounts.erase({ ...request, password: 'no' }), code('forbidden'))
    await accounts.erase({ ...request, password: ADA.password })
    await assert.rejects(accounts.readUser(userId), code('not_found'))
    const left = await findEverywhere(database, [userId, 'Ada', 'ada@example.org'])
    // The id alone stays: in the row books point at, and in events and jobs until they are pruned.
    const known = ['identity.users', 'jobs.jobs', 'stream.outbox'].map(
      (name) => `${name} ${userId}`,
    )
    assert.deepEqual(
      left.filter((found) => !known.includes(found)),
      [],
    )
    assert.ok(left.includes(`identity.users ${userId}`), 'the search finds what is there')
    await accounts.signUp(ADA)
    assert.ok(ports)
  })
})

const TEST_DEVICE = origin.device

/** `table text` for every table of the live schema with a row that has the text in it. */
async function findEverywhere(database: { db: Db }, texts: readonly string[]): Promise<string[]> {
  const { rows: tables } = await sql<{ name: string }>`
    select table_schema || '.' || table_name as name from information_schema.tables
    where table_schema not in ('pg_catalog', 'information_schema')
      and table_type = 'BASE TABLE'`.execute(database.db)
  assert.ok(tables.length > 15, 'the schema was read')
  const found: string[] = []
  for (const { name } of tables) {
    for (const text of texts) {
      const { rows } = await sql<{ count: number }>`
        select count(*)::int4 as count from ${sql.table(name)} as t
        where strpos(to_jsonb(t)::text, ${text}) > 0`.execute(database.db)
      if (rows[0]!.count > 0) found.push(`${name} ${text}`)
    }
  }
  return found
}
