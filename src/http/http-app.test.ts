/** The HTTP app over fakes: bodies, errors, CORS, ETags. No socket is opened. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'

import { AppError } from '@battalion/base/app-error.ts'

import { createFakeHttp, limitsOf, TEST_BOT_KEY } from '../testing/fake-http-app.ts'
import { tempDir } from '../testing/temp-dir.ts'

const JOIN = '/matchmake/joinOrCreate/battlefield'

async function problem(response: Response): Promise<Record<string, unknown>> {
  assert.equal(response.headers.get('content-type'), 'application/problem+json')
  return (await response.json()) as Record<string, unknown>
}

function deep(depth: number): string {
  return '{"a":'.repeat(depth - 1) + '{}' + '}'.repeat(depth - 1)
}

describe('bodies', () => {
  const cases: readonly (readonly [name: string, body: string, status: number])[] = [
    ['8 KB and one byte', JSON.stringify({ name: 'x'.repeat(8182) }), 413],
    ['nine levels', deep(9), 400],
    ['an unknown field', '{"mode":"duel","hack":1}', 400],
    ['null', 'null', 400],
    ['an array', '[]', 400],
    ['a number', '7', 400],
    ['not JSON', '{"mode":', 400],
    ['hasOwnProperty', '{"hasOwnProperty":1}', 400],
    ['__proto__', '{"__proto__":{"polluted":true}}', 400],
    ['constructor', '{"constructor":{"prototype":{"polluted":true}}}', 400],
    ['a mode of the wrong type', '{"mode":7}', 400],
    ['a mode with a path', '{"mode":"../../etc"}', 400],
    ['a spectate that is no boolean', '{"spectate":"yes"}', 400],
  ]
  for (const [name, body, status] of cases) {
    it(`[B-03] ${name} is refused with ${status} and no inner text`, async (t) => {
      const { fetch, signIn, joins } = createFakeHttp({ dataDir: tempDir(t) })
      const headers = await signIn()
      const answer = await fetch(JOIN, { method: 'POST', headers, body })
      assert.equal(answer.status, status)
      const { detail } = await problem(answer)
      assert.ok(
        !/zod|expected|JSON\.parse|position|undefined/i.test(String(detail)),
        String(detail),
      )
      assert.deepEqual(joins, [])
      assert.equal(({} as { polluted?: boolean }).polluted, undefined)
    })
  }

  it('takes options as the stock SDK sends them, also without a body', async (t) => {
    const { fetch, signIn, joins } = createFakeHttp({ dataDir: tempDir(t) })
    const headers = await signIn()
    const body = '{"mode":"duel","map":"duel","spectate":false,"name":"Ada"}'
    const first = await fetch(JOIN, { method: 'POST', headers, body })
    assert.deepEqual(await first.json(), {
      name: 'battlefield',
      roomId: 'room1',
      sessionId: 'seat1',
      processId: 'process1',
    })
    assert.equal((await fetch(JOIN, { method: 'POST', headers })).status, 200)
    assert.deepEqual(joins, [JSON.parse(body), {}])
  })
})

describe('errors', () => {
  it('[B-03] never repeats the text of an error that is not ours', async (t) => {
    const failWith = new Error('password authentication failed for user "game"')
    const { fetch, signIn, logs } = createFakeHttp({ dataDir: tempDir(t), failWith })
    const answer = await fetch(JOIN, { method: 'POST', headers: await signIn(), body: '{}' })
    assert.equal(answer.status, 500)
    const text = await answer.text()
    assert.ok(!text.includes('password'))
    assert.equal(logs.length, 1, 'the log has it')
  })

  it('carries code, Retry-After and a text the SDK shows', async (t) => {
    const failWith = new AppError('battle_full', 'No battle has a free seat.', { retryAfterSec: 5 })
    const { fetch, signIn } = createFakeHttp({ dataDir: tempDir(t), failWith })
    const answer = await fetch(JOIN, { method: 'POST', headers: await signIn(), body: '{}' })
    assert.equal(answer.status, 503)
    assert.equal(answer.headers.get('retry-after'), '5')
    const body = await problem(answer)
    assert.equal(body['code'], 'battle_full')
    assert.equal(body['error'], 'No battle has a free seat.')
  })

  it('unknown paths are problem+json too', async (t) => {
    const { fetch } = createFakeHttp({ dataDir: tempDir(t) })
    for (const path of ['/metrics', '/livez', '/healthz', '/colyseus', '/monitor', '/playground']) {
      const answer = await fetch(path)
      assert.equal(answer.status, 404, `[G-16] ${path} is not on the public port`)
      assert.equal((await problem(answer))['code'], 'not_found')
    }
  })
})

describe('origins', () => {
  it('[G-15] names an allowed origin back and no other', async (t) => {
    const allowedOrigins = ['https://friend.test']
    const { fetch } = createFakeHttp({ dataDir: tempDir(t), allowedOrigins })
    const ask = (origin: string) => fetch('/v1/regions', { headers: { origin } })
    const friend = await ask('https://friend.test')
    assert.equal(friend.headers.get('access-control-allow-origin'), 'https://friend.test')
    const foe = await ask('https://foe.test')
    assert.equal(foe.headers.get('access-control-allow-origin'), null)
    assert.equal(foe.headers.get('access-control-allow-credentials'), null)
  })

  it('[G-15] lets an allowed page use every method and header of the API', async (t) => {
    const allowedOrigins = ['https://friend.test']
    const { fetch } = createFakeHttp({ dataDir: tempDir(t), allowedOrigins })
    const asked = { method: 'OPTIONS', headers: { origin: 'https://friend.test' } }
    const { headers } = await fetch('/v1/me', asked)
    const listed = (name: string) => new Set(headers.get(name)?.toLowerCase().split(', '))
    const methods = listed('access-control-allow-methods')
    const names = listed('access-control-allow-headers')
    const operations = openOperations()
    assert.ok(operations.length > 80, 'the whole document is read')
    for (const { path, method, headerNames } of operations) {
      assert.ok(methods.has(method), `${method} ${path}`)
      for (const name of headerNames) assert.ok(names.has(name), `${name} of ${method} ${path}`)
    }
    for (const name of ['authorization', 'content-type', 'if-none-match']) {
      assert.ok(names.has(name), name)
    }
  })

  it('[G-15] answers a preflight from elsewhere without any permission', async (t) => {
    const { fetch } = createFakeHttp({ dataDir: tempDir(t) })
    const headers = { origin: 'https://foe.test', 'access-control-request-method': 'POST' }
    const answer = await fetch(JOIN, { method: 'OPTIONS', headers })
    assert.equal(answer.status, 204)
    assert.equal(answer.headers.get('access-control-allow-origin'), null)
  })
})

describe('signing in', () => {
  it('answers as design.md says and hides nothing in the body', async (t) => {
    const { fetch, tokens } = createFakeHttp({ dataDir: tempDir(t) })
    const body = JSON.stringify({ name: '  Ada\u0000\u202e  Lovelace of the long long name ' })
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch('/v1/auth/guest', { method: 'POST', headers, body })
    const signedIn = (await answer.json()) as Record<string, string | null>
    assert.deepEqual(Object.keys(signedIn).sort(), [
      'accessExpiresAt',
      'accessToken',
      'refreshToken',
      'userId',
    ])
    assert.ok(typeof signedIn['refreshToken'] === 'string')
    const claims = await tokens.verify(signedIn['accessToken'] ?? '')
    assert.equal(claims.displayName, 'Ada Lovelace of the')
    assert.equal(claims.kind, 'guest')
    assert.equal(answer.headers.get('cache-control'), 'no-store')
  })

  it('[AUTH-1] has the signing keys before it begins, as no transaction may read them', async (t) => {
    const { fetch, tokens } = createFakeHttp({ dataDir: tempDir(t) })
    const steps: string[] = []
    const own = { ...tokens }
    tokens.ready = () => {
      steps.push('ready')
      return own.ready()
    }
    tokens.issue = (claims) => {
      steps.push('issue')
      return own.issue(claims)
    }
    await fetch('/v1/auth/guest', { method: 'POST' })
    assert.deepEqual(steps, ['ready', 'issue'])
  })

  it('makes bots only for the key, and frees them from limits per address', async (t) => {
    const limits = limitsOf({ perAddress: 1, perUser: 100 })
    const { fetch, tokens } = createFakeHttp({ dataDir: tempDir(t), limits })
    const signIn = (key: string) =>
      fetch('/v1/auth/guest', { method: 'POST', headers: { 'x-battalion-bot-key': key } })
    for (let count = 0; count < 3; count++) {
      const answer = await signIn(TEST_BOT_KEY)
      const { accessToken } = (await answer.json()) as { accessToken: string }
      assert.equal((await tokens.verify(accessToken)).kind, 'bot')
      const authorization = `Bearer ${accessToken}`
      const join = await fetch(JOIN, { method: 'POST', headers: { authorization } })
      assert.equal(join.status, 200)
    }
    assert.equal((await signIn('guessed')).status, 403)
    assert.equal((await signIn('guessed again')).status, 429)
  })
})

describe('sessions that ended', () => {
  it('[AUTH-9] a token whose session ended is refused though it is signed and in time', async (t) => {
    const { fetch, signIn, tokens, ended } = createFakeHttp({ dataDir: tempDir(t) })
    const headers = await signIn()
    assert.equal((await fetch(JOIN, { method: 'POST', headers })).status, 200)
    const { sessionId } = await tokens.verify(headers['authorization']!.slice('Bearer '.length))
    ended.add(sessionId)
    const refused = await fetch(JOIN, { method: 'POST', headers })
    assert.equal(refused.status, 401)
    assert.equal((await problem(refused))['code'], 'unauthenticated')
  })
})

describe('prepared answers', () => {
  it('sends 304 to who has the balance already, and the same bytes by both names', async (t) => {
    const { fetch } = createFakeHttp({ dataDir: tempDir(t) })
    const first = await fetch('/v1/balance/current')
    const etag = first.headers.get('etag') ?? ''
    assert.deepEqual(await first.json(), { version: '1', files: {} })
    assert.equal((await fetch('/v1/balance/1')).headers.get('etag'), etag)
    const again = await fetch('/v1/balance/1', { headers: { 'if-none-match': etag } })
    assert.equal(again.status, 304)
    assert.equal((await fetch('/v1/balance/2')).status, 404)
    assert.equal((await fetch('/v1/balance/..%2Fsecret')).status, 400)
  })
})

/** Operations of the committed document that other pages may ask for: all but the console's. */
function openOperations() {
  interface Operation {
    readonly parameters?: readonly { readonly in: string; readonly name: string }[]
  }
  const { paths } = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as {
    paths: Record<string, Record<string, Operation>>
  }
  return Object.entries(paths)
    .filter(([path]) => !path.startsWith('/v1/admin'))
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { parameters = [] }]) => ({
        path,
        method,
        headerNames: parameters
          .filter((parameter) => parameter.in === 'header')
          .map(({ name }) => name.toLowerCase()),
      })),
    )
}
