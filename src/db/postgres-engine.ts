/**
 * PostgreSQL as an engine: one pool of `pg`. Every client has an error listener from its first
 * moment: without one, a server that goes away while a transaction is open ends the process. The
 * server is told its own time-outs, and a client whose statement is late is thrown away, so a dead
 * host costs one caller its time and nobody a hang.
 */
import { Pool } from 'pg'
import type { PoolClient } from 'pg'

import type { TimerHandle, Timers } from '@battalion/base/clock.ts'

import { COLUMN_READERS } from './column-types.ts'
import { DatabaseError } from './database-error.ts'
import { WAITERS_MAX } from './engine.ts'
import type { Engine, EngineConnection, SqlAnswer, SqlStatement } from './engine.ts'

/** Pool and time-outs; 0 leaves a time-out off. */
export interface PostgresOptions {
  readonly url: string
  readonly poolMax: number
  /** For a free or a new connection (ms). */
  readonly connectMsMax: number
  readonly statementMsMax: number
  readonly lockMsMax: number
  /** A transaction that does nothing for this long is ended by the server (ms). */
  readonly idleTransactionMsMax: number
  readonly timers: Timers
  /** Told of a connection that broke while nobody was asking it anything. */
  readonly onIdleError?: (error: unknown) => void
}

const NAME = 'battalion'
/** An idle connection is kept this long (ms). */
const IDLE_MS_MAX = 60_000
/** pg's own words when no server answered; it gives no codes for them. */
const NO_SERVER = /connect|terminat|timeout|ended|closed|socket|read E|write E|queryable/i
const SQLSTATE = /^[0-9A-Z]{5}$/

/** The engine. */
export class PostgresEngine implements Engine {
  readonly name = 'postgres'
  readonly #pool: Pool
  readonly #timers: Timers
  #isClosed = false

  constructor(options: PostgresOptions) {
    this.#timers = options.timers
    this.#pool = new Pool({
      connectionString: options.url,
      max: options.poolMax,
      connectionTimeoutMillis: options.connectMsMax,
      idleTimeoutMillis: IDLE_MS_MAX,
      allowExitOnIdle: true,
      application_name: NAME,
      statement_timeout: options.statementMsMax,
      lock_timeout: options.lockMsMax,
      idle_in_transaction_session_timeout: options.idleTransactionMsMax,
      keepAlive: true,
      types: { getTypeParser: findReader },
    })
    const ignore = (error: unknown) => options.onIdleError?.(error)
    this.#pool.on('error', ignore)
    this.#pool.on('connect', (client) => client.on('error', ignore))
  }

  async acquire(msMax: number): Promise<EngineConnection> {
    if (this.#isClosed) throw new DatabaseError('closed', 'the database is closed')
    if (this.#pool.waitingCount >= WAITERS_MAX) {
      throw new DatabaseError('busy', `more than ${WAITERS_MAX} callers wait for the database`)
    }
    const asked = this.#pool.connect()
    const client = await this.#within(asked, msMax, 'no connection')
    if (client === undefined) {
      asked.then((late) => late.release()).catch(() => undefined)
      throw new DatabaseError('timeout', `no connection within ${Math.round(msMax)} ms`)
    }
    return {
      query: async (statement, leftMs) => {
        const answer = await this.#within(runStatement(client, statement), leftMs, 'no answer')
        if (answer !== undefined) return answer
        throw new DatabaseError('timeout', `no answer within ${Math.round(leftMs)} ms`)
      },
      release: (isBroken) => client.release(isBroken),
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#pool.end()
  }

  /** What `work` gives, undefined when it is late; its failure with our code. */
  async #within<T>(work: Promise<T>, msMax: number, doing: string): Promise<T | undefined> {
    let timer: TimerHandle | undefined
    const late = new Promise<undefined>((resolve) => {
      timer = this.#timers.setTimeout(() => resolve(undefined), msMax)
    })
    try {
      return await Promise.race([work, late])
    } catch (error) {
      throw toDatabaseError(error, doing)
    } finally {
      timer?.cancel()
    }
  }
}

async function runStatement(client: PoolClient, statement: SqlStatement): Promise<SqlAnswer> {
  const result = await client.query(statement.sql, [...statement.parameters])
  return { rows: result.rows as unknown[], affectedCount: result.rowCount ?? undefined }
}

function findReader(oid: number): (text: string) => unknown {
  return COLUMN_READERS[oid] ?? ((text) => text)
}

function toDatabaseError(error: unknown, doing: string): unknown {
  const { code, message, constraint, detail } = error as Partial<DatabaseError>
  if (code !== undefined && SQLSTATE.test(code) && !code.startsWith('E')) {
    return new DatabaseError(code, message ?? doing, { constraint, detail, cause: error })
  }
  const isNetwork = code !== undefined && /^(E[A-Z]|ERR_|CERT|DEPTH|SELF|UNABLE)/.test(code)
  if (!isNetwork && !NO_SERVER.test(message ?? '')) return error
  return new DatabaseError('lost', `${doing}: ${message || code}`, { cause: error })
}
