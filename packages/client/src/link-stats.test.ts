/** Figures of a connection: windows, percentiles, smoothing. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { LinkStats } from './link-stats.ts'

describe('LinkStats', () => {
  it('[NET-3] turns totals into rates once a second', () => {
    const stats = new LinkStats()
    stats.update(0, 1000, 0)
    stats.snapshotsReceived = 40
    stats.update(500, 9000, 400)
    assert.equal(stats.bytesPerSec, 0)
    stats.update(2000, 9000, 400)
    assert.deepEqual(
      [stats.bytesPerSec, stats.bytesSentPerSec, stats.snapshotsPerSec],
      [4000, 200, 20],
    )
  })

  it('[NET-3] gives prediction error percentiles over its window', () => {
    const stats = new LinkStats()
    assert.equal(stats.predictionErrorP99Metres, 0)
    for (let index = 0; index < 100; index++) stats.addPredictionError(index === 50 ? 2 : 0)
    assert.equal(stats.predictionErrorP50Metres, 0)
    assert.equal(stats.predictionErrorP99Metres, 2)
    for (let index = 0; index < 1000; index++) stats.addPredictionError(0)
    assert.equal(stats.predictionErrorP99Metres, 0)
  })

  it('[NET-3] smooths round trips and starts with the first', () => {
    const stats = new LinkStats()
    stats.addRoundTrip(80)
    assert.equal(stats.rttMs, 80)
    stats.addRoundTrip(160)
    assert.deepEqual([stats.rttMs, stats.rttLastMs], [90, 160])
  })
})
