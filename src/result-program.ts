/**
 * The program of services/matches/result-process.ts: takes names of kept battles over IPC, writes
 * each in one transaction with all that follows from it, says what became of it. It gives way to
 * everybody else on its core, and ends when who started it is gone, however that went: what it was
 * at is undone by the database, and its file is still there.
 */
import { AppError } from '@battalion/base/app-error.ts'

import { openDatabase } from './db/database.ts'
import type { Database, DatabasePlace } from './db/database.ts'
import { openBalanceBook } from './open-balance.ts'
import { createAfterMatch } from './open-standings.ts'
import { giveWayWhole } from './services/give-way.ts'
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
import type { RatedBattle } from './services/ratings/rating-types.ts'
import { systemClock, systemTimers } from './system-clock.ts'
import { createWritePorts } from './write-ports.ts'

/** Beside the two connections of patient work: what looks for balances. */
const POOL_MAX = 1
/** An order waits so long for the database to be reached (ms). */
const OPEN_MS_MAX = 10_000
/**
 * A transaction in which nothing happens is ended (ms): it holds the boards of all servers, and a
 * host that vanished would hold them for hours.
 */
const IDLE_MS_MAX = 30_000
const EXIT_FAILED = 1

interface Writing {
  readonly database: Database
  readonly ports: WritePorts
  readonly folder: string
  /** The database was reached, and said which balances are published. */
  readonly begun: Promise<true>
}

function open({ place, folder }: ResultOpening): Writing {
  const database = openDatabase({
    place: narrow(place),
    clock: systemClock,
    timers: systemTimers,
    migrations: 'done',
    patientIdleMsMax: IDLE_MS_MAX,
  })
  const { book } = openBalanceBook(database, () => undefined)
  const worker = { rate: async (battle: RatedBattle) => rateIntoColumns(battle) }
  const afterMatch = createAfterMatch({ database, book, worker })
  const ports = createWritePorts(createEventOutbox(systemClock), afterMatch)
  const begun = Promise.all([database.ready, book.known]).then(() => true as const)
  // It cannot be used, and waiting does not help: the next order starts another that looks again.
  begun.catch((error: unknown) => {
    process.stderr.write(`results: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(EXIT_FAILED)
  })
  return { database, ports, folder, begun }
}

function narrow(place: DatabasePlace): DatabasePlace {
  return place.engine === 'postgres' ? { ...place, poolMax: POOL_MAX } : place
}

async function carryOut(writing: Writing, { id, name }: ResultOrder): Promise<ResultNews> {
  try {
    return { id, outcome: await write(writing, name) }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { id, away: error.internal ?? error.message }
  }
}

async function write({ database, ports, folder }: Writing, name: string): Promise<FileOutcome> {
  let loaded
  try {
    loaded = loadResult(folder, name)
  } catch {
    return { kind: 'unread' }
  }
  if (loaded.kind === 'corrupt') return loaded
  return writeResult(database, ports, loaded.packed)
}

/** Carries one out; one for which the database was not reached ends this, so a fresh one tries. */
async function obey(writing: Writing, order: ResultOrder): Promise<void> {
  const isBegun = await Promise.race([writing.begun, pause(OPEN_MS_MAX)])
  if (isBegun === true) tell(await carryOut(writing, order))
  else tell({ id: order.id, away: 'the database was not reached' }, () => process.exit(EXIT_FAILED))
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => systemTimers.setTimeout(resolve, ms))
}

function tell(message: ResultMessage, onTold: () => void = () => undefined): void {
  if (process.connected) process.send?.(message, onTold)
}

giveWayWhole()
// Ctrl-C reaches this process too; results are written until its owner is done.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
let writing: Writing | undefined
process.on('disconnect', () => process.exit(0))
process.on('message', (message: ResultOpening | ResultOrder) => {
  if ('place' in message) {
    writing = open(message)
    void writing.begun.then(() => tell({ isReady: true }))
  } else if (writing !== undefined) {
    void obey(writing, message)
  }
})
