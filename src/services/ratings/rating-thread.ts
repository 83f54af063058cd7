/**
 * The thread that rates battles: takes one after another, answers with what the database takes,
 * decides nothing. A battle of 1,000 takes it 50 ms or more, which no room's thread has.
 */
import { setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'

import { assertDefined } from '@battalion/base/assert.ts'

import { rateIntoColumns } from './rating-columns.ts'
import type { RatingReply, RatingRequest } from './rating-worker.ts'

/** Below the rooms' thread (nice value); Linux keeps one for each thread. */
const PRIORITY_NICE = 10

const port = assertDefined(parentPort, 'rating-thread.ts runs as a worker thread')

function lowerPriority(): void {
  try {
    setPriority(PRIORITY_NICE)
  } catch {
    // Not allowed, or a system without it: the default priority does.
  }
}

lowerPriority()
port.on('message', ({ id, battle }: RatingRequest) => {
  try {
    port.postMessage({ id, rating: rateIntoColumns(battle) } satisfies RatingReply)
  } catch (error) {
    port.postMessage({ id, failure: String(error) } satisfies RatingReply)
  }
})
