/** The typed client and the document over a real server: what a program outside has to go by. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'

import { createApiClient } from '@battalion/client/api-client.ts'
import type { ApiError } from '@battalion/client/api-error.ts'

import { startTestApp } from './testing/start-test-app.ts'

describe('the API of a running server', () => {
  it('is the committed document, and the typed client speaks it', async (t) => {
    const { url } = await startTestApp(t)
    const served: unknown = await (await fetch(`${url}/openapi.json`)).json()
    assert.deepEqual(served, JSON.parse(readFileSync('docs/openapi.json', 'utf8')))

    const api = createApiClient({ baseUrl: url })
    const pair = await api.post('/v1/auth/guest', { body: { name: 'Ada' } })
    api.tokens.write(pair)
    const me = await api.get('/v1/me')
    assert.deepEqual([me.userId, me.kind], [pair.userId, 'guest'])

    // The server's own answers to a token that is none, to a renewal, and to the renewed token.
    api.tokens.write({ accessToken: 'expired', refreshToken: pair.refreshToken })
    const [first, second] = await Promise.all([api.get('/v1/me'), api.get('/v1/friends')])
    assert.equal(first.userId, me.userId)
    assert.deepEqual(second.friends, [])
    assert.notEqual(api.tokens.read()?.refreshToken, pair.refreshToken)

    const nobody = { path: { userId: '00000000-0000-4000-8000-000000000000' } }
    await assert.rejects(
      api.put('/v1/friends/{userId}', { params: nobody }),
      (error: ApiError) => error.code === 'not_found' && error.status === 404,
    )
    await api.post('/v1/auth/logout')
    await assert.rejects(api.get('/v1/me'), (error: ApiError) => error.code === 'unauthenticated')
    assert.equal(api.tokens.read(), undefined, 'the session is over, and so is the pair')
  })
})
