/** Percentiles of frame times. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { FrameStats } from './frame-stats.ts'

describe('frame stats', () => {
  it('tells percentiles of the newest values only', () => {
    const stats = new FrameStats()
    assert.equal(stats.percentile(0.95), 0)
    for (let value = 1; value <= 100; value++) stats.add(value)
    assert.equal(stats.percentile(0.5), 51)
    assert.equal(stats.percentile(0.95), 96)
    for (let index = 0; index < 300; index++) stats.add(7)
    assert.equal(stats.percentile(0.99), 7)
    stats.clear()
    assert.equal(stats.count, 0)
  })
})
