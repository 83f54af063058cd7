/**
 * A thousand players inside one 3×3 block of cells, the dearest case: who stands in the middle sees
 * all, who stands at the edge two thirds or less.
 */
import type { BenchOptions, BenchRow } from '@battalion/testkit/bench-row.ts'
import { Contest, ourBattle, timesFor } from './contest.ts'
import { atMost, conditionRows, figuresOf, rateRow, reported, visibleOf } from './figures.ts'
import { betweenFloors, floorRows, scaled } from './floor.ts'

const BLOCK_CELLS = 3

export async function runBench({ small }: BenchOptions): Promise<BenchRow[]> {
  const players = small ? 200 : 1000
  const setup = ourBattle(players, BLOCK_CELLS, { label: 'clump' })
  const { floor, result: measured } = await betweenFloors(small, () =>
    Contest.measure(setup, timesFor(small)),
  )
  const figures = figuresOf(measured)
  const name = `clump of ${players}`
  return [
    ...floorRows(name, floor),
    atMost(`${name}: bytes per player`, figures.bytesPerSec / 1000, 'KB/s', 12),
    atMost(`${name}: tick cpu p99`, figures.tickCpuP99Ms, 'ms', scaled(45, floor)),
    reported(`${name}: tick cpu p50`, figures.tickCpuP50Ms, 'ms'),
    reported(`${name}: core`, figures.core, 'core'),
    reported(`${name}: visible soldiers`, visibleOf(measured), 'soldiers'),
    rateRow(name, figures),
    ...conditionRows(name, figures),
  ]
}
