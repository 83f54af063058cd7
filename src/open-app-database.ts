/**
 * The server's database and what runs on it: opened from the configuration, with jobs, outbox and
 * bus. The lock beside the embedded database is taken before anything else; opening, checks and
 * migrations go on beside the server, which serves the page and battles meanwhile.
 */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'

import type { Clock } from '@battalion/base/clock.ts'

import { ConfigError } from './config.ts'
import type { Config } from './config.ts'
import { DatabaseSetupError } from './db/database-error.ts'
import { openDatabase } from './db/database.ts'
import type { Database, DatabasePlace } from './db/database.ts'
import { LockHeldError, takeLock } from './db/directory-lock.ts'
import type { HealthPart } from './http/ops-server.ts'
import { pruneKeyedRequests } from './services/idempotency/keyed-requests.ts'
import { deleteOldJobs } from './services/jobs/job-queries.ts'
import { createJobQueue } from './services/jobs/job-queue.ts'
import type { JobQueue } from './services/jobs/job-queue.ts'
import type { JobSchedule } from './services/jobs/job-schedule.ts'
import { JobWorker } from './services/jobs/job-worker.ts'
import type { JobHandler } from './services/jobs/job-worker.ts'
import type { Bus } from './services/outbox/bus.ts'
import { createEventOutbox, createLetterBox } from './services/outbox/event-outbox.ts'
import type { EventOutbox } from './services/outbox/event-outbox.ts'
import { createInProcessBus } from './services/outbox/in-process-bus.ts'
import { deleteOldEvents } from './services/outbox/outbox-queries.ts'
import { OutboxRelay } from './services/outbox/outbox-relay.ts'
import { systemClock, systemTimers } from './system-clock.ts'
import type { AppLogger } from './telemetry/logger.ts'
import type { Metrics } from './telemetry/metrics.ts'
import { pruneSocial } from './prune-social.ts'

const MS_PER_DAY = 86_400_000
/** How long what is over stays to be looked at (days). */
const KEEP_DAYS = { doneJobs: 7, deadJobs: 90, publishedEvents: 1, takenEvents: 30, letters: 90 }
/** Without an answer for this long, a process with a database is not ready (ms). */
const ANSWER_AGE_MS_MAX = 10_000
/** A probe answers well within this; older means idle, and a new one is asked (ms). */
const PROBE_AGE_MS = 1000

/** The database and what runs on it. */
export interface AppDatabase {
  readonly database: Database
  readonly jobs: JobQueue
  /** Recurring jobs of this process. */
  readonly schedules: readonly JobSchedule[]
  readonly outbox: EventOutbox
  readonly bus: Bus
  /** The part of readiness. */
  readonly health: () => HealthPart
  stop(): Promise<void>
}

/** Jobs that a service brings. */
export interface JobPlan {
  readonly handlers: Readonly<Record<string, JobHandler>>
  readonly schedules: readonly JobSchedule[]
}

/** The jobs of several services. */
export function joinPlans(...plans: readonly JobPlan[]): JobPlan {
  return {
    handlers: Object.assign({}, ...plans.map(({ handlers }) => handlers)),
    schedules: plans.flatMap(({ schedules }) => schedules),
  }
}

/** What it is made from. */
export interface AppDatabaseOptions {
  readonly config: Config
  readonly place: DatabasePlace
  readonly logger: AppLogger
  readonly metrics: Metrics
  /** Called when it turns out that the operator must change something. */
  readonly onUnusable: (error: ConfigError) => void
  /** Jobs of the services above. */
  readonly planJobs?: (database: Database) => JobPlan
}

/** Where the configuration puts the data. */
export function findDatabasePlace(config: Config): DatabasePlace {
  if (config.databaseUrl === '') {
    return { engine: 'pglite', directory: join(config.dataDir, 'db') }
  }
  return {
    engine: 'postgres',
    url: config.databaseUrl,
    poolMax: config.databasePoolMax,
    connectMsMax: config.databaseConnectMsMax,
    statementMsMax: config.databaseStatementMsMax,
    lockMsMax: config.databaseLockMsMax,
    idleTransactionMsMax: config.databaseIdleTransactionMsMax,
  }
}

/** Takes the lock beside an embedded database; the answer gives it back. */
export function lockDatabase(config: Config): () => void {
  if (config.databaseUrl !== '') return () => undefined
  try {
    return takeLock(join(config.dataDir, 'db.lock'))
  } catch (error) {
    if (!(error instanceof LockHeldError)) throw error
    throw new ConfigError(
      `DATA_DIR: the database in ${config.dataDir} is in use by process ${error.pid}; ` +
        'stop that program or set another DATA_DIR.',
    )
  }
}

/** Opens it in the background. */
export function openAppDatabase(options: AppDatabaseOptions): AppDatabase {
  const { config, place, logger, metrics, onUnusable } = options
  const unlock = lockDatabase(config)
  const events = metrics.numbers('battalion_database_events_total')
  const clock = systemClock
  const database = openDatabase({
    place,
    clock,
    timers: systemTimers,
    onEvent: (event, error) => {
      events.cell(event).add(1)
      logger.warn({ event: 'database', what: event, err: error }, `database: ${event}`)
    },
  })
  const running = createRunners(database, options, clock)
  const begin = async () => {
    await database.ready
    logger.info({ event: 'database.ready', engine: database.engine }, 'the database is ready')
    running.worker.start()
    running.relay.start()
  }
  begin().catch((error: unknown) => {
    if (database.health().phase === 'failed') onUnusable(toConfigError(error))
  })
  const { jobs, schedules, outbox, bus, worker, relay } = running
  return {
    database,
    jobs,
    schedules,
    outbox,
    bus,
    health: () => describeHealth(database),
    async stop() {
      await Promise.all([worker.stop(), relay.stop()])
      await bus.close()
      await database.close()
      unlock()
    },
  }
}

function createRunners(database: Database, options: AppDatabaseOptions, clock: Clock) {
  const { logger, metrics } = options
  const holder = randomUUID()
  const jobs = createJobQueue(clock)
  const outbox = createEventOutbox(clock)
  const bus = createInProcessBus({ timers: systemTimers, bury: createLetterBox(database, clock) })
  const outcomes = metrics.numbers('battalion_jobs_total')
  const published = metrics.numbers('battalion_events_published_total').cell()
  const onError = (error: unknown) =>
    logger.warn({ event: 'database.delayed', err: error }, 'jobs or events wait for the database')
  const plan = options.planJobs?.(database)
  const schedules = [{ kind: 'prune', pattern: '17 * * * *' }, ...(plan?.schedules ?? [])]
  const common = { database, clock, timers: systemTimers, onError }
  const worker = new JobWorker({
    ...common,
    queue: jobs,
    workerId: holder,
    handlers: { prune: () => prune(database, clock.wallMs()), ...plan?.handlers },
    schedules,
    onOutcome(kind, outcome, error) {
      outcomes.cell(kind, outcome).add(1)
      if (outcome === 'done') return
      logger.warn({ event: 'job', kind, outcome, err: error }, `job ${kind}: ${outcome}`)
    },
  })
  const onPublished = (count: number) => published.add(count)
  const relay = new OutboxRelay({ ...common, outbox, bus, holder, onPublished })
  return { jobs, schedules, outbox, bus, worker, relay }
}

/** Forgets what is over; a job of its own, so that no query grows slower with age. */
async function prune(database: Database, nowMs: number): Promise<void> {
  const daysAgo = (days: number) => nowMs - days * MS_PER_DAY
  await deleteOldJobs(database.db, {
    doneMs: daysAgo(KEEP_DAYS.doneJobs),
    deadMs: daysAgo(KEEP_DAYS.deadJobs),
  })
  await deleteOldEvents(database.db, {
    publishedMs: daysAgo(KEEP_DAYS.publishedEvents),
    takenMs: daysAgo(KEEP_DAYS.takenEvents),
    buriedMs: daysAgo(KEEP_DAYS.letters),
  })
  await pruneSocial(database, nowMs)
  await pruneKeyedRequests(database, nowMs)
}

/** Ready once open and migrated, and while it answers; asking is what makes it look. */
function describeHealth(database: Database): HealthPart {
  const { phase, isAnswering, ageMs } = database.health()
  if (phase !== 'ready') return { ok: false, detail: `${database.engine}, ${phase}` }
  if (ageMs > PROBE_AGE_MS) database.probe()
  const age = `last answer ${(ageMs / 1000).toFixed(1)} s ago`
  const ok = isAnswering || ageMs < ANSWER_AGE_MS_MAX
  return { ok, detail: `${database.engine}, ${isAnswering ? age : `away, ${age}`}` }
}

function toConfigError(error: unknown): ConfigError {
  const message = error instanceof DatabaseSetupError ? error.message : String(error)
  return new ConfigError(message)
}
