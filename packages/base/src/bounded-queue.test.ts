/** The bounded queue against a plain array, at and over its limit. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { AppError } from './app-error.ts'
import { AssertionError, assert as assertHolds, assertDefined } from './assert.ts'
import { BoundedQueue } from './bounded-queue.ts'
import { createPrng, nextBelow } from './prng.ts'

describe('bounded queue', () => {
  it('[I-16] never holds more than its capacity and keeps the order of a plain array', () => {
    const prng = createPrng(3)
    const queue = new BoundedQueue<number>(5)
    const model: number[] = []
    for (let index = 0; index < 10_000; index++) {
      if (nextBelow(prng, 2) === 0) {
        assert.equal(queue.push(index), model.length < 5)
        if (model.length < 5) model.push(index)
      } else {
        assert.equal(queue.shift(), model.shift())
      }
      assert.equal(queue.count, model.length)
    }
    queue.clear()
    assert.equal(queue.shift(), undefined)
  })

  it('[I-16] a queue without room is a programmer error', () => {
    assert.throws(() => new BoundedQueue(0), AssertionError)
  })
})

describe('errors', () => {
  it('[BAT-4] an AppError keeps the public and the internal text apart', () => {
    const cause = new Error('socket')
    const error = new AppError('rate_limited', 'Wait.', { internal: 'x', cause, retryAfterSec: 3 })
    assert.equal(error.code, 'rate_limited')
    assert.equal(error.message, 'Wait.')
    assert.equal(error.internal, 'x')
    assert.equal(error.cause, cause)
    assert.equal(error.retryAfterSec, 3)
  })

  it('[C-09] asserts throw their sentence', () => {
    assert.throws(() => assertHolds(false, 'a sentence'), /a sentence/)
    assert.throws(() => assertDefined(undefined, 'missing'), /missing/)
    assert.equal(assertDefined(0, 'zero is a value'), 0)
  })
})
