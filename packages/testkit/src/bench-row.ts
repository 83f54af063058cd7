/**
 * One measured figure, in the shape that `npm run bench -- --json` and load reports write
 * (design.md 3). A bench file exports `runBench`; it measures CPU time, never wall time alone, and
 * hands back rows. It prints nothing.
 */

export interface BenchRow {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** Null: reported without a limit. */
  readonly budget: number | null
  readonly better: 'lower' | 'higher'
  readonly pass: boolean
}

export interface BenchOptions {
  /** True in CI: windows of seconds instead of a minute. */
  readonly small: boolean
}

export type RunBench = (options: BenchOptions) => BenchRow[] | Promise<BenchRow[]>

/** A row with `pass` worked out from the budget. */
export function benchRow(row: Omit<BenchRow, 'pass'>): BenchRow {
  const { value, budget, better } = row
  const pass = budget === null || (better === 'lower' ? value <= budget : value >= budget)
  return { ...row, pass: pass && Number.isFinite(value) }
}

/** CPU milliseconds (user and system) that `work` costs per call, median of `rounds` batches. */
export function measureCpuMs(work: () => void, options: { rounds: number; batch: number }): number {
  const samples: number[] = []
  for (let round = 0; round < options.rounds; round++) {
    const before = process.cpuUsage()
    for (let index = 0; index < options.batch; index++) work()
    const used = process.cpuUsage(before)
    samples.push((used.user + used.system) / 1000 / options.batch)
  }
  samples.sort((a, b) => a - b)
  return samples[samples.length >> 1]!
}
