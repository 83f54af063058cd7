/** Ten players at 128 Hz: a small fight must leave the core free. */
import type { BenchOptions, BenchRow } from '@battalion/testkit/bench-row.ts'
import { Contest, ourBattle, timesFor } from './contest.ts'
import { atMost, figuresOf, reported } from './figures.ts'
import { betweenFloors, floorRows, scaled } from './floor.ts'

const PLAYERS = 10
const RATE_HZ = 128
const CELLS = 3

export async function runBench({ small }: BenchOptions): Promise<BenchRow[]> {
  const setup = ourBattle(PLAYERS, CELLS, {
    label: '128 Hz',
    tickRateHz: RATE_HZ,
    behaviour: { play: 'fight', framesPerSec: RATE_HZ / 2, commandsPerFrame: 2 },
  })
  const { floor, result: measured } = await betweenFloors(small, () =>
    Contest.measure(setup, timesFor(small)),
  )
  const { tickCpuMs } = measured.server
  const mean = tickCpuMs.reduce((sum, one) => sum + one, 0) / tickCpuMs.length
  const figures = figuresOf(measured)
  const name = `${PLAYERS} players at ${RATE_HZ} Hz`
  return [
    ...floorRows(name, floor),
    atMost(`${name}: mean tick cpu`, mean, 'ms', scaled(0.5, floor)),
    reported(`${name}: tick cpu p99`, figures.tickCpuP99Ms, 'ms'),
    reported(`${name}: snapshots per player`, figures.statesPerSec, '1/s'),
    reported(`${name}: core`, figures.core, 'core'),
  ]
}
