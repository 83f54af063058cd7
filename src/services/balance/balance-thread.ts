/**
 * The thread that reads balances: the shipped one takes it 70 ms, which no room's thread has.
 * Takes one after another and answers; decides nothing.
 */
import { parentPort } from 'node:worker_threads'

import { assertDefined } from '@battalion/base/assert.ts'
import { BalanceError, listBalanceFaults } from '@battalion/sim/parse-balance.ts'

import type { ReaderReply, ReaderRequest } from './balance-reader.ts'
import { loadFiles, nameFiles } from './balance-version.ts'
import type { BalanceFiles } from './balance-version.ts'

const port = assertDefined(parentPort, 'balance-thread.ts runs as a worker thread')

port.on('message', (request: ReaderRequest) => {
  try {
    port.postMessage(answer(request))
  } catch (error) {
    port.postMessage({ id: request.id, failure: String(error) } satisfies ReaderReply)
  }
})

function answer({ id, wants, text, version }: ReaderRequest): ReaderReply {
  const files = JSON.parse(text) as BalanceFiles
  if (wants === 'faults') return { id, faults: listBalanceFaults({ ...nameFiles(files, version) }) }
  try {
    return { id, loaded: loadFiles(files, version) }
  } catch (error) {
    if (error instanceof BalanceError) return { id, why: error.message }
    throw error
  }
}
