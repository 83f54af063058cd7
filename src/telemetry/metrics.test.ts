/** Metrics: names, cells, what the page prints. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { CELLS_PER_METRIC_MAX } from './metric-cells.ts'
import { METRICS } from './metric-names.ts'
import { Metrics } from './metrics.ts'
import { createRoomMetrics } from './room-metrics.ts'

describe('metrics', () => {
  it('keeps to the rules: prefix, base units, totals for counters, at most two labels', () => {
    for (const [name, spec] of Object.entries(METRICS)) {
      assert.match(name, /^battalion_[a-z_]+$/)
      assert.equal(name.endsWith('_total'), spec.kind === 'counter', name)
      assert.ok(!/_(ms|kb|mb|percent)$/.test(name), name)
      assert.ok(spec.labels.length <= 2, name)
    }
  })

  it('prints cumulative buckets, sum and count', async () => {
    const metrics = new Metrics()
    const room = createRoomMetrics(metrics)
    room.tickWork('sim', 3)
    room.tickWork('sim', 300)
    room.tickWork('sim', Number.NaN)
    const text = await metrics.text()
    assert.match(text, /battalion_tick_duration_seconds_bucket\{phase="sim",le="0.002"\} 0/)
    assert.match(text, /battalion_tick_duration_seconds_bucket\{phase="sim",le="0.004"\} 1/)
    assert.match(text, /battalion_tick_duration_seconds_bucket\{phase="sim",le="\+Inf"\} 2/)
    assert.match(text, /battalion_tick_duration_seconds_count\{phase="sim"\} 2/)
    assert.match(text, /battalion_tick_duration_seconds_sum\{phase="sim"\} 0.303/)
  })

  it('shows the worst room as shed level and forgets rooms that recovered', async () => {
    const metrics = new Metrics()
    const room = createRoomMetrics(metrics)
    const level = async () => /battalion_shed_level (\d+)/.exec(await metrics.text())?.[1]
    room.shedLevel('a', 2)
    room.shedLevel('b', 1)
    assert.equal(await level(), '2')
    room.shedLevel('a', 0)
    assert.equal(await level(), '1')
  })

  it('label values are bounded: later ones count as "other"', async () => {
    const metrics = new Metrics()
    const room = createRoomMetrics(metrics)
    for (let index = 0; index < CELLS_PER_METRIC_MAX * 3; index++) room.frameRejected(`r${index}`)
    const lines = (await metrics.text()).match(/^battalion_frames_rejected_total\{/gm) ?? []
    assert.equal(lines.length, CELLS_PER_METRIC_MAX + 1)
    const other = /frames_rejected_total\{reason="other"\} (\d+)/.exec(await metrics.text())
    assert.equal(other?.[1], String(CELLS_PER_METRIC_MAX * 2))
  })
})
