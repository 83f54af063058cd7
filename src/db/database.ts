/**
 * The database: one value, made in `src/app.ts` and handed down. PGlite in a thread, or PostgreSQL
 * when an address is given; the same kysely code runs on both. It opens in the background (checks,
 * then migrations); until it is ready, and whenever it is away, callers get `database_unavailable`
 * within `answerMsMax`. Nothing of a room or a tick may await it.
 */
import { assert } from '@battalion/base/assert.ts'
import type { Clock, Timers } from '@battalion/base/clock.ts'
import { Kysely } from 'kysely'
import type { Transaction } from 'kysely'

import { checkDatabase } from './check-database.ts'
import { DatabaseError, findDatabaseError, isConnectionGone } from './database-error.ts'
import { DatabaseSetupError, isRetryable, isSetupFault, isUndone } from './database-error.ts'
import { toCallerError } from './database-error.ts'
import type { Engine, EngineName } from './engine.ts'
import { migrate } from './migrate.ts'
import type { Migration } from './migrate.ts'
import { ALL_MIGRATIONS } from './migrations/all-migrations.ts'
import { PgliteEngine } from './pglite-engine.ts'
import { PostgresEngine } from './postgres-engine.ts'
import { createSqlDialect } from './sql-driver.ts'
import type { Tables } from './tables.ts'
import { findCommitStep, findDeadline, runInScope } from './transaction-scope.ts'
import { withDeadline, withPatience } from './transaction-scope.ts'

/** What queries take first; a {@link Trx} is one too. */
export type Db = Kysely<Tables>
/** The inside of a transaction. */
export type Trx = Transaction<Tables>

/** Longest a caller waits for an answer, from asking for a connection on (ms); faults.md C-05. */
export const ANSWER_MS_MAX = 2800
/** Work that nobody waits for: migrations, backup (ms). */
const PATIENT_MS_MAX = 3_600_000
const PATIENT_LOCK_MS_MAX = 10_000
const PATIENT_POOL_MAX = 2
/** Between two tries to reach a database that is away while opening (ms). */
const REOPEN_MS = 1000
/** Pause before the second try of a keyed transaction; doubles (ms). */
const RETRY_MS = 20

/** Where the data is. */
export type DatabasePlace =
  | {
      readonly engine: 'pglite'
      /** Undefined: in memory. */
      readonly directory: string | undefined
      readonly dump?: Uint8Array
    }
  | {
      readonly engine: 'postgres'
      readonly url: string
      readonly poolMax: number
      readonly connectMsMax: number
      readonly statementMsMax: number
      readonly lockMsMax: number
      readonly idleTransactionMsMax: number
    }

/** How a database is opened. */
export interface DatabaseOptions {
  readonly place: DatabasePlace
  readonly clock: Clock
  readonly timers: Timers
  /** Told of what an operator should see: away, back, retried. */
  readonly onEvent?: (event: string, error?: unknown) => void
  /**
   * Brought up to date with these; all of ours when absent. `done`: whoever started this process
   * has seen to it, and a newer version may have gone on since.
   */
  readonly migrations?: readonly Migration[] | 'done'
  /** Of patient work: a transaction that does nothing for so long is ended (ms); 0 for none. */
  readonly patientIdleMsMax?: number
  readonly answerMsMax?: number
}

/** How a transaction is run. */
export interface TransactOptions {
  /**
   * Says that running the work again changes nothing that the first run did: it inserts this key
   * under a unique index. Only then is a transaction whose outcome is unknown tried again.
   */
  readonly idempotencyKey?: string
  /**
   * Run again once when the database undid it (deadlock, serialization). Only for work that does
   * nothing but by `trx`: it runs from its beginning.
   */
  readonly isRepeatable?: boolean
}

/** Queries and transactions under one set of time limits. */
export interface Session {
  readonly db: Db
  /** All of `work` or nothing of it. Inside, only `trx` may be used. */
  transact<T>(work: (trx: Trx) => Promise<T>, options?: TransactOptions): Promise<T>
}

/** How the database does, for readiness and the log. */
export interface DatabaseHealth {
  readonly phase: 'opening' | 'ready' | 'failed' | 'closed'
  /** False from a failed answer until the next good one. */
  readonly isAnswering: boolean
  /** Since the last answer (ms). */
  readonly ageMs: number
}

/** An open database. */
export interface Database extends Session {
  readonly engine: EngineName
  /** For work nobody waits for: migrations, backup, checks. Never from a request. */
  readonly patient: Session
  /** Resolves when checked and migrated; rejects with DatabaseSetupError when it cannot be used. */
  readonly ready: Promise<void>
  health(): DatabaseHealth
  /** All that `work` asks of the database, together, is answered within `answerMsMax`. */
  answerInTime<T>(work: () => Promise<T>): Promise<T>
  /** Asks for a sign of life without waiting for it; readiness calls it. */
  probe(): void
  /** The data directory as a tar, PGlite only; tests start from it. */
  dump(): Promise<Uint8Array>
  close(): Promise<void>
}

/** Opens it; returns at once. */
export function openDatabase(options: DatabaseOptions): Database {
  return new OpenDatabase(options)
}

class OpenDatabase implements Database {
  readonly engine: EngineName
  readonly ready: Promise<void>
  readonly patient: Session
  readonly #options: DatabaseOptions
  readonly #engine: PgliteEngine | PostgresEngine
  readonly #patientEngine: Engine
  readonly #session: Session
  #phase: DatabaseHealth['phase'] = 'opening'
  #isAnswering = false
  #answeredMs: number
  #isProbing = false

  constructor(options: DatabaseOptions) {
    const { place, timers, clock } = options
    this.#options = options
    this.engine = place.engine
    this.#answeredMs = clock.monotonicMs()
    this.#engine = createEngine(options)
    this.#patientEngine =
      place.engine === 'pglite' || this.#engine.name === 'pglite'
        ? this.#engine
        : new PostgresEngine({
            ...place,
            timers,
            poolMax: PATIENT_POOL_MAX,
            statementMsMax: 0,
            lockMsMax: PATIENT_LOCK_MS_MAX,
            idleTransactionMsMax: options.patientIdleMsMax ?? 0,
          })
    this.patient = this.#createSession(() => Promise.resolve(this.#patientEngine), PATIENT_MS_MAX)
    this.#session = this.#createSession(
      (msMax) => this.#whenReady(msMax),
      options.answerMsMax ?? ANSWER_MS_MAX,
    )
    this.ready = this.#open()
    this.ready.catch(() => undefined)
  }

  get db(): Db {
    return this.#session.db
  }

  transact<T>(work: (trx: Trx) => Promise<T>, options?: TransactOptions): Promise<T> {
    return this.#session.transact(work, options)
  }

  health(): DatabaseHealth {
    const ageMs = this.#options.clock.monotonicMs() - this.#answeredMs
    return { phase: this.#phase, isAnswering: this.#isAnswering, ageMs }
  }

  answerInTime<T>(work: () => Promise<T>): Promise<T> {
    return withPatience(this.#options.answerMsMax ?? ANSWER_MS_MAX, work)
  }

  probe(): void {
    if (this.#isProbing || this.#phase !== 'ready') return
    this.#isProbing = true
    const one = this.db.selectNoFrom((eb) => eb.val(1).as('one'))
    void Promise.allSettled([one.execute()]).then(() => (this.#isProbing = false))
  }

  dump(): Promise<Uint8Array> {
    assert(this.#engine.name === 'pglite', 'only PGlite has a data directory of its own to dump')
    return this.#engine.dump()
  }

  async close(): Promise<void> {
    if (this.#phase === 'closed') return
    this.#phase = 'closed'
    await this.#engine.close()
    await this.#patientEngine.close()
  }

  #createSession(engine: (msMax: number) => Promise<Engine>, answerMsMax: number): Session {
    const { clock, timers } = this.#options
    const dialect = createSqlDialect({
      engine,
      clock,
      owner: this,
      answerMsMax,
      onAnswer: (isAnswered) => this.#onAnswer(isAnswered),
    })
    const db = new Kysely<Tables>({ dialect })
    const retryPorts = { clock, timers, answerMsMax, onEvent: this.#options.onEvent }
    return {
      db,
      transact: (work, options = {}) =>
        retryKeyed(options, retryPorts, () => runTransaction(db, this, work)),
    }
  }

  #onAnswer(isAnswered: boolean): void {
    if (isAnswered) this.#answeredMs = this.#options.clock.monotonicMs()
    if (isAnswered === this.#isAnswering) return
    this.#isAnswering = isAnswered
    if (this.#phase === 'ready') this.#options.onEvent?.(isAnswered ? 'back' : 'away')
  }

  /** Until it is ready or cannot be used; a database that is away is tried again for ever. */
  async #open(): Promise<void> {
    while (this.#phase === 'opening') {
      try {
        await this.#openOnce()
        if (this.#phase === 'opening') this.#phase = 'ready'
        return
      } catch (error) {
        if (this.#isHopeless(error)) {
          if (this.#phase === 'opening') this.#phase = 'failed'
          throw toSetupError(error, this.#options.place)
        }
        this.#options.onEvent?.('not reached', error)
        await pause(REOPEN_MS, this.#options.timers)
      }
    }
    throw new DatabaseSetupError('the database was closed before it was ready')
  }

  async #openOnce(): Promise<void> {
    if (this.#engine.name === 'pglite') await this.#engine.start()
    await checkDatabase(this.patient.db)
    const { migrations = ALL_MIGRATIONS } = this.#options
    if (migrations !== 'done') await migrate(this.patient, migrations)
  }

  #isHopeless(error: unknown): boolean {
    if (isSetupFault(error) || this.#phase !== 'opening') return true
    const known = findDatabaseError(error)
    return known === undefined || (toCallerError(known) === known && !isConnectionGone(known))
  }

  /** The engine once migrations are through; callers wait as long as they have. */
  async #whenReady(msMax: number): Promise<Engine> {
    if (this.#phase === 'closed') throw new DatabaseError('closed', 'the database is closed')
    if (this.#phase !== 'ready') {
      const isReady = this.ready.then(
        () => true,
        () => false,
      )
      const isInTime = await Promise.race([isReady, pause(msMax, this.#options.timers)])
      if (isInTime !== true) throw new DatabaseError('opening', 'the database is not ready')
    }
    return this.#engine
  }
}

function createEngine({ place, timers, onEvent }: DatabaseOptions): PgliteEngine | PostgresEngine {
  if (place.engine === 'pglite') {
    return new PgliteEngine({ directory: place.directory, dump: place.dump }, timers)
  }
  return new PostgresEngine({
    ...place,
    timers,
    onIdleError: (error) => onEvent?.('connection lost', error),
  })
}

async function runTransaction<T>(
  db: Db,
  owner: object,
  work: (trx: Trx) => Promise<T>,
): Promise<T> {
  const toCommit = async (trx: Trx) => {
    const result = await work(trx)
    await findCommitStep()?.(trx)
    return result
  }
  const { result, afterCommit } = await db
    .transaction()
    .execute((trx) => runInScope(owner, () => toCommit(trx)))
  for (const callback of afterCommit) callback()
  return result
}

interface RetryPorts extends Pick<DatabaseOptions, 'clock' | 'timers'> {
  readonly answerMsMax: number
  readonly onEvent: DatabaseOptions['onEvent'] | undefined
}

/** Runs keyed work again while that can help and time is left; other work once. */
async function retryKeyed<T>(
  options: TransactOptions,
  ports: RetryPorts,
  run: () => Promise<T>,
): Promise<T> {
  const ownEndMs = ports.clock.monotonicMs() + ports.answerMsMax
  const endMs = Math.min(ownEndMs, findDeadline() ?? ownEndMs)
  let pauseMs = RETRY_MS
  let isRepeatable = options.isRepeatable === true
  for (;;) {
    try {
      return await withDeadline(endMs, run)
    } catch (error) {
      const isTimeLeft = ports.clock.monotonicMs() + pauseMs < endMs
      const mayRun = isRepeatable && isUndone(error)
      const isAgain = mayRun || (options.idempotencyKey !== undefined && isRetryable(error))
      if (!isAgain || !isTimeLeft) throw error
      isRepeatable = false
      ports.onEvent?.('retried', error)
      await pause(pauseMs, ports.timers)
      pauseMs *= 2
    }
  }
}

function pause(ms: number, timers: Timers): Promise<void> {
  return new Promise((resolve) => timers.setTimeout(resolve, ms))
}

function toSetupError(error: unknown, place: DatabasePlace): DatabaseSetupError {
  if (error instanceof DatabaseSetupError) return error
  const why = findDatabaseError(error)?.message ?? String(error)
  const where = place.engine === 'pglite' ? 'DATA_DIR: its folder db' : 'DATABASE_URL: the database'
  return new DatabaseSetupError(`${where} cannot be used: ${why}`)
}
