/** Reading /metrics: values, histograms, what happened between two readings. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  countOf,
  histogramSince,
  parseMetrics,
  percentileOf,
  quantileOf,
  sumOf,
} from './metrics-text.ts'

const PAGE = `# HELP tick_seconds Work time.
# TYPE tick_seconds histogram
tick_seconds_bucket{phase="total",le="0.001"} 50
tick_seconds_bucket{phase="total",le="0.002"} 90
tick_seconds_bucket{phase="total",le="+Inf"} 100
tick_seconds_sum{phase="total"} 0.11
tick_seconds_count{phase="total"} 100
late_seconds_bucket{le="0.01"} 3
late_seconds_bucket{le="+Inf"} 3
late_seconds_sum 0.006
late_seconds_count 3
lost_total{code="4400",reason="bad_frame"} 2
lost_total{code="1000",reason="left"} 5
cpu_seconds_total 1.25
`

describe('metrics text', () => {
  const reading = parseMetrics(PAGE)

  it('gives values with their labels, and sums over labels', () => {
    assert.equal(reading.values.get('cpu_seconds_total'), 1.25)
    assert.equal(reading.values.get('lost_total{code="1000",reason="left"}'), 5)
    assert.equal(sumOf(reading, 'lost_total'), 7)
    assert.equal(sumOf(reading, 'unknown'), 0)
  })

  it('gives histograms without their le label', () => {
    const total = reading.histograms.get('tick_seconds{phase="total"}')!
    assert.deepEqual(total.bounds, [0.001, 0.002, Infinity])
    assert.deepEqual(total.counts, [50, 90, 100])
    assert.equal(total.sum, 0.11)
    assert.equal(countOf(reading.histograms.get('late_seconds')!), 3)
  })

  it('finds percentiles within a bucket, and the last bound beyond it', () => {
    const total = reading.histograms.get('tick_seconds{phase="total"}')!
    assert.equal(quantileOf(total, 0.5), 0.001)
    assert.ok(Math.abs(quantileOf(total, 0.7) - 0.0015) < 1e-9)
    assert.equal(quantileOf(total, 0.99), 0.002)
    assert.ok(Number.isNaN(quantileOf({ bounds: [1, Infinity], counts: [0, 0], sum: 0 }, 0.5)))
  })

  it('takes the difference of two readings', () => {
    const later = parseMetrics(PAGE.replace('"} 50', '"} 60').replace('"} 90', '"} 110'))
    const name = 'tick_seconds{phase="total"}'
    const since = histogramSince(reading.histograms.get(name), later.histograms.get(name)!)
    assert.deepEqual(since.counts, [10, 20, 0])
  })

  it('finds percentiles of samples', () => {
    assert.equal(percentileOf([5, 1, 4, 2, 3], 0.5), 3)
    assert.equal(percentileOf([1, 2], 1), 2)
    assert.ok(Number.isNaN(percentileOf([], 0.5)))
  })
})
