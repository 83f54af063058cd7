/**
 * Kysely's driver over either engine. Own instead of kysely's two dialects, because theirs wait
 * without bound for PGlite's one connection and pass driver errors on as they are. Here every
 * operation has a deadline, and no failure leaves without a code (decision 0014).
 */
import type { Clock } from '@battalion/base/clock.ts'
import { PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import type { CompiledQuery, DatabaseConnection, Dialect, Driver, Kysely } from 'kysely'
import type { QueryResult, TransactionSettings } from 'kysely'

import { DatabaseError, isConnectionGone, toCallerError } from './database-error.ts'
import type { Engine, EngineConnection } from './engine.ts'
import { assertOutsideTransaction, findDeadline, findPatience } from './transaction-scope.ts'
import type { Patience } from './transaction-scope.ts'

/** What a driver stands on. */
export interface DriverOptions {
  /** Gives the engine once it may be used; rejects when that takes longer than `msMax`. */
  readonly engine: (msMax: number) => Promise<Engine>
  readonly clock: Clock
  /** The database this driver belongs to, for the transaction guard. */
  readonly owner: object
  /** Longest an operation takes from asking for a connection to its last answer (ms). */
  readonly answerMsMax: number
  /** Told of every statement: answered, or not. */
  readonly onAnswer: (isAnswered: boolean) => void
}

/** A dialect whose driver is ours and whose SQL is PostgreSQL's. */
export function createSqlDialect(options: DriverOptions): Dialect {
  return {
    createDriver: () => new SqlDriver(options),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db: Kysely<never>) => new PostgresIntrospector(db),
  }
}

class SqlDriver implements Driver {
  readonly #options: DriverOptions

  constructor(options: DriverOptions) {
    this.#options = options
  }

  init(): Promise<void> {
    return Promise.resolve()
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    const { owner, clock, answerMsMax, engine, onAnswer } = this.#options
    assertOutsideTransaction(owner)
    const startMs = clock.monotonicMs()
    const patience = findPatience()
    const ownEndMs = startMs + Math.min(answerMsMax, patience?.leftMs ?? answerMsMax)
    const endMs = Math.min(ownEndMs, findDeadline() ?? ownEndMs)
    try {
      const ready = await engine(Math.max(1, endMs - clock.monotonicMs()))
      const connection = await ready.acquire(Math.max(1, endMs - clock.monotonicMs()))
      return new SqlConnection(connection, { clock, startMs, endMs, patience, onAnswer })
    } catch (error) {
      spend(patience, clock.monotonicMs() - startMs)
      onAnswer(false)
      throw toCallerError(error)
    }
  }

  async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings) {
    const level = settings.isolationLevel
    await sqlOf(connection).run(level === undefined ? 'begin' : `begin isolation level ${level}`)
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await sqlOf(connection).commit()
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await sqlOf(connection).rollback()
  }

  async savepoint(connection: DatabaseConnection, name: string): Promise<void> {
    await sqlOf(connection).run(`savepoint ${quoteName(name)}`)
  }

  async rollbackToSavepoint(connection: DatabaseConnection, name: string): Promise<void> {
    await sqlOf(connection).rollbackTo(name)
  }

  async releaseSavepoint(connection: DatabaseConnection, name: string): Promise<void> {
    await sqlOf(connection).run(`release savepoint ${quoteName(name)}`)
  }

  releaseConnection(connection: DatabaseConnection): Promise<void> {
    sqlOf(connection).release()
    return Promise.resolve()
  }

  /** The engine belongs to the Database, which closes it. */
  destroy(): Promise<void> {
    return Promise.resolve()
  }
}

function sqlOf(connection: DatabaseConnection): SqlConnection {
  return connection as SqlConnection
}

function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** After it the transaction is as if nothing had failed. */
const UNDOES_FAILURE = /^\s*rollback to\b/i

interface ConnectionOptions extends Pick<DriverOptions, 'clock' | 'onAnswer'> {
  /** When it was asked for. */
  readonly startMs: number
  readonly endMs: number
  readonly patience: Patience | undefined
}

function spend(patience: Patience | undefined, ms: number): void {
  if (patience !== undefined) patience.leftMs -= ms
}

/** One operation's connection: its deadline, whether it broke, whether its transaction failed. */
class SqlConnection implements DatabaseConnection {
  readonly #connection: EngineConnection
  readonly #options: ConnectionOptions
  #isBroken = false
  #hasFailed = false

  constructor(connection: EngineConnection, options: ConnectionOptions) {
    this.#connection = connection
    this.#options = options
  }

  async executeQuery<R>(compiled: CompiledQuery): Promise<QueryResult<R>> {
    const answer = await this.run(compiled.sql, compiled.parameters)
    const rows = answer.rows as R[]
    const { affectedCount } = answer
    return affectedCount === undefined ? { rows } : { rows, numAffectedRows: BigInt(affectedCount) }
  }

  async run(sql: string, parameters: readonly unknown[] = []) {
    const { clock, endMs, onAnswer } = this.#options
    try {
      if (this.#isBroken) throw new DatabaseError('lost', 'the connection broke before')
      const leftMs = endMs - clock.monotonicMs()
      if (leftMs <= 0) throw new DatabaseError('timeout', 'no time is left for this operation')
      const answer = await this.#connection.query({ sql, parameters }, leftMs)
      if (UNDOES_FAILURE.test(sql)) this.#hasFailed = false
      onAnswer(true)
      return answer
    } catch (error) {
      this.#hasFailed = true
      if (isConnectionGone(error)) this.#isBroken = true
      onAnswer(!this.#isBroken)
      throw toCallerError(error)
    }
  }

  /** A failed statement whose error was swallowed makes COMMIT a ROLLBACK: never silently here. */
  async commit(): Promise<void> {
    if (this.#hasFailed) {
      throw new DatabaseError('25P02', 'a statement of this transaction failed; it was rolled back')
    }
    await this.run('commit')
  }

  /** Never throws: the error that led here is the one that counts. */
  async rollback(): Promise<void> {
    if (this.#isBroken) return
    await this.run('rollback').catch(() => {
      this.#isBroken = true
    })
  }

  async rollbackTo(savepoint: string): Promise<void> {
    await this.run(`rollback to savepoint ${quoteName(savepoint)}`)
  }

  release(): void {
    const { clock, startMs, patience } = this.#options
    spend(patience, clock.monotonicMs() - startMs)
    this.#connection.release(this.#isBroken)
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new DatabaseError('0A000', 'rows are read by cursor statements, not by kysely streams')
  }
}
