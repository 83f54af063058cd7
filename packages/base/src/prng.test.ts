/** The dice: reproducible, uniform, saved by copying four words. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { createPrng, nextBelow, nextBetween, nextFloat, nextUint32 } from './prng.ts'

describe('prng', () => {
  it('[BAT-2] the same seed gives the same numbers, another seed others', () => {
    const first = createPrng(7)
    const second = createPrng(7)
    const other = createPrng(8)
    const row = Array.from({ length: 100 }, () => nextUint32(first))
    assert.deepEqual(
      Array.from({ length: 100 }, () => nextUint32(second)),
      row,
    )
    assert.notDeepEqual(
      Array.from({ length: 100 }, () => nextUint32(other)),
      row,
    )
  })

  it('[BAT-2] agrees with a hand-made xoshiro128** over the state 1, 2, 3, 4', () => {
    // From the published algorithm: result = rotl(s1 * 5, 7) * 9.
    const state = Uint32Array.of(1, 2, 3, 4)
    assert.equal(nextUint32(state), 11520)
    assert.deepEqual([...state], [7, 0, 1026, 12288])
    assert.equal(nextUint32(state), 0)
    assert.equal(nextUint32(state), 5927040)
  })

  it('[BAT-2] a copied state goes on as the original does', () => {
    const state = createPrng(4711)
    for (let index = 0; index < 1000; index++) nextUint32(state)
    const copy = state.slice()
    for (let index = 0; index < 100; index++) assert.equal(nextUint32(copy), nextUint32(state))
  })

  it('[BAT-2] floats stay in [0, 1), whole numbers in range, evenly spread', () => {
    const state = createPrng(1)
    const counts = new Uint32Array(10)
    for (let index = 0; index < 100_000; index++) {
      const value = nextFloat(state)
      assert.ok(value >= 0 && value < 1)
      counts[nextBelow(state, 10)]!++
      const between = nextBetween(state, -2, 3)
      assert.ok(between >= -2 && between < 3)
    }
    for (const count of counts) assert.ok(Math.abs(count - 10_000) < 500, `bucket ${count}`)
  })
})
