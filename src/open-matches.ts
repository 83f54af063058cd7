/**
 * Results of this process, put together: what rooms report to, the queue on disk, the writer, and
 * who else writes with it. Ratings and progress join in `afterMatch`, in order.
 */
import { join } from 'node:path'

import type { FinishedBattle, MatchResults } from '../rooms/ports.ts'
import type { Database, DatabasePlace } from './db/database.ts'
import type { MatchHttpPorts } from './http/create-http-app.ts'
import type { AppDatabase, JobPlan } from './open-app-database.ts'
import { listVisible } from './see-profiles.ts'
import { findUserId } from './services/identity/find-names.ts'
import { CardPictures } from './services/matches/card-pictures.ts'
import { UNCLAIMED_FENCE } from './services/matches/claim-match.ts'
import { createMatchArchive } from './services/matches/match-archive.ts'
import { createMatchDesk } from './services/matches/match-desk.ts'
import type { AfterMatch } from './services/matches/match-record.ts'
import { createMatchResults, RESULTS_FOLDER } from './services/matches/match-results.ts'
import type { MatchResultSink, ResultOutcome } from './services/matches/match-results.ts'
import type { MatchReport } from './services/matches/pack-match.ts'
import { pruneMatches } from './services/matches/prune-matches.ts'
import { ResultProcess } from './services/matches/result-process.ts'
import { writeHere } from './services/matches/result-writer.ts'
import type { PageCursors } from './services/page-cursor.ts'
import { systemClock, systemTimers } from './system-clock.ts'
import type { AppLogger } from './telemetry/logger.ts'
import type { Metrics } from './telemetry/metrics.ts'
import { createWritePorts } from './write-ports.ts'

/** What it is made from. */
export interface MatchesOptions {
  readonly store: Pick<AppDatabase, 'database' | 'outbox'>
  readonly place: DatabasePlace
  readonly dataDir: string
  readonly logger: AppLogger
  readonly metrics: Metrics
  readonly afterMatch: readonly AfterMatch[]
  /** Where links to shared battles lead. */
  readonly publicUrl: () => string
  readonly cursors: PageCursors
}

/** What rooms, the drain and HTTP get of it. */
export interface AppMatches {
  readonly results: MatchResultSink
  /** The rooms' port. */
  readonly port: MatchResults
  readonly http: MatchHttpPorts
  /** Results that are neither in the database nor on disk. */
  lostCount(): number
}

/** Nothing of these is left but the log line. */
const LOST: ReadonlySet<ResultOutcome> = new Set(['dropped', 'failed'])
/** Kept, but somebody must look at it. */
const SET_ASIDE: ReadonlySet<ResultOutcome> = new Set(['corrupt', 'refused'])

const RESULT_PROGRAM = new URL('./result-program.ts', import.meta.url)
/** Forgets battles of bots alone. */
const PRUNE_JOB = 'prune-demo-matches'

/** Puts it together; files of an earlier run are written as soon as the database is there. */
export function openMatches(options: MatchesOptions): AppMatches {
  const { store, dataDir, logger, metrics } = options
  const files = metrics.numbers('battalion_results_waiting').cell()
  const bytes = metrics.numbers('battalion_results_waiting_bytes').cell()
  const durations = metrics.histograms('battalion_result_write_seconds').cell()
  let lost = 0
  const onOutcome = createOutcomeListener(options, () => lost++)
  const results = createMatchResults({
    dataDir,
    ready: store.database.ready,
    openWriter: chooseWriter(options),
    timers: systemTimers,
    onOutcome,
    onQueue: (state) => {
      files.set(state.files)
      bytes.set(state.bytes)
    },
    onWritten: (durationMs) => durations.observe(durationMs / 1000),
    onDelayed: (error) =>
      logger.warn({ event: 'result.delayed', err: error }, 'results wait for the database'),
  })
  const report = (battle: FinishedBattle) => results.report(toReport(battle))
  const settled = (roomId: string) => results.settled(roomId)
  const expect = () => results.expect()
  const http = createMatchHttp(store.database, options)
  return { results, http, port: { expect, report, settled }, lostCount: () => lost }
}

/** A database beside this process is written to by another; one inside it, from here. */
function chooseWriter({ store, place, dataDir, afterMatch }: MatchesOptions) {
  const { database, outbox } = store
  if (place.engine === 'pglite') return writeHere(database, createWritePorts(outbox, afterMatch))
  const writer = new ResultProcess({
    program: RESULT_PROGRAM,
    place,
    folder: join(dataDir, RESULTS_FOLDER),
    timers: systemTimers,
    onStored: () => outbox.wake(),
  })
  return () => writer
}

/** What HTTP gets of finished battles in this database. */
export function createMatchHttp(
  database: Database,
  { publicUrl, cursors }: Pick<MatchesOptions, 'publicUrl' | 'cursors'>,
): MatchHttpPorts {
  const desk = createMatchDesk({ database, clock: systemClock, listVisible, cursors })
  const pictures = new CardPictures()
  return {
    desk,
    publicUrl,
    shared: (code) => desk.shared(code),
    drawPicture: (key, svg) => pictures.draw(key, svg),
    archive: createMatchArchive({ db: database.db, cursors, findUserId }),
  }
}

function createOutcomeListener({ logger, metrics }: MatchesOptions, onLost: () => void) {
  const outcomes = metrics.numbers('battalion_results_total')
  return (outcome: ResultOutcome, about: string, why?: unknown) => {
    outcomes.cell(outcome).add(1)
    const fields = { event: `result.${outcome}`, match: about, err: why }
    if (LOST.has(outcome)) {
      onLost()
      logger.error(fields, 'a battle result was lost')
    } else if (SET_ASIDE.has(outcome)) {
      logger.error(fields, 'a battle result was set aside: see docs/runbooks/results-waiting.md')
    } else {
      logger.info(fields, `a battle result: ${outcome}`)
    }
  }
}

/** The jobs of battles. */
export function planMatchJobs(database: Database): JobPlan {
  return {
    handlers: {
      [PRUNE_JOB]: async () => void (await pruneMatches(database.db, systemClock.wallMs())),
    },
    schedules: [{ kind: PRUNE_JOB, pattern: '29 * * * *' }],
  }
}

/** The room's words in ours. */
export function toReport(battle: FinishedBattle): MatchReport {
  const { result, sheet, roomId, region, seed, tickRateHz, startedAtMs, endedAtMs } = battle
  const { matchId, mode, map, balanceVersion, winner, durationSec, teams } = result
  const what = { matchId, mode, map, balanceVersion, winner, durationSec, teams }
  const where = { roomId, region, seed, tickRateHz, startedAtMs, endedAtMs }
  return { head: { ...what, ...where, fence: UNCLAIMED_FENCE }, sheet }
}
