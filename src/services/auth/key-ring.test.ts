/** Keys that rotate under a clock that stands still: who signs, who verifies, what is not known. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { toUserId } from '@battalion/base/ids.ts'
import { FakeClock } from '@battalion/testkit/fake-clock.ts'

import { createTestKeys } from '../../testing/test-keys.ts'
import { createAccessTokens } from './access-tokens.ts'
import { ANNOUNCED_MS, deriveSigningKey, KeyRing, KEYS_MAX } from './key-ring.ts'
import type { KeyTimes } from './key-ring.ts'
import { createServerSecret, isStrongSecret } from './server-secret.ts'

const CLAIMS = {
  userId: toUserId('user-1'),
  kind: 'guest',
  displayName: 'Ada',
  sessionId: 'session-1',
} as const

function setUp() {
  const clock = new FakeClock()
  const keys = createTestKeys(clock)
  const tokens = createAccessTokens({ keys: keys.ring, clock, ttlSec: 900 })
  const times = (generation: number, signsAtMs: number, retiresAtMs?: number): KeyTimes => {
    const { kid } = deriveSigningKey(keys.secret, generation)
    return { generation, kid, signsAtMs, retiresAtMs }
  }
  /** Another process with the same secret. */
  const fork = () =>
    new KeyRing({ secret: keys.secret, clock, load: () => Promise.resolve(keys.times) })
  return { clock, keys, tokens, times, fork }
}

function kidFrom(text: string): string {
  return deriveSigningKey(createServerSecret(text), 1).kid
}

function kidOf(token: string): unknown {
  return JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid
}

describe('the key ring', () => {
  it('[F-10] a key verifies before it signs, the old one until it retires, no 401 between', async () => {
    const { clock, keys, tokens, times, fork } = setUp()
    const other = createAccessTokens({ keys: fork(), clock, ttlSec: 900 })
    const { accessToken: old } = await tokens.issue(CLAIMS)
    const nowMs = clock.wallMs()
    keys.times = [times(2, nowMs + ANNOUNCED_MS), times(1, 0, nowMs + 10 * ANNOUNCED_MS)]
    await keys.ring.reload()
    assert.equal(kidOf((await tokens.issue(CLAIMS)).accessToken), times(1, 0).kid)
    assert.equal(keys.ring.list().length, 2, 'announced')
    clock.advance(ANNOUNCED_MS)
    const { accessToken: fresh } = await tokens.issue(CLAIMS)
    assert.equal(kidOf(fresh), times(2, 0).kid)
    for (const token of [old, fresh]) {
      assert.equal((await tokens.verify(token)).sessionId, CLAIMS.sessionId)
      assert.equal((await other.verify(token)).sessionId, CLAIMS.sessionId, 'another process')
    }
    clock.advance(9 * ANNOUNCED_MS)
    await assert.rejects(tokens.verify(old), { code: 'unauthenticated' })
    assert.equal((await tokens.verify(fresh)).sessionId, CLAIMS.sessionId)
    assert.deepEqual(
      keys.ring.list().map(({ kid }) => kid),
      [times(2, 0).kid],
    )
  })

  it('[F-10] a process that could not read the times answers 503, never 401, to a newer key', async () => {
    const { clock, keys, tokens, times, fork } = setUp()
    const late = createAccessTokens({ keys: fork(), clock, ttlSec: 900 })
    const { accessToken: old } = await tokens.issue(CLAIMS)
    await late.verify(old)
    clock.advance(ANNOUNCED_MS + 1)
    keys.times = [times(2, 0), times(1, 0)]
    await keys.ring.reload()
    const { accessToken: fresh } = await tokens.issue(CLAIMS)
    await assert.rejects(late.verify(fresh), { code: 'database_unavailable' })
    assert.equal((await late.verify(old)).sessionId, CLAIMS.sessionId, 'what it knows goes on')
  })

  it('[F-10] before the times are read nothing is refused as wrong', async () => {
    const { clock, keys, tokens } = setUp()
    const { accessToken } = await tokens.issue(CLAIMS)
    const away = new Error('away')
    const ring = new KeyRing({ secret: keys.secret, clock, load: () => Promise.reject(away) })
    await assert.rejects(ring.ready(), away)
    assert.throws(() => ring.find('any'), { code: 'database_unavailable' })
    assert.throws(() => ring.signer(), { code: 'database_unavailable' })
    assert.ok(accessToken)
  })

  it('[AUTH-10] the same secret gives the same keys, another one others', () => {
    const text = 'fI0hN2+3k9QpZ7vXw1sLr8tYb4mC6dEa'
    assert.equal(kidFrom(text), kidFrom(text))
    assert.notEqual(kidFrom(text), kidFrom(`${text}x`))
    const secret = createServerSecret(text)
    assert.notDeepEqual(secret.derive('seal'), secret.derive('refresh chain'))
    const weak = ['', 'short', 'a'.repeat(64), 'changeme-changeme-changeme-abcdefgh', 'x'.repeat(9)]
    for (const given of weak) assert.equal(isStrongSecret(given), false, given)
    assert.ok(isStrongSecret(text))
    assert.ok(KEYS_MAX >= 2)
  })
})
