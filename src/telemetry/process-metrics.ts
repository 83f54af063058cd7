/**
 * Gauges about the process itself: event loop lag, garbage collection, build. Started once by the
 * composition root; `stop` ends the observers.
 */
import { getHeapStatistics } from 'node:v8'
import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks'

import type { Metrics } from './metrics.ts'

const LAG_RESOLUTION_MS = 10
const NS_PER_SEC = 1e9
const MS_PER_SEC = 1000
/** perf_hooks numbers the kinds of garbage collection; these are their names. */
const GC_KINDS: Readonly<Record<number, string>> = {
  1: 'minor',
  2: 'minor',
  4: 'major',
  8: 'incremental',
  16: 'weak',
}

/** What readiness asks about the event loop. */
export interface ProcessWatch {
  /** p99 lag of the loop over the last whole second (s). */
  lagSec(): number
  stop(): void
}

/** Starts watching; `version` is this package's. */
export function watchProcess(metrics: Metrics, version: string): ProcessWatch {
  const loop = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS })
  loop.enable()
  const pauses = metrics.histograms('battalion_gc_pause_seconds')
  // Has no value until the first major collection.
  const liveHeap = metrics.numbers('battalion_heap_live_bytes')
  const observer = new PerformanceObserver((entries) => {
    for (const entry of entries.getEntries()) {
      const { detail } = entry as { detail?: { kind?: number } }
      const kind = GC_KINDS[detail?.kind ?? 0] ?? 'other'
      pauses.cell(kind).observe(entry.duration / MS_PER_SEC)
      if (kind === 'major') liveHeap.cell().set(getHeapStatistics().used_heap_size)
    }
  })
  observer.observe({ entryTypes: ['gc'] })
  metrics.numbers('battalion_build_info').cell(version, process.versions.node).set(1)
  const lag = metrics.numbers('battalion_event_loop_lag_seconds').cell()
  // The monitor counts its own sampling interval as delay.
  const lagSec = () =>
    Math.max(0, loop.percentile(99) / NS_PER_SEC - LAG_RESOLUTION_MS / MS_PER_SEC)
  metrics.onScrape(() => {
    lag.set(lagSec())
    loop.reset()
  })
  return {
    lagSec,
    stop() {
      loop.disable()
      observer.disconnect()
    },
  }
}
