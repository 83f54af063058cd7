/** Numbers that wrap: what is newer, and how a low half finds its whole again. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { expandSequence, isSequenceNewer, sequenceDifference } from './sequence.ts'

describe('sequence', () => {
  it('[E-05] newer means at most half the circle ahead', () => {
    assert.equal(isSequenceNewer(1, 0), true)
    assert.equal(isSequenceNewer(0, 0), false)
    assert.equal(isSequenceNewer(0, 65535), true)
    assert.equal(isSequenceNewer(65535, 0), false)
    assert.equal(isSequenceNewer(32767, 0), true)
    assert.equal(isSequenceNewer(32768, 0), false)
    assert.equal(sequenceDifference(2, 65534), 4)
  })

  it('[E-05] the low half finds the nearest whole number across every wrap', () => {
    for (const reference of [0, 5, 65530, 65536, 131_070, 10_000_000]) {
      for (let offset = -3000; offset <= 3000; offset += 7) {
        assert.equal(expandSequence((reference + offset) & 0xffff, reference), reference + offset)
      }
    }
  })
})
