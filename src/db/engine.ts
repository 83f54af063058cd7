/**
 * What an SQL engine is to the driver: a source of connections, each taking one statement at a
 * time. Two of them: PostgreSQL (postgres-engine.ts) and PGlite in a thread (pglite-engine.ts).
 * They know nothing of kysely, transactions or answers to players; every failure leaves them as a
 * DatabaseError.
 */
export type EngineName = 'postgres' | 'pglite'

/** One statement with its parameters. */
export interface SqlStatement {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

/** What a statement gave. */
export interface SqlAnswer {
  readonly rows: unknown[]
  /** Rows changed; undefined for statements that change none. */
  readonly affectedCount: number | undefined
}

/** A connection in the hands of one caller, until it is released. */
export interface EngineConnection {
  /** Runs one statement; fails with `timeout` after `msMax`, and the connection is then broken. */
  query(statement: SqlStatement, msMax: number): Promise<SqlAnswer>
  /** Gives it back. A broken one is closed, or rolled back, before anybody else gets it. */
  release(isBroken: boolean): void
}

/** One engine, one per limits. */
export interface Engine {
  readonly name: EngineName
  /** A free connection; fails with `busy` or `timeout` rather than waiting longer than `msMax`. */
  acquire(msMax: number): Promise<EngineConnection>
  close(): Promise<void>
}

/** Callers that may wait for a connection at once; the next one is refused with `busy`. */
export const WAITERS_MAX = 1000
