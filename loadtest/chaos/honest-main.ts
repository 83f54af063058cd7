/**
 * The honest crowd of a fault run, a process of its own: joins when told, plays, answers with what
 * it saw since last asked. Never started by hand.
 */
import { endWithParent } from '../child-life.ts'
import { addressOf } from './battle-user.ts'
import { HonestClient, INPUT_MS, type HonestCounts } from './honest-client.ts'
import type { Target } from './raw-link.ts'

/** First message: who to be. Later ones: `report`. */
export interface HonestTask {
  readonly target: Target
  readonly count: number
  readonly seed: number
}

/** What the crowd saw since it was last asked. */
export interface HonestSample {
  readonly snapshots: number
  readonly bytes: number
  readonly disconnects: number
  readonly roundTripMs: readonly number[]
  readonly playing: number
  readonly elapsedMs: number
  readonly failed?: string
}

/** Block of addresses of honest clients. */
const ADDRESS_BLOCK = 10
/** Joins under way at once. */
const JOINS_AT_ONCE = 8

const counts: HonestCounts = { snapshots: 0, bytes: 0, disconnects: 0, roundTripMs: [] }
const clients: HonestClient[] = []
let askedAtMs = performance.now()

async function begin({ target, count, seed }: HonestTask): Promise<void> {
  for (let first = 0; first < count; first += JOINS_AT_ONCE) {
    const some = Array.from({ length: Math.min(JOINS_AT_ONCE, count - first) }, (_, index) => {
      const client = new HonestClient(seed + first + index, counts)
      clients.push(client)
      return client.join(target, addressOf(ADDRESS_BLOCK, first + index))
    })
    await Promise.all(some)
  }
  let next = 0
  setInterval(() => {
    // A tenth of them each time, so that frames do not come in one burst.
    for (let index = next; index < clients.length; index += 10) clients[index]!.update()
    next = (next + 1) % 10
  }, INPUT_MS / 10)
}

function report(failed?: string): void {
  const nowMs = performance.now()
  const sample: HonestSample = {
    ...counts,
    playing: clients.filter(({ isPlaying }) => isPlaying).length,
    elapsedMs: nowMs - askedAtMs,
    ...(failed === undefined ? {} : { failed }),
  }
  process.send?.(sample)
  Object.assign(counts, { snapshots: 0, bytes: 0, disconnects: 0, roundTripMs: [] })
  askedAtMs = nowMs
}

process.once('message', (task) => {
  begin(task as HonestTask).then(
    () => report(),
    (error: unknown) => report(error instanceof Error ? error.message : 'unknown'),
  )
  process.on('message', () => report())
})
endWithParent(async () => {
  for (const client of clients) client.leave()
  await new Promise((resolve) => setTimeout(resolve, 100))
})
