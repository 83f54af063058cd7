/**
 * The results thread: packs reports, keeps them as files, reads them back. All that takes time for
 * a battle of a thousand is here, so that no room's tick waits for it. Decides nothing.
 */
import { parentPort, workerData } from 'node:worker_threads'

import { assertDefined } from '@battalion/base/assert.ts'

import { giveWay } from '../give-way.ts'
import { packMatch } from './pack-match.ts'
import type { MatchReport } from './pack-match.ts'
import { loadResult, ResultFiles } from './result-files.ts'
import type { ResultAnswer, ResultRequest, ResultReply, ResultWork } from './result-messages.ts'

const folder = workerData as string
const port = assertDefined(parentPort, 'result-worker.ts runs as a worker thread')

function answer(files: ResultFiles, work: ResultWork): ResultAnswer {
  try {
    return carryOut(files, work)
  } catch (error) {
    return { kind: 'failed', why: String(error) }
  }
}

function carryOut(files: ResultFiles, work: ResultWork): ResultAnswer {
  if (work.kind === 'list') return { kind: 'listed', names: files.names() }
  if (work.kind === 'load') return loadResult(folder, work.name)
  if (work.kind === 'keep') return keep(files, work.report)
  if (work.kind === 'remove') files.remove(work.name)
  else files.setAside(work.name)
  return { kind: 'done' }
}

function keep(files: ResultFiles, report: MatchReport): ResultAnswer {
  const isBrief = files.isBrief()
  const name = files.keep(packMatch(report, { isBrief }))
  return name === undefined ? { kind: 'full' } : { kind: 'kept', name, isBrief }
}

giveWay()
/** Made at the first request: a folder that cannot be made fails that, and is tried again. */
let made: ResultFiles | undefined
port.on('message', ({ id, work }: ResultRequest) => {
  let reply: ResultReply
  try {
    made ??= new ResultFiles(folder)
    reply = { id, answer: answer(made, work), state: made.state }
  } catch (error) {
    const why = String(error)
    reply = { id, answer: { kind: 'failed', why }, state: { files: 0, bytes: 0 } }
  }
  port.postMessage(reply)
})
