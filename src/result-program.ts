/**
 * The program of services/matches/result-process.ts: takes names of kept battles over IPC, writes
 * each in one transaction with all that follows from it, says what became of it. It gives way to
 * everybody else on its core, and ends when who started it is gone, however that went: what it was
 * at is undone by the database, and its file is still there.
 */
import { setPriority } from 'node:os'

import { AppError } from '@battalion/base/app-error.ts'

import { openDatabase } from './db/database.ts'
import type { Database, DatabasePlace } from './db/database.ts'
import { openBalanceBook } from './open-balance.ts'
import { createWritePorts } from './open-matches.ts'
import { createAfterMatch } from './open-standings.ts'
import { loadResult } from './services/matches/result-files.ts'
import type {
  ResultMessage,
  ResultNews,
  ResultOpening,
  ResultOrder,
} from './services/matches/result-process.ts'
import { writeResult } from './services/matches/result-writer.ts'
import type { FileOutcome } from './services/matches/result-writer.ts'
import type { WritePorts } from './services/matches/write-match.ts'
import { createEventOutbox } from './services/outbox/event-outbox.ts'
import { rateIntoColumns } from './services/ratings/rating-columns.ts'
import { systemClock, systemTimers } from './system-clock.ts'

/** As the threads of results and ratings are. */
const NICENESS = 10
/** Beside the two connections of patient work: what looks for balances. */
const POOL_MAX = 1
/** An order waits so long for the database to be reached (ms). */
const OPEN_MS_MAX = 10_000

interface Writing {
  readonly database: Database
  readonly ports: WritePorts
  readonly folder: string
  /** The balances were looked for once. */
  readonly begun: Promise<void>
}

function open({ place, folder }: ResultOpening): Writing {
  const database = openDatabase({
    place: narrow(place),
    clock: systemClock,
    timers: systemTimers,
    // Who started this one has brought the database up to date.
    migrations: [],
  })
  const { book } = openBalanceBook(database, () => undefined)
  const worker = {
    rate: async (battle: Parameters<typeof rateIntoColumns>[0]) => rateIntoColumns(battle),
  }
  const afterMatch = createAfterMatch({ database, book, worker })
  const ports = createWritePorts(createEventOutbox(systemClock), afterMatch)
  return { database, ports, folder, begun: book.asked }
}

function narrow(place: DatabasePlace): DatabasePlace {
  return place.engine === 'postgres' ? { ...place, poolMax: POOL_MAX } : place
}

async function carryOut(writing: Writing, { id, name }: ResultOrder): Promise<ResultNews> {
  const isOpen = await Promise.race([writing.begun.then(() => true), pause(OPEN_MS_MAX)])
  if (isOpen !== true) return { id, away: 'the database was not reached' }
  try {
    return { id, outcome: await write(writing, name) }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { id, away: error.internal ?? error.message }
  }
}

async function write({ database, ports, folder }: Writing, name: string): Promise<FileOutcome> {
  let packed
  try {
    packed = loadResult(folder, name)
  } catch (error) {
    return { kind: 'corrupt', why: String(error).slice(0, 500) }
  }
  return writeResult(database, ports, packed)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => systemTimers.setTimeout(resolve, ms))
}

function tell(message: ResultMessage): void {
  if (process.connected) process.send?.(message)
}

try {
  setPriority(NICENESS)
} catch {
  // Not everywhere permitted; then it is as eager as others.
}
// Ctrl-C reaches this process too; results are written until its owner is done.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
let writing: Writing | undefined
process.on('disconnect', () => process.exit(0))
process.on('message', (message: ResultOpening | ResultOrder) => {
  if ('place' in message) {
    writing = open(message)
    tell({ isReady: true })
  } else if (writing !== undefined) {
    void carryOut(writing, message).then(tell)
  }
})
