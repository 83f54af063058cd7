/** What a page makes of the address a provider sends the browser back to [AUTH-6]. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { keepFlow, readReturn } from './oidc-flow.ts'
import type { FlowStorage } from './oidc-flow.ts'

function createStorage(): FlowStorage {
  const texts = new Map<string, string>()
  return {
    getItem: (key) => texts.get(key) ?? null,
    setItem: (key, text) => void texts.set(key, text),
    removeItem: (key) => void texts.delete(key),
  }
}

const KEPT = { flow: 'secret', label: 'Local' }
const BACK = '#oidc=1&code=c1&state=s1&iss=https%3A%2F%2Fissuer.test'

describe('the way back from a provider', () => {
  it('[AUTH-6] finishes the flow of this tab, once', () => {
    const storage = createStorage()
    keepFlow(storage, KEPT)
    const iss = 'https://issuer.test'
    assert.deepEqual(readReturn(storage, BACK), { ...KEPT, code: 'c1', state: 's1', iss })
    const again = readReturn(storage, BACK)
    assert.ok(again !== undefined && 'refused' in again, 'the secret is gone')
  })

  it('[AUTH-6] a link that somebody else made signs nobody in', () => {
    const planted = readReturn(createStorage(), BACK)
    assert.ok(planted !== undefined && 'refused' in planted)
    const broken = createStorage()
    for (const text of ['', '{', 'null', '{"flow":1,"label":"x"}']) {
      broken.setItem('battalion.oidc', text)
      const back = readReturn(broken, BACK)
      assert.ok(back !== undefined && 'refused' in back, text)
    }
  })

  it('says what a provider refused, and leaves other addresses alone', () => {
    const storage = createStorage()
    keepFlow(storage, KEPT)
    assert.equal(readReturn(storage, '#verify-email=x'), undefined)
    assert.equal(readReturn(storage, `#oidc=1&code=${'x'.repeat(9000)}`), undefined)
    const denied = readReturn(storage, '#oidc=1&error=access_denied&state=s')
    assert.deepEqual(denied, { label: 'Local', refused: 'You did not go through with it.' })
  })
})
