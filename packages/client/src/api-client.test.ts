/** The typed client against small servers of the test's own: tokens, keys, refusals. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import type { TestContext } from 'node:test'

import { createApiClient } from './api-client.ts'
import type { ApiClient } from './api-client.ts'
import { ApiError } from './api-error.ts'
import { createMemoryTokens } from './api-tokens.ts'

interface Seen {
  readonly line: string
  readonly token: string | undefined
  readonly key: string | undefined
  readonly body: string
}

type Answer = readonly [status: number, body?: unknown, headers?: Record<string, string>]

/** A server that answers by `answer` and remembers what it saw; `undefined` cuts the line. */
async function serve(
  t: TestContext,
  answer: (seen: Seen) => Answer | undefined | Promise<Answer>,
): Promise<{ api: ApiClient; seen: Seen[] }> {
  const seen: Seen[] = []
  const onRequest = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const one = {
      line: `${request.method} ${request.url}`,
      token: request.headers.authorization?.slice('Bearer '.length),
      key: request.headers['idempotency-key'] as string | undefined,
      body: Buffer.concat(chunks).toString(),
    }
    seen.push(one)
    const given = await answer(one)
    if (given === undefined) return request.socket.destroy()
    const [status, body, headers = {}] = given
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    return response.end(body === undefined ? '' : JSON.stringify(body))
  }
  const server = createServer((request, response) => void onRequest(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  const tokens = createMemoryTokens({ accessToken: 'old', refreshToken: 'r1' })
  const { port } = server.address() as AddressInfo
  return { api: createApiClient({ baseUrl: `http://127.0.0.1:${port}/`, tokens }), seen }
}

const UNAUTHENTICATED: Answer = [401, { code: 'unauthenticated', detail: 'Sign in again.' }]
const NEW_PAIR = { userId: 'u', accessToken: 'new', accessExpiresAt: '', refreshToken: 'r2' }

function isRefresh({ line }: Seen): boolean {
  return line === 'POST /v1/auth/refresh'
}

describe('the typed client', () => {
  it('[DEP-1] fills in paths and queries, sends JSON and the token, answers the data', async (t) => {
    const { api, seen } = await serve(t, ({ line }) =>
      line.startsWith('GET') ? [200, { lines: [], nextCursor: null }] : [204],
    )
    const channelId = '00000000-0000-4000-8000-000000000001'
    const params = { path: { channelId }, query: { limit: 5 } }
    const { lines } = await api.get('/v1/channels/{channelId}/messages', { params })
    assert.deepEqual(lines, [])
    const done = await api.put('/v1/channels/{channelId}/read', {
      params: { path: { channelId } },
      body: { seq: 3 },
    })
    assert.equal(done, undefined)
    assert.deepEqual(
      seen.map(({ line, token, body }) => [line, token, body]),
      [
        [`GET /v1/channels/${channelId}/messages?limit=5`, 'old', ''],
        [`PUT /v1/channels/${channelId}/read`, 'old', '{"seq":3}'],
      ],
    )
  })

  it('[AUTH-3] many calls with a token that expired renew it once, and all succeed', async (t) => {
    const { api, seen } = await serve(t, (one) => {
      if (isRefresh(one)) return [200, NEW_PAIR]
      return one.token === 'new' ? [200, { friends: [] }] : UNAUTHENTICATED
    })
    const answers = await Promise.all(Array.from({ length: 5 }, () => api.get('/v1/friends')))
    assert.equal(answers.length, 5)
    assert.equal(seen.filter(isRefresh).length, 1, 'a refresh token is good once')
    assert.equal(api.tokens.read()?.refreshToken, 'r2')
    const renewal = seen.find(isRefresh)!
    assert.equal(renewal.body, '{"refreshToken":"r1"}')
    assert.equal(renewal.token, undefined)
  })

  it('[AUTH-3] a renewal whose answer is lost is repeated under the same key', async (t) => {
    let renewals = 0
    const { api, seen } = await serve(t, (one) => {
      if (isRefresh(one)) return ++renewals === 1 ? undefined : [200, NEW_PAIR]
      return one.token === 'new' ? [200, { friends: [] }] : UNAUTHENTICATED
    })
    await api.get('/v1/friends')
    const keys = seen.filter(isRefresh).map(({ key }) => key)
    assert.equal(keys.length, 2)
    assert.ok(keys[0] !== undefined && keys[0] === keys[1])
  })

  it('[AUTH-3] a session that is over is forgotten, and the caller hears of it', async (t) => {
    const { api, seen } = await serve(t, () => UNAUTHENTICATED)
    await assert.rejects(api.get('/v1/me'), (error: ApiError) => error.code === 'unauthenticated')
    assert.equal(api.tokens.read(), undefined)
    assert.equal(seen.length, 2)
    await assert.rejects(api.get('/v1/me'), ApiError)
    assert.equal(seen.length, 3, 'without a pair there is nothing to renew')
  })

  it('[AUTH-3] takes the pair that another page of the same storage got', async (t) => {
    const { api, seen } = await serve(t, (one) => {
      if (isRefresh(one)) {
        api.tokens.write({ accessToken: 'new', refreshToken: 'r2' })
        return [409, { code: 'conflict', detail: 'This token was just exchanged.' }]
      }
      return one.token === 'new' ? [200, { friends: [] }] : UNAUTHENTICATED
    })
    await api.get('/v1/friends')
    assert.equal(seen.length, 3)
  })

  it('sends no token where none is taken: a wrong password renews nothing', async (t) => {
    const { api, seen } = await serve(t, () => UNAUTHENTICATED)
    await assert.rejects(api.post('/v1/auth/login', { body: { login: 'a', password: 'b' } }))
    assert.deepEqual(
      seen.map(({ line, token }) => [line, token]),
      [['POST /v1/auth/login', undefined]],
    )
  })

  it('throws refusals with code, status, sentence and the seconds to wait', async (t) => {
    const problem = { code: 'rate_limited', detail: 'Too many requests; try again in 7 s.' }
    const { api } = await serve(t, () => [429, problem, { 'retry-after': '7' }])
    await assert.rejects(api.get('/v1/regions'), (error: ApiError) => {
      assert.ok(error instanceof ApiError)
      assert.deepEqual([error.code, error.status, error.retryAfterSec], ['rate_limited', 429, 7])
      assert.equal(error.message, problem.detail)
      return true
    })
  })

  it('a server that is away is `unavailable`, whatever the network says', async (t) => {
    const { api } = await serve(t, () => undefined)
    await assert.rejects(
      api.get('/v1/regions'),
      (error: ApiError) => error.code === 'unavailable' && error.status === 0,
    )
  })

  it('an answer that is no problem+json gets a code by its status', async (t) => {
    const { api } = await serve(t, () => [502, '<html>bad gateway</html>'])
    await assert.rejects(api.get('/v1/regions'), (error: ApiError) => {
      assert.deepEqual([error.code, error.status], ['unavailable', 502])
      return true
    })
  })
})
