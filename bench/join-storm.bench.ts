/**
 * Five hundred joins in ten seconds into a running battle of five hundred: how long a join takes
 * (from asking for a seat to the first snapshot; guests are signed in before), and what the battle
 * feels of it.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { BenchOptions, BenchRow } from '@battalion/testkit/bench-row.ts'
import { cellsFor } from './bench-field.ts'
import { Contest, ourBattle } from './contest.ts'
import { atMost, figuresOf, median, percentile, reported } from './figures.ts'

const STORM_SEC = 10
const SETTLE_MS = 3000

export async function runBench({ small }: BenchOptions): Promise<BenchRow[]> {
  const players = small ? 100 : 500
  const stormSec = small ? 2 : STORM_SEC
  const setup = ourBattle(players, cellsFor(2 * players), { label: 'join storm' })
  const contest = await Contest.start(setup)
  try {
    await contest.fill()
    await delay(small ? 1000 : SETTLE_MS)
    const calm = figuresOf(await contest.window(stormSec))
    await contest.prepare(players)
    contest.mark()
    contest.join(players / stormSec)
    await contest.waitFor(2 * players)
    const storm = await contest.take()
    await delay(small ? 1000 : SETTLE_MS)
    const after = figuresOf(await contest.window(stormSec))
    const figures = figuresOf(storm)
    const { joinMs, joinFailures } = storm.crowd
    const name = `${players} joins in ${stormSec} s into ${players}`
    // A larger battle has a dearer tick: the storm is held against the mean of before and after.
    const quiet = (calm.tickCpuP99Ms + after.tickCpuP99Ms) / 2
    const ratio = figures.tickCpuP99Ms / quiet
    return [
      atMost(`${name}: join p95`, percentile(joinMs, 0.95), 'ms', 500),
      reported(`${name}: join p50`, median(joinMs), 'ms'),
      atMost(`${name}: joins failed`, joinFailures, 'joins', 0),
      small
        ? reported(`${name}: tick cpu p99 over calm`, ratio, 'times')
        : atMost(`${name}: tick cpu p99 over calm`, ratio, 'times', 1.2),
      reported(`${name}: tick cpu p99 in the storm`, figures.tickCpuP99Ms, 'ms'),
      reported(`${name}: tick cpu p99 before`, calm.tickCpuP99Ms, 'ms'),
      reported(`${name}: tick cpu p99 after`, after.tickCpuP99Ms, 'ms'),
    ]
  } finally {
    await contest.stop()
  }
}
