/** The password hasher: right, wrong, unknown, and its bounds. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { createPasswordHasher } from './password-hasher.ts'

describe('passwords', () => {
  it('[AUTH-8] fit their own hash only, and nobody has an empty one', async () => {
    const hasher = createPasswordHasher()
    const phc = await hasher.hash('analytical engine')
    assert.equal(await hasher.verify(phc, 'analytical engine'), true)
    assert.equal(await hasher.verify(phc, 'Analytical engine'), false)
    assert.equal(await hasher.verify(undefined, 'nothing fits this'), false)
  })

  it('a full queue is told to come back, and works again afterwards', async () => {
    const hasher = createPasswordHasher({ runningMax: 2, waitingMax: 3 })
    const outcomes = await Promise.allSettled(
      Array.from({ length: 9 }, (_, index) => hasher.hash(`password ${index}`)),
    )
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
    assert.equal(refused.length, 4)
    for (const { reason } of refused) {
      const { code, retryAfterSec } = reason as { code: string; retryAfterSec: number }
      assert.deepEqual([code, retryAfterSec], ['overloaded', 3])
    }
    await hasher.hash('and again')
  })
})
