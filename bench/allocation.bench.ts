/**
 * Heap allocated per entity and tick on the hot path (parse, queue, step, encode, compose; no
 * sockets): the slope between five hundred and a thousand players. The median tick is one without a
 * patch of the slow state; the mean of all ticks, patches included, is reported beside it.
 */
import type { BenchOptions, BenchRow } from '@battalion/testkit/bench-row.ts'
import { cellsFor } from './bench-field.ts'
import { tellProgress } from './bench-voice.ts'
import { atMost, median, reported } from './figures.ts'
import { Program } from './pinned-process.ts'
import type { AllocationAnswer } from './servers/allocation-program.ts'

/** Large enough that no collection comes between two readings (MB). */
const YOUNG_GENERATION_MB = 256

export async function runBench({ small }: BenchOptions): Promise<BenchRow[]> {
  const few = small ? 100 : 500
  const many = 2 * few
  const low = await measureAllocation(few)
  const high = await measureAllocation(many)
  const slope = (read: (values: readonly number[]) => number) =>
    (read(high) - read(low)) / (many - few)
  const name = `heap per entity and tick, ${few} to ${many}`
  return [
    small
      ? atMost(`${name}: hot path`, slope(median), 'B', 256)
      : atMost(`${name}: hot path`, slope(median), 'B', 1),
    reported(`${name}: slow state included`, slope(mean), 'B'),
    reported(`heap per tick, ${many} players`, median(high), 'B'),
  ]
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

async function measureAllocation(players: number): Promise<readonly number[]> {
  tellProgress(`allocation: ${players} players`)
  const program = new Program({
    program: 'bench/servers/allocation-program.ts',
    role: 'server',
    options: { cells: cellsFor(players), tickRateHz: 20, players },
    flags: [
      `--max-semi-space-size=${YOUNG_GENERATION_MB}`,
      `--min-semi-space-size=${YOUNG_GENERATION_MB}`,
    ],
  })
  try {
    return (await program.ask<AllocationAnswer>('allocated')).bytes
  } finally {
    await program.stop()
  }
}
