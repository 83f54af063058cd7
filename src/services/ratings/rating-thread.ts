/**
 * The thread that rates battles: takes one after another, answers with what the database takes,
 * decides nothing. A battle of 1,000 takes it 50 ms or more, which no room's thread has.
 */
import { parentPort } from 'node:worker_threads'

import { assertDefined } from '@battalion/base/assert.ts'

import { giveWay } from '../give-way.ts'
import { rateIntoColumns } from './rating-columns.ts'
import type { RatingReply, RatingRequest } from './rating-worker.ts'

const port = assertDefined(parentPort, 'rating-thread.ts runs as a worker thread')

giveWay()
port.on('message', ({ id, battle }: RatingRequest) => {
  try {
    port.postMessage({ id, rating: rateIntoColumns(battle) } satisfies RatingReply)
  } catch (error) {
    port.postMessage({ id, failure: String(error) } satisfies RatingReply)
  }
})
