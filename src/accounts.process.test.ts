/** Accounts over the real server: HTTP for everything, and live sockets that close in time. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { Client } from '@colyseus/sdk'
import type { Room } from '@colyseus/sdk'

import { askPatiently, startTestApp } from './testing/start-test-app.ts'
import { createOperator } from './testing/test-operators.ts'

/** From the answer on: what the database takes before it is not the socket's (F-06, ADM-2). */
const WITHIN_MS = 1000
const WIDE = { SIGN_INS_PER_ADDRESS_PER_MIN: '1000', MAILS_PER_USER_PER_MIN: '9' }
const ADA = { name: 'Ada', email: 'ada@example.org', password: 'analytical engine' }

interface SignedIn {
  readonly userId: string
  readonly accessToken: string
  readonly refreshToken: string
}

/** Asks the server; the answer with its body read. */
async function ask(
  url: string,
  line: string,
  request: { body?: unknown; token?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number; body: Record<string, unknown> & SignedIn }> {
  const [method = 'GET', path = ''] = line.split(' ')
  const { body, token, headers = {} } = request
  const answer = await askPatiently(url + path, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return { status: answer.status, body: text === '' ? {} : JSON.parse(text) }
}

/** Joins a battle; resolves with the close code when the socket goes. */
async function play(url: string, token: string): Promise<{ room: Room; gone: Promise<number> }> {
  const client = new Client(url)
  client.auth.token = token
  const room = await client.joinOrCreate('battlefield', { map: 'duel', mode: 'duel' })
  room.reconnection.enabled = false
  const gone = new Promise<number>((resolve) => room.onLeave((code) => resolve(code)))
  return { room, gone }
}

describe('accounts over HTTP', () => {
  it('[AUTH-1] guest, upgrade, log-in, me, sessions, export, delete', async (t) => {
    const { url } = await startTestApp(t, WIDE)
    const guest = await ask(url, 'POST /v1/auth/guest', { body: { name: 'Somebody' } })
    assert.equal(guest.status, 200)
    const { accessToken: guestToken, userId } = guest.body
    const upgraded = await ask(url, 'POST /v1/me/upgrade', { body: ADA, token: guestToken })
    assert.equal(upgraded.status, 200, JSON.stringify(upgraded.body))
    assert.equal(upgraded.body.userId, userId)
    const login = { login: 'ADA@example.org', password: ADA.password }
    const signedIn = await ask(url, 'POST /v1/auth/login', { body: login })
    const token = signedIn.body.accessToken
    const edit = { locale: 'ko-KR', timeZone: 'Asia/Seoul', privacy: { presence: 'friends' } }
    assert.equal((await ask(url, 'PATCH /v1/me', { body: edit, token })).status, 200)
    const me = await ask(url, 'GET /v1/me', { token })
    assert.deepEqual(
      { ...me.body, createdAt: '' },
      {
        userId,
        kind: 'account',
        name: 'Ada',
        email: 'ada@example.org',
        emailVerified: false,
        hasPassword: true,
        createdAt: '',
        roles: [],
        permissions: [],
        ...edit,
      },
    )
    const { body: list } = await ask(url, 'GET /v1/me/sessions', { token })
    assert.equal((list['items'] as object[]).length, 3)
    const copy = await ask(url, 'GET /v1/me/export', { token })
    assert.ok(JSON.stringify(copy.body).includes('ada@example.org'))
    const refused = await ask(url, 'POST /v1/me/delete', { body: {}, token })
    assert.equal(refused.status, 403)
    const password = ADA.password
    const deleted = await ask(url, 'POST /v1/me/delete', { body: { password }, token })
    assert.equal(deleted.status, 204)
    assert.equal((await ask(url, 'GET /v1/me', { token })).status, 401)
    assert.equal((await ask(url, 'POST /v1/auth/login', { body: login })).status, 401)
  })

  it('[AUTH-3] refresh by HTTP, the same request the same answer, then reuse ends it', async (t) => {
    const { url } = await startTestApp(t, WIDE)
    const { body: guest } = await ask(url, 'POST /v1/auth/guest')
    const exchange = (refreshToken: string, key?: string) =>
      ask(url, 'POST /v1/auth/refresh', {
        body: { refreshToken },
        ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }),
      })
    const first = await exchange(guest.refreshToken, 'a')
    assert.equal(first.status, 200)
    const again = await exchange(guest.refreshToken, 'a')
    assert.equal(again.body.refreshToken, first.body.refreshToken)
    assert.equal((await exchange(guest.refreshToken, 'b')).status, 409)
    const second = await exchange(first.body.refreshToken)
    assert.equal((await exchange(guest.refreshToken)).status, 401)
    assert.equal((await exchange(second.body.refreshToken)).status, 401)
    const token = second.body.accessToken
    assert.equal((await ask(url, 'GET /v1/me', { token })).status, 401, 'the family is revoked')
  })

  it('[F-06] log-out refuses the next request and join, and closes the socket in time', async (t) => {
    const { url } = await startTestApp(t, WIDE)
    const { body: guest } = await ask(url, 'POST /v1/auth/guest')
    const { body: other } = await ask(url, 'POST /v1/auth/guest')
    const { gone } = await play(url, guest.accessToken)
    const bystander = await play(url, other.accessToken)
    const token = guest.accessToken
    assert.equal((await ask(url, 'POST /v1/auth/logout', { token })).status, 204)
    const startedMs = performance.now()
    assert.equal(await gone, 4401)
    const tookMs = performance.now() - startedMs
    assert.ok(tookMs <= WITHIN_MS, `${tookMs} ms`)
    assert.equal((await ask(url, 'GET /v1/me', { token })).status, 401)
    await assert.rejects(play(url, token))
    const isStillThere = Promise.race([bystander.gone, Promise.resolve('there')])
    assert.equal(await isStillThere, 'there')
    await bystander.room.leave()
  })

  it('[F-06] another password closes the sockets of every device', async (t) => {
    const { url } = await startTestApp(t, WIDE)
    const { body: account } = await ask(url, 'POST /v1/auth/signup', { body: ADA })
    const { gone } = await play(url, account.accessToken)
    const body = { currentPassword: ADA.password, newPassword: 'difference engine' }
    const token = account.accessToken
    const changed = await ask(url, 'POST /v1/me/password', { body, token })
    assert.equal(changed.status, 200, JSON.stringify(changed.body))
    const startedMs = performance.now()
    assert.equal(await gone, 4401)
    assert.ok(performance.now() - startedMs <= WITHIN_MS)
    const { status } = await ask(url, 'GET /v1/me', { token: changed.body.accessToken })
    assert.equal(status, 200)
  })

  it('[F-06] a role given or taken closes the sockets of who has it', async (t) => {
    const { url, app } = await startTestApp(t, WIDE)
    const { database } = app.store
    const { headers } = await createOperator({ url, database }, 'admin')
    const { body: account } = await ask(url, 'POST /v1/auth/signup', { body: ADA })
    const role = `/v1/admin/users/${account.userId}/roles/moderator`
    let token = account.accessToken
    for (const method of ['PUT', 'DELETE']) {
      const { gone } = await play(url, token)
      const changed = await ask(url, `${method} ${role}`, { headers })
      assert.equal(changed.status, 204, JSON.stringify(changed.body))
      const startedMs = performance.now()
      assert.equal(await gone, 4401)
      assert.ok(performance.now() - startedMs <= WITHIN_MS)
      assert.equal((await ask(url, 'GET /v1/me', { token })).status, 401)
      const login = { login: ADA.name, password: ADA.password }
      token = (await ask(url, 'POST /v1/auth/login', { body: login })).body.accessToken
    }
  })

  it('[F-11] no password and no token of a whole run stands in the log', async (t) => {
    const { url, logs } = await startTestApp(t, { ...WIDE, LOG_LEVEL: 'trace' })
    const { body: account } = await ask(url, 'POST /v1/auth/signup', { body: ADA })
    const { refreshToken } = account
    await ask(url, 'POST /v1/auth/refresh', { body: { refreshToken } })
    await ask(url, 'POST /v1/auth/refresh', { body: { refreshToken: `${refreshToken}x` } })
    await ask(url, 'POST /v1/auth/login', { body: { login: 'ada', password: 'wrong password' } })
    await ask(url, 'POST /v1/auth/signup', { body: { ...ADA, name: 7 } })
    const text = logs.join('\n')
    assert.ok(text.includes('/v1/auth/signup'), 'requests are in the log')
    const secrets = [ADA.password, 'wrong password', account.accessToken, refreshToken]
    assert.ok(secrets.every((secret) => typeof secret === 'string' && secret.length > 8))
    for (const secret of secrets) assert.ok(!text.includes(secret))
  })

  it('[AUTH-7] staff routes: by role with a second factor; a ban closes the socket', async (t) => {
    const { url, app } = await startTestApp(t, WIDE)
    const { database } = app.store
    const { headers } = await createOperator({ url, database }, 'admin')
    const invite = await ask(url, 'POST /v1/admin/invites', { body: { usesMax: 1 }, headers })
    assert.equal(invite.status, 201)
    const code = String(invite.body['code'])
    assert.equal((await ask(url, `DELETE /v1/admin/invites/${code}`, { headers })).status, 204)
    const { body: player } = await ask(url, 'POST /v1/auth/guest')
    const played = await play(url, player.accessToken)
    const ban = { body: { reason: 'aim bot' }, headers }
    const banned = await ask(url, `POST /v1/admin/users/${player.userId}/ban`, ban)
    assert.equal(banned.status, 204)
    const startedMs = performance.now()
    assert.equal(await played.gone, 4403)
    assert.ok(performance.now() - startedMs <= WITHIN_MS)
    await assert.rejects(play(url, player.accessToken))
    const lift = `DELETE /v1/admin/users/${player.userId}/ban`
    assert.equal((await ask(url, lift, { headers })).status, 204)
    assert.equal((await ask(url, lift, { headers })).status, 404)
    const odd = `PUT /v1/admin/users/${player.userId}/roles/emperor`
    assert.equal((await ask(url, odd, { headers })).status, 400)
  })
})
