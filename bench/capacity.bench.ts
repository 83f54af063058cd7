/**
 * How many players one core holds at 20 Hz with fights and rewind on: the crowd grows step by step
 * until the tick is too long on the median; the largest step with p99 < 50 ms at the announced rate
 * counts. Over the lean transport, the best of ours.
 */
import type { BenchOptions, BenchRow } from '@battalion/testkit/bench-row.ts'
import { cellsFor } from './bench-field.ts'
import { tellSkipped } from './bench-voice.ts'
import { Contest, ourBattle, timesFor } from './contest.ts'
import type { Measured } from './contest.ts'
import { atLeast, conditionRows, figuresOf, reported } from './figures.ts'
import type { Floor } from './floor.ts'
import { floorRows, meanFloor, measureFloor, scaled } from './floor.ts'

const STEPS = [1500, 2000, 2500, 3000]
const TICK_P99_MS_MAX = 50
const PLAYERS_MIN = 2000
/** Ticks and snapshots that must come, of those announced. */
const RATE_RATIO_MIN = 0.95
const RATE_HZ = 20

export async function runBench({ small }: BenchOptions): Promise<BenchRow[]> {
  if (small) {
    tellSkipped('most players on one core: only in the full run')
    return []
  }
  const floors = [await measureFloor(small)]
  const rows: BenchRow[] = []
  let most = 0
  for (const players of STEPS) {
    const measured = await measureStep(players)
    if (measured === undefined) break
    rows.push(...stepRows(players, measured))
    floors.push(await measureFloor(small))
    const floor = meanFloor(floors)
    if (holds(measured, floor)) most = players
    // One disturbed step says nothing about the next; one that is too dear on the median does.
    if (figuresOf(measured).tickCpuP50Ms > scaled(TICK_P99_MS_MAX, floor)) break
  }
  const floor = meanFloor(floors)
  return [
    ...floorRows('capacity', floor),
    ...rows,
    atLeast('capacity: most players on one core', most, 'players', PLAYERS_MIN),
  ]
}

async function measureStep(players: number): Promise<Measured | undefined> {
  try {
    const setup = ourBattle(players, cellsFor(players), { joinsPerSec: 60, transport: 'lean' })
    return await Contest.measure(setup, timesFor(false))
  } catch (error) {
    tellSkipped(`capacity from ${players} on: ${error instanceof Error ? error.message : 'failed'}`)
    return undefined
  }
}

function holds(measured: Measured, floor: Floor): boolean {
  const { tickCpuP99Ms, statesPerSec } = figuresOf(measured)
  const isQuick = tickCpuP99Ms < scaled(TICK_P99_MS_MAX, floor)
  return isQuick && statesPerSec >= RATE_HZ * RATE_RATIO_MIN
}

function stepRows(players: number, measured: Measured): BenchRow[] {
  const figures = figuresOf(measured)
  const name = `capacity at ${players}`
  return [
    reported(`${name}: tick cpu p50`, figures.tickCpuP50Ms, 'ms'),
    reported(`${name}: tick cpu p99`, figures.tickCpuP99Ms, 'ms'),
    reported(`${name}: core`, figures.core, 'core'),
    reported(`${name}: bytes per player`, figures.bytesPerSec / 1000, 'KB/s'),
    reported(`${name}: snapshots per player`, figures.statesPerSec, '1/s'),
    ...conditionRows(name, figures),
  ]
}
