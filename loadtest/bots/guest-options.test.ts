/** When a bot signs in again. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { freshSession } from './guest-options.ts'

const NOW_MS = Date.UTC(2026, 0, 1)

function sessionOf(leftMs: number) {
  const accessExpiresAt = new Date(NOW_MS + leftMs).toISOString()
  return { userId: 'u', accessToken: 'a', accessExpiresAt, refreshToken: 'r' }
}

describe('the session of a bot that comes back', () => {
  it('is used again while its access token outlives the join', () => {
    const session = sessionOf(60_000)
    assert.equal(freshSession(session, NOW_MS), session)
  })

  it('is given up before its token runs out, so that no join fails for it', () => {
    assert.equal(freshSession(sessionOf(29_000), NOW_MS), undefined)
    assert.equal(freshSession(sessionOf(-1000), NOW_MS), undefined)
    assert.equal(freshSession(undefined, NOW_MS), undefined)
  })
})
