/**
 * How busy this process is: the share of time its event loop was at work, smoothed, so that a join
 * storm or a slow second does not count as overload and a lasting one does. Sampled when somebody
 * asks, at most once a second; rooms ask a few times a second.
 */
import { performance } from 'node:perf_hooks'

import type { Clock } from '@battalion/base/clock.ts'

import type { Metrics } from './metrics.ts'

/** The least time between two samples (ms). */
const SAMPLE_MS_MIN = 1000
/** Time constant of smoothing (ms): from idle to always busy, 90 % is reached after 23 s. */
const SMOOTHING_MS = 10_000

/** Share of time at work since some start, as `performance.eventLoopUtilization` counts. */
export interface LoopTimes {
  readonly idle: number
  readonly active: number
}

/** What admission asks. */
export interface ProcessLoad {
  /** 0 = idle, 1 = never idle. */
  busyShare(): number
}

/** The load of this process; `readTimes` is Node's own when left out. */
export function createProcessLoad(
  clock: Pick<Clock, 'monotonicMs'>,
  readTimes: () => LoopTimes = () => performance.eventLoopUtilization(),
): ProcessLoad {
  let busyShare = 0
  let sampledAtMs = clock.monotonicMs()
  let last = readTimes()
  return {
    busyShare() {
      const elapsedMs = clock.monotonicMs() - sampledAtMs
      if (elapsedMs < SAMPLE_MS_MIN) return busyShare
      const times = readTimes()
      const active = times.active - last.active
      const all = active + times.idle - last.idle
      const weight = 1 - Math.exp(-elapsedMs / SMOOTHING_MS)
      if (all > 0) busyShare += (active / all - busyShare) * weight
      last = times
      sampledAtMs += elapsedMs
      return busyShare
    },
  }
}

/** Shows the load in metrics. */
export function exportProcessLoad(load: ProcessLoad, metrics: Metrics): void {
  const cell = metrics.numbers('battalion_process_busy_ratio').cell()
  metrics.onScrape(() => cell.set(load.busyShare()))
}
