/** Sessions on both engines: rotation, reuse, races, ends, and what is remembered of them. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { describeDatabase } from '@battalion/testkit/test-database.ts'

import { openTestAccounts, TEST_ORIGIN as origin } from '../../testing/test-accounts.ts'
import { KNOWN_MS_MAX, LiveSessions } from './live-sessions.ts'
import { GRACE_MS } from './refresh-session.ts'
import { createRefreshToken, formatRefreshToken, parseRefreshToken } from './refresh-tokens.ts'

function hexOf(text: string): string {
  return Buffer.from(text).toString('hex')
}

function code(expected: string) {
  return (error: unknown) => (error as { code?: string }).code === expected
}

describe('refresh tokens', () => {
  it('[F-03] anything of another shape is none, an access token too', () => {
    const token = createRefreshToken('00000000-0000-4000-8000-000000000000')
    const text = formatRefreshToken(token)
    assert.deepEqual(parseRefreshToken(text), token)
    for (const wrong of [
      '',
      '..',
      'a.b.c',
      `${text}x`,
      text.slice(1),
      'eyJ.eyJ.sig',
      `${text}\n`,
    ]) {
      assert.equal(parseRefreshToken(wrong), undefined, wrong)
    }
  })
})

describeDatabase('sessions', (engine) => {
  const open = async (t: Parameters<typeof openTestAccounts>[0]) => {
    const opened = await openTestAccounts(t, engine)
    const first = await opened.accounts.signInGuest({ name: 'Ada', origin })
    const refresh = (refreshToken: string, requestKey?: string) =>
      opened.accounts.refresh({ refreshToken, requestKey })
    return { ...opened, first, refresh }
  }

  it('[AUTH-3] a refresh gives a new pair of the same session, again and again', async (t) => {
    const { first, refresh, ports } = await open(t)
    let token = first.refreshToken
    const seen = new Set([token])
    for (let count = 0; count < 5; count++) {
      const next = await refresh(token)
      assert.equal(next.userId, first.userId)
      const claims = await ports.tokens.verify(next.accessToken)
      assert.equal(claims.sessionId, token.split('.')[0])
      seen.add((token = next.refreshToken))
    }
    assert.equal(seen.size, 6)
  })

  it('[AUTH-3] of twenty at once exactly one wins, and the session lives on', async (t) => {
    const { first, refresh } = await open(t)
    const tries = Array.from({ length: 20 }, () => refresh(first.refreshToken))
    const outcomes = await Promise.allSettled(tries)
    const won = outcomes.filter(({ status }) => status === 'fulfilled')
    assert.equal(won.length, 1)
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') assert.ok(code('conflict')(outcome.reason))
    }
    const [winner] = won as PromiseFulfilledResult<typeof first>[]
    await refresh(winner!.value.refreshToken)
  })

  it('[F-04] the same request gets the same answer for ten seconds', async (t) => {
    const { first, refresh, clock } = await open(t)
    const { refreshToken } = await refresh(first.refreshToken, 'request 1')
    clock.advance(GRACE_MS)
    const again = await refresh(first.refreshToken, 'request 1')
    assert.equal(again.refreshToken, refreshToken)
    await assert.rejects(refresh(first.refreshToken, 'request 2'), code('conflict'))
    await refresh(refreshToken)
  })

  it('[F-04] an old token after its grace ends the session and says so in an event', async (t) => {
    const { first, refresh, clock, ended, database, ports } = await open(t)
    const { refreshToken, accessToken } = await refresh(first.refreshToken, 'request 1')
    clock.advance(GRACE_MS + 1)
    await assert.rejects(refresh(first.refreshToken, 'request 1'), code('unauthenticated'))
    assert.equal(ended.at(-1)?.reason, 'reused_token')
    await assert.rejects(refresh(refreshToken), code('unauthenticated'))
    assert.equal(await ports.live.isLive(await ports.tokens.verify(accessToken)), false)
    const events = await database.db.selectFrom('stream.outbox').select('topic').execute()
    assert.deepEqual(events, [{ topic: 'identity.session_ended' }])
  })

  it('[F-04] a token two exchanges old ends the session at once', async (t) => {
    const { first, refresh, ended } = await open(t)
    const second = await refresh(first.refreshToken)
    await refresh(second.refreshToken)
    await assert.rejects(refresh(first.refreshToken), code('unauthenticated'))
    assert.equal(ended.length, 1)
  })

  it('a made-up token does nothing to the session it names', async (t) => {
    const { first, refresh, ended } = await open(t)
    const [sessionId = ''] = first.refreshToken.split('.')
    const madeUp = formatRefreshToken(createRefreshToken(sessionId))
    await assert.rejects(refresh(madeUp), code('unauthenticated'))
    assert.deepEqual(ended, [])
    await refresh(first.refreshToken)
  })

  it('no row holds a token or a part of one', async (t) => {
    const { first, database } = await open(t)
    const row = await database.db
      .selectFrom('identity.sessions')
      .selectAll()
      .executeTakeFirstOrThrow()
    const kept = JSON.stringify(row)
    const [, family = '', secret = ''] = first.refreshToken.split('.')
    for (const part of [family, secret, hexOf(family), hexOf(secret)]) {
      assert.ok(!kept.includes(part))
    }
  })

  it('a session ends when it is not used for 30 days', async (t) => {
    const { first, refresh, clock } = await open(t)
    clock.advance(30 * 86_400_000)
    await assert.rejects(refresh(first.refreshToken), code('unauthenticated'))
  })

  it('[AUTH-9] lists, revokes one, logs out everywhere; not those of others', async (t) => {
    const { accounts, first, ports, ended } = await open(t)
    const other = await accounts.signInGuest({ name: 'Eve', origin })
    const [mine] = await accounts.listSessions(first.userId)
    const ending = { sessionId: mine!.id, reason: 'revoked' } as const
    await assert.rejects(
      accounts.endSession({ ...ending, userId: other.userId }),
      code('not_found'),
    )
    const claims = await ports.tokens.verify(first.accessToken)
    assert.equal(await ports.live.isLive(claims), true)
    // Named as no row can be: refused like any other session that is not there, never an error.
    assert.equal(await ports.live.isLive({ ...claims, sessionId: 'session-1' }), false)
    await accounts.endSession({ ...ending, userId: first.userId })
    assert.equal(await ports.live.isLive(claims), false)
    assert.deepEqual(await accounts.listSessions(first.userId), [])
    assert.deepEqual(ended, [{ userId: first.userId, sessionIds: [mine!.id], reason: 'revoked' }])
    await accounts.logOutEverywhere(other.userId)
    assert.deepEqual(await accounts.listSessions(other.userId), [])
  })

  it('a user has fifty sessions at most; the longest unused is over', async (t) => {
    const { accounts, clock, ended, ports } = await open(t)
    const form = { name: 'Bea', email: 'bea@example.org', inviteCode: undefined, origin }
    const first = await accounts.signUp({ ...form, password: 'an old password' })
    const logIn = { login: 'bea', password: 'an old password', origin }
    for (let count = 0; count < 50; count++) {
      clock.advance(1000)
      await accounts.logIn(logIn)
    }
    assert.equal((await accounts.listSessions(first.userId)).length, 50)
    const claims = await ports.tokens.verify(first.accessToken)
    const { userId, sessionId } = claims
    assert.deepEqual(ended, [{ userId, sessionIds: [sessionId], reason: 'too_many' }])
    assert.equal(await ports.live.isLive(claims), false)
  })

  it('[F-06] another password ends every session and gives one', async (t) => {
    const { accounts, ports } = await open(t)
    const form = { name: 'Bea', email: 'bea@example.org', inviteCode: undefined, origin }
    const first = await accounts.signUp({ ...form, password: 'an old password' })
    const request = { userId: first.userId, newPassword: 'a new password', origin }
    const wrong = { ...request, currentPassword: 'a guess' }
    await assert.rejects(accounts.changePassword(wrong), code('forbidden'))
    const right = { ...request, currentPassword: 'an old password' }
    const second = await accounts.changePassword(right)
    const isLive = async (token: string) => ports.live.isLive(await ports.tokens.verify(token))
    assert.equal(await isLive(first.accessToken), false)
    assert.equal(await isLive(second.accessToken), true)
    await accounts.logIn({ login: 'bea', password: 'a new password', origin })
  })

  it('a known session goes on without a database for its time, an unknown one does not', async (t) => {
    const { first, ports, clock, database } = await open(t)
    const claims = await ports.tokens.verify(first.accessToken)
    await database.close()
    clock.advance(KNOWN_MS_MAX)
    assert.equal(await ports.live.isLive(claims), true)
    clock.advance(1)
    await assert.rejects(ports.live.isLive(claims), code('database_unavailable'))
    const stranger = new LiveSessions(database.db, clock)
    await assert.rejects(stranger.isLive(claims), code('database_unavailable'))
  })

  it('what another process ended is noticed within a minute even without its event', async (t) => {
    const { first, ports, clock, database } = await open(t)
    const claims = await ports.tokens.verify(first.accessToken)
    await database.db
      .updateTable('identity.sessions')
      .set({ revoked_at: new Date(clock.wallMs()), revoked_reason: 'elsewhere' })
      .execute()
    assert.equal(await ports.live.isLive(claims), true, 'remembered')
    clock.advance(60_001)
    assert.equal(await ports.live.isLive(claims), false)
  })
})
