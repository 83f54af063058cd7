/** Signing in to the console over the real server: cookie, CSRF, second factor, one-time link. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { CONSOLE_COOKIE } from '../http/console-cookie.ts'
import { listAudit } from '../services/audit/audit-log.ts'
import { totpCode, totpStep } from '../services/identity/totp.ts'
import { CONSOLE_IDLE_MS_MAX, findConsole } from '../services/operators/console-sessions.ts'
import { createOperatorLink, OPERATOR_LINK_MS } from '../services/operators/operator-link.ts'
import { systemClock } from '../system-clock.ts'
import { startTestApp } from '../testing/start-test-app.ts'
import {
  consoleHeaders,
  createOperator,
  fromBase32,
  insideStep,
} from '../testing/test-operators.ts'

const WIDE = { SIGN_INS_PER_ADDRESS_PER_MIN: '1000' }
const FORM = { name: 'Ada', email: 'ada@example.org', password: 'analytical engine' }

interface Asked {
  readonly status: number
  readonly body: Record<string, unknown>
  readonly cookie: string
  readonly token: string
}

async function ask(
  url: string,
  line: string,
  request: { body?: unknown; headers?: Readonly<Record<string, string>> } = {},
): Promise<Asked> {
  const [method = '', path = ''] = line.split(' ')
  const { body, headers = {} } = request
  const answer = await fetch(url + path, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  const cookie = answer.headers.get('set-cookie') ?? ''
  const token = new RegExp(`${CONSOLE_COOKIE}=([\\w-]+)`).exec(cookie)?.[1] ?? ''
  return { status: answer.status, body: text === '' ? {} : JSON.parse(text), cookie, token }
}

describe('the console', () => {
  it('[ADM-3] the first operator comes by the link, enrols, and signs in with a code', async (t) => {
    const links: string[] = []
    const onFirstOperator = (url: string) => void links.push(url)
    const { url, app, logs } = await startTestApp(t, WIDE, { onFirstOperator })
    for (let looks = 0; links.length === 0 && looks < 100; looks++) {
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    const link = /\/console#first=([\w-]{43})$/.exec(links[0] ?? '')?.[1] ?? ''
    assert.notEqual(link, '')
    const first = { ...FORM, token: link }
    const weak = await ask(url, 'POST /v1/admin/operator', { body: { ...first, password: 'ada' } })
    assert.equal(weak.status, 422, 'a form that is not good does not use the link up')
    const made = await ask(url, 'POST /v1/admin/operator', { body: first })
    assert.equal(made.status, 201, JSON.stringify(made.body))
    assert.deepEqual([made.body['isEnrolling'], made.body['permissions']], [true, []])
    assert.match(made.cookie, /HttpOnly/i)
    assert.match(made.cookie, /SameSite=Strict/i)
    assert.match(made.cookie, /Path=\/v1\/admin/i)
    assert.ok(!JSON.stringify(made.body).includes(made.token), 'the token is in the cookie alone')
    const again = await ask(url, 'POST /v1/admin/operator', { body: { ...first, name: 'Bea' } })
    assert.equal(again.status, 401, '[F-09] the link is good once')
    const enrolling = consoleHeaders(made.token)
    const early = await ask(url, 'POST /v1/admin/invites', {
      body: { usesMax: 1 },
      headers: enrolling,
    })
    assert.equal(early.status, 403, 'nothing but enrolling without a second factor')
    const totp = await ask(url, 'POST /v1/admin/session/totp', { headers: enrolling })
    const secret = fromBase32(String(totp.body['secret']))
    const code = (offset: number) => totpCode(secret, totpStep(systemClock.wallMs()) + offset)
    const confirm = (given: string) =>
      ask(url, 'POST /v1/admin/session/totp/confirm', {
        body: { code: given },
        headers: enrolling,
      })
    assert.equal((await confirm(code(3) === '000000' ? '111111' : '000000')).status, 401)
    await insideStep()
    const proved = await confirm(code(-1))
    assert.equal(proved.status, 201, JSON.stringify(proved.body))
    assert.equal(proved.body['isEnrolling'], false)
    assert.ok((proved.body['permissions'] as string[]).includes('bans.write'))
    const old = await ask(url, 'GET /v1/admin/session', { headers: enrolling })
    assert.equal(old.status, 401, 'another token from here on')
    const form = { login: 'ada', password: FORM.password }
    const without = await ask(url, 'POST /v1/admin/session', { body: form })
    assert.deepEqual([without.status, without.body['code']], [401, 'totp_required'])
    const body = { ...form, code: code(0) }
    const signedIn = await ask(url, 'POST /v1/admin/session', { body })
    assert.equal(signedIn.status, 201)
    const replayed = await ask(url, 'POST /v1/admin/session', { body })
    assert.equal(replayed.status, 401, 'a code is good once')
    const headers = consoleHeaders(signedIn.token)
    const out = await ask(url, 'DELETE /v1/admin/session', { headers })
    assert.equal(out.status, 204)
    assert.equal((await ask(url, 'GET /v1/admin/session', { headers })).status, 401)
    const text = logs.join('\n')
    for (const known of [link, made.token, proved.token, signedIn.token, FORM.password]) {
      assert.ok(!text.includes(known), '[F-11] no token and no password in the log')
    }
    const rows = await listAudit(app.store.database.db, { limit: 50, outcome: 'done' })
    assert.deepEqual(rows.map(({ action }) => action).toReversed(), [
      'operator.first',
      'totp.begin',
      'totp.confirm',
      'console.signIn',
      'console.signOut',
    ])
    assert.equal(await createOperatorLink(app.store.database, systemClock.wallMs()), undefined)
  })

  it('[F-03, G-15] no token of the game opens it, its token opens no game, CSRF holds', async (t) => {
    const { url, app } = await startTestApp(t, WIDE)
    const { database } = app.store
    const operator = await createOperator({ url, database }, 'admin')
    const { cookie = '', 'x-csrf-token': csrf = '' } = operator.headers
    const token = cookie.split('=')[1]!
    const asGame = { authorization: `Bearer ${token}` }
    assert.equal((await ask(url, 'GET /v1/me', { headers: asGame })).status, 401)
    const login = { login: operator.name, password: operator.password, code: operator.code(0) }
    const game = await ask(url, 'POST /v1/auth/login', { body: login })
    const accessToken = String(game.body['accessToken'])
    const asBearer = { authorization: `Bearer ${accessToken}` }
    assert.equal((await ask(url, 'GET /v1/admin/session', { headers: asBearer })).status, 401)
    const inCookie = { cookie: `${CONSOLE_COOKIE}=${accessToken}` }
    assert.equal((await ask(url, 'GET /v1/admin/session', { headers: inCookie })).status, 401)
    const invite = (headers: Record<string, string>) =>
      ask(url, 'POST /v1/admin/invites', { body: { usesMax: 1 }, headers })
    assert.equal((await invite({ cookie })).status, 403)
    assert.equal((await invite({ cookie, 'x-csrf-token': 'guessed' })).status, 403)
    assert.equal((await invite({ cookie, 'x-csrf-token': csrf })).status, 201)
    const foreign = await fetch(`${url}/v1/admin/session`, {
      headers: { cookie, origin: 'https://foe.test' },
    })
    assert.equal(foreign.headers.get('access-control-allow-origin'), null)
  })

  it('[F-06] ends unused, and with a ban, a role or another password; players stay out', async (t) => {
    const { url, app } = await startTestApp(t, WIDE)
    const { database } = app.store
    const admin = await createOperator({ url, database }, 'admin')
    const moderator = await createOperator({ url, database }, 'moderator')
    const look = (headers: Readonly<Record<string, string>>) =>
      ask(url, 'GET /v1/admin/session', { headers })
    assert.equal((await look(moderator.headers)).status, 200)
    const ban = `POST /v1/admin/users/${moderator.userId}/ban`
    const body = { reason: 'left the company' }
    assert.equal((await ask(url, ban, { body, headers: admin.headers })).status, 204)
    assert.equal((await look(moderator.headers)).status, 401)
    const own = `DELETE /v1/admin/users/${admin.userId}/roles/admin`
    assert.equal((await ask(url, own, { headers: admin.headers })).status, 409)
    const token = admin.headers['cookie']!.split('=')[1]!
    const nowMs = systemClock.wallMs()
    assert.ok(await findConsole(database.db, token, nowMs + CONSOLE_IDLE_MS_MAX - 60_000))
    const later = nowMs + 2 * CONSOLE_IDLE_MS_MAX
    assert.equal(await findConsole(database.db, token, later), undefined)
    const player = await createOperator({ url, database }, undefined)
    const form = { login: player.name, password: player.password, code: player.code(0) }
    assert.equal((await ask(url, 'POST /v1/admin/session', { body: form })).status, 403)
  })

  it('[F-09] two at once make one operator; an old link and another one make none', async (t) => {
    const { url, app } = await startTestApp(t, WIDE)
    const { database } = app.store
    const nowMs = systemClock.wallMs()
    const old = await createOperatorLink(database, nowMs - OPERATOR_LINK_MS - 1)
    const use = (token: string | undefined, name: string) =>
      ask(url, 'POST /v1/admin/operator', {
        body: { ...FORM, token, name, email: `${name}@example.org` },
      })
    assert.equal((await use(old, 'Old')).status, 401)
    const link = await createOperatorLink(database, nowMs)
    const both = await Promise.all([use(link, 'Ada'), use(link, 'Bea')])
    assert.deepEqual(
      both.map(({ status }) => status).toSorted((a, b) => a - b),
      [201, 401],
    )
  })
})
