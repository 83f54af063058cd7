/**
 * Loaded before the server of a fault run (`--import`): collects the heap when asked over IPC and
 * answers what lives. Without it a reading is that of the last full collection, whenever that was.
 * Twice with a pause, as what waits for a finalizer (requests of `fetch` and their signals) goes
 * with the second. Nothing of the product.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { isMainThread } from 'node:worker_threads'

/** The question and its answer. */
export const COLLECT = 'collect'
export interface Collected {
  readonly type: 'collected'
  readonly liveHeapBytes: number
}

const FINALIZERS_MS = 500

/** Objects of the rooms' thread that are reachable (bytes). */
async function collect(): Promise<Collected> {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  gc()
  await delay(FINALIZERS_MS)
  gc()
  return { type: 'collected', liveHeapBytes: getHeapStatistics().used_heap_size }
}

if (isMainThread && process.send !== undefined) {
  process.on('message', (message) => {
    if (message === COLLECT) void collect().then((answer) => process.send?.(answer))
  })
}
