/** Sign-in through a provider over the real server: HTTP alone, a provider that is only a row. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { startTestApp } from './testing/start-test-app.ts'
import { startTestIssuer } from './testing/test-issuer.ts'

async function post(url: string, body: object, token?: string) {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const headers = { 'content-type': 'application/json', ...authorization }
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  return { status: answer.status, body: (await answer.json()) as Record<string, string> }
}

describe('sign-in through a provider, over HTTP', () => {
  it('[AUTH-6] browser out, callback back, a guest keeps his id, no secret in the log', async (t) => {
    const { url, app, logs } = await startTestApp(t, { LOG_LEVEL: 'trace' })
    const issuer = await startTestIssuer(t)
    issuer.user = { sub: '1', name: 'Ada', email: 'ada@example.org', email_verified: true }
    const row = { id: 'local', label: 'Local', issuer: issuer.issuer, client_id: 'battalion' }
    await app.store.database.db
      .insertInto('identity.providers')
      .values({ ...row, client_secret: null, created_at: new Date() })
      .execute()
    const shown = await (await fetch(`${url}/v1/auth/oidc/providers`)).json()
    assert.deepEqual(shown, { items: [{ id: 'local', label: 'Local' }] })
    const { body: guest } = await post(`${url}/v1/auth/guest`, { name: 'Gunner' })
    const begin = `${url}/v1/me/identities/local/start`
    const { body: started } = await post(begin, {}, guest['accessToken'])
    const { location } = await issuer.visit(started['authorizationUrl'] ?? '')
    const back = await fetch(location, { redirect: 'manual' })
    const page = new URL(back.headers.get('location') ?? '')
    assert.equal(`${page.origin}/`, new URL(url).href)
    const { oidc, ...behind } = Object.fromEntries(new URLSearchParams(page.hash.slice(1)))
    assert.equal(oidc, '1')
    const answer = { flow: started['flow'], ...behind }
    const finished = await post(`${url}/v1/auth/oidc/finish`, answer)
    assert.equal(finished.status, 200, JSON.stringify(finished.body))
    assert.equal(finished.body['userId'], guest['userId'])
    const again = await post(`${url}/v1/auth/oidc/finish`, answer)
    assert.deepEqual([again.status, again.body['code']], [401, 'unauthenticated'])
    const text = logs.join('\n')
    const secrets = [started['flow'], behind['code'], behind['state'], finished.body['accessToken']]
    assert.ok(text.includes('/v1/auth/oidc'), 'requests are in the log')
    for (const secret of secrets) {
      assert.ok(secret !== undefined && secret.length > 8)
      assert.ok(!text.includes(secret), '[F-11]')
    }
  })
})
