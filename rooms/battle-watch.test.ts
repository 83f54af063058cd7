/** Figures of a battle that operators see: histogram, samples, the ring of log lines. */
import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { BattleWatch, SAMPLES_COUNT_MAX, TICK_BOUNDS_MS } from './battle-watch.ts'
import type { SampledState } from './battle-watch.ts'
import { LOG_LINES_MAX, LogRing } from './log-ring.ts'
import type { Logger, RoomMetrics } from './ports.ts'

const STATE: SampledState = {
  atMs: 0,
  people: 3,
  bots: 4,
  spectators: 1,
  awaited: 1,
  tickMsP50: 1.5,
  tickMsP99: 4,
  overloadStep: 2,
}

function watched() {
  const told: unknown[] = []
  const metrics = {
    tickWork: (...args: unknown[]) => void told.push(args),
    snapshotBytes: (bytes: number) => void told.push(bytes),
    roomCrashed: () => void told.push('crashed'),
  } as unknown as RoomMetrics
  const watch = new BattleWatch()
  return { watch, told, over: watch.over(metrics) }
}

describe('BattleWatch', () => {
  it('[ADM-3] hears ticks and bytes on their way, and hands everything on', () => {
    const { watch, told, over } = watched()
    over.tickWork('sim', 0.25)
    over.tickWork('total', 3)
    over.tickWork('total', 1e6)
    over.snapshotBytes(100)
    over.roomCrashed()
    assert.deepEqual(told, [['sim', 0.25], ['total', 3], ['total', 1e6], 100, 'crashed'])
    const { sim, total, input } = watch.tickCounts
    assert.equal(sim[0], 1, 'a bound belongs to its bucket')
    assert.equal(total[TICK_BOUNDS_MS.indexOf(4)], 1)
    assert.equal(total[TICK_BOUNDS_MS.length], 1, 'beyond the last bound')
    assert.ok(input.every((count) => count === 0))
  })

  it('[ADM-3] makes rates of the time between two samples, shared by who received', () => {
    const { watch, over } = watched()
    assert.equal(watch.samples.length, 0)
    over.snapshotBytes(5000)
    watch.sample({ ...STATE, atMs: 1000 }, 2)
    assert.equal(watch.samples.at(-1)?.bytesPerSec, 0, 'nobody knows since when')
    for (let n = 0; n < 10; n++) over.snapshotBytes(100)
    watch.sample({ ...STATE, atMs: 3000 }, 2)
    assert.deepEqual(watch.last, { ...STATE, atMs: 3000, bytesPerSec: 500, bytesPerClient: 250 })
    watch.sample({ ...STATE, atMs: 4000 }, 0)
    assert.equal(watch.samples.at(-1)?.bytesPerClient, 0)
  })

  it('[ADM-3] remembers the last minutes and no more', () => {
    const { watch } = watched()
    const extra = 7
    for (let n = 0; n < SAMPLES_COUNT_MAX + extra; n++) watch.sample({ ...STATE, atMs: n }, 1)
    const { samples } = watch
    assert.equal(samples.length, SAMPLES_COUNT_MAX)
    assert.equal(samples[0]?.atMs, extra)
    assert.equal(samples.at(-1)?.atMs, SAMPLES_COUNT_MAX + extra - 1)
  })
})

describe('LogRing', () => {
  it('[ADM-3] keeps the last lines but those of debug, and hands all of them on', () => {
    const told: string[] = []
    const tell = (_: unknown, message: string) => void told.push(message)
    const logger: Logger = { debug: tell, info: tell, warn: tell, error: tell }
    const ring = new LogRing(logger, { wallMs: () => 7 })
    ring.debug({}, 'fine print')
    for (let n = 1; n <= LOG_LINES_MAX + 1; n++) ring.info({ n }, `line ${n}`)
    ring.error({ err: 'x' }, 'the last')
    const lines = ring.linesAfter(0)
    assert.equal(lines.length, LOG_LINES_MAX)
    assert.deepEqual([lines[0]?.number, lines[0]?.message], [3, 'line 3'])
    assert.deepEqual(ring.linesAfter(LOG_LINES_MAX + 1), [
      {
        number: LOG_LINES_MAX + 2,
        atMs: 7,
        level: 'error',
        message: 'the last',
        fields: { err: 'x' },
      },
    ])
    assert.equal(told.length, LOG_LINES_MAX + 3)
  })
})
