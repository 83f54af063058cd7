/** What a report says about the machine it ran on: cores, model, Node, stolen time. */
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'

/** One line for people. */
export function describeMachine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown CPU'
  return `${availableParallelism()} cores, ${model}, Node ${process.versions.node}`
}

/** Jiffies of all cores since boot: in all, and stolen by the host. */
export interface CpuTimes {
  readonly total: number
  readonly steal: number
}

/** Times from `/proc/stat`, undefined where there is none. */
export function readCpuTimes(): CpuTimes | undefined {
  try {
    return parseCpuTimes(readFileSync('/proc/stat', 'utf8'))
  } catch {
    return undefined
  }
}

/** The first line of `/proc/stat`: user nice system idle iowait irq softirq steal … */
export function parseCpuTimes(text: string): CpuTimes | undefined {
  const fields = /^cpu +(.+)$/m.exec(text)?.[1]?.split(' ').map(Number)
  if (fields === undefined || fields.length < 8) return undefined
  return { total: fields.slice(0, 8).reduce((sum, one) => sum + one, 0), steal: fields[7]! }
}

/** Share of time stolen between two readings, NaN when not known. */
export function stealRatio(before: CpuTimes | undefined, after: CpuTimes | undefined): number {
  if (before === undefined || after === undefined || after.total <= before.total) return Number.NaN
  return (after.steal - before.steal) / (after.total - before.total)
}

/** How long the main thread of `pid` was ready and got no core, so far (ms); NaN when not known. */
export function readWaitMs(pid: number): number {
  if (pid === 0) return Number.NaN
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6
  } catch {
    return Number.NaN
  }
}
