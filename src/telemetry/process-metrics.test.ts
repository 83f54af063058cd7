/** The gauges about the process itself. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

import { Metrics } from './metrics.ts'
import { watchProcess } from './process-metrics.ts'

/** Far more than what other tests of the process may throw away meanwhile. */
const KEPT_COUNT = 2_000_000
const GROWTH_MB_MIN = 40

/** A full collection; Node shows it only when asked to. */
function collect(): void {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  gc()
}

async function liveHeapMb(metrics: Metrics): Promise<number> {
  collect()
  // Collections are told a turn of the loop later.
  await delay(50)
  const value = /^battalion_heap_live_bytes (\d+)$/m.exec(await metrics.text())?.[1]
  return Number(value) / 1024 / 1024
}

describe('the live heap', () => {
  it('grows by what is kept and not by what was thrown away', async () => {
    const metrics = new Metrics()
    const watch = watchProcess(metrics, 'test')
    try {
      const before = await liveHeapMb(metrics)
      let kept: unknown[] = Array.from({ length: KEPT_COUNT }, (_, index) => ({ index }))
      const full = await liveHeapMb(metrics)
      assert.ok(full - before > GROWTH_MB_MIN, `${before} to ${full} MB with ${kept.length} kept`)
      kept = []
      const empty = await liveHeapMb(metrics)
      assert.ok(full - empty > GROWTH_MB_MIN, `${full} to ${empty} MB with ${kept.length} kept`)
    } finally {
      watch.stop()
    }
  })
})
