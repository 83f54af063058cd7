/** The edge of sign-in through providers, over fakes: where the callback leads. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { createFakeHttp } from '../testing/fake-http-app.ts'
import { tempDir } from '../testing/temp-dir.ts'

const CALLBACK = '/v1/auth/oidc/callback'

describe('the callback of providers', () => {
  it('[AUTH-6] leads to our own page and nowhere else, with the answer behind #', async (t) => {
    const { fetch } = createFakeHttp({ dataDir: tempDir(t) })
    const answer = await fetch(`${CALLBACK}?code=a%26b&state=s&iss=https%3A%2F%2Fissuer.example`)
    assert.equal(answer.status, 303)
    assert.equal(answer.headers.get('referrer-policy'), 'no-referrer')
    const location = new URL(answer.headers.get('location') ?? '')
    assert.equal(location.origin + location.pathname, 'https://game.test/')
    const behind = new URLSearchParams(location.hash.slice(1))
    assert.deepEqual(Object.fromEntries(behind), {
      oidc: '1',
      code: 'a&b',
      state: 's',
      iss: 'https://issuer.example',
    })
    const hostile = [
      '?error=access_denied&next=https://evil.example',
      '?redirect_uri=https://evil.example&state=//evil.example',
      '?code=%0d%0aset-cookie:x=1',
      '?code=%2f%2fevil.example%23',
    ]
    for (const query of hostile) {
      const led = await fetch(CALLBACK + query, { headers: { host: 'evil.example' } })
      assert.equal(new URL(led.headers.get('location') ?? '').origin, 'https://game.test', query)
      assert.equal(led.headers.get('set-cookie'), null)
    }
    assert.equal((await fetch(`${CALLBACK}?code=${'a'.repeat(5000)}`)).status, 400)
  })
})
