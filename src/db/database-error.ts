/**
 * Failures of the database. Engines throw DatabaseError with a SQLSTATE, or one of our own codes
 * where no server answered; services branch on `code` and `constraint`. What nobody can act on but
 * by waiting becomes AppError `database_unavailable` (503) with the DatabaseError as its cause.
 */
import { AppError } from '@battalion/base/app-error.ts'

/** Codes of ours beside SQLSTATE: no server said anything. */
export const NO_ANSWER_CODES = ['lost', 'timeout', 'busy', 'closed', 'opening'] as const
export type NoAnswerCode = (typeof NO_ANSWER_CODES)[number]

/** SQLSTATE of a unique key that is already there. */
export const UNIQUE_VIOLATION = '23505'
/** SQLSTATEs of a row that others point at; which one, changed with PostgreSQL 18. */
const STILL_REFERENCED: ReadonlySet<string> = new Set(['23503', '23001'])

/** SQLSTATE of a reference to a row that is gone. */
export const FOREIGN_KEY_VIOLATION = '23503'

/** What a server, or its absence, said. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError'
  /** SQLSTATE, or one of {@link NO_ANSWER_CODES}. */
  readonly code: string
  readonly constraint: string | undefined
  readonly detail: string | undefined

  constructor(
    code: string,
    message: string,
    more: { constraint?: string | undefined; detail?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause })
    this.code = code
    this.constraint = more.constraint
    this.detail = more.detail
  }
}

/** A database that this server cannot be run on; `message` is one line for the operator. */
export class DatabaseSetupError extends Error {
  override readonly name = 'DatabaseSetupError'
}

/** Serialization failure and deadlock: the server undid everything, the same may work now. */
const CONTENTION = /^(40001|40P01)$/
/** Connection errors, server going away or coming, crash of it. */
const LOST = /^(08...|57P0[1-5])$/
/** Too many connections, out of resources, time-outs of statement, lock and idle transaction. */
const STRAINED = /^(53...|57014|55P03|25P03|25P04|58...)$/
/** Wrong password, unknown role or database, no right: waiting does not help. */
const SETUP = /^(28...|3D000|42501)$/

/** SQLSTATE of a write where the server takes none. */
const READ_ONLY = '25006'

/** Seconds after which a refused caller may come again: a restart takes about as long. */
const RETRY_AFTER_SEC = 2

/** The DatabaseError in `error` or its causes. */
export function findDatabaseError(error: unknown): DatabaseError | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof DatabaseError) return at
  }
  return undefined
}

/** True for a row that could not go because others point at it. */
export function isStillReferenced(error: unknown): boolean {
  return STILL_REFERENCED.has(findDatabaseError(error)?.code ?? '')
}

/** True when a caller whose work is keyed may try again: nothing, or one whole effect, is there. */
export function isRetryable(error: unknown): boolean {
  const code = findDatabaseError(error)?.code ?? ''
  return CONTENTION.test(code) || LOST.test(code) || code === 'lost'
}

/** True when the database undid a whole transaction because it stood in another's way. */
export function isUndone(error: unknown): boolean {
  return CONTENTION.test(findDatabaseError(error)?.code ?? '')
}

/** True when trying again later cannot help: the operator must change something. */
export function isSetupFault(error: unknown): boolean {
  return error instanceof DatabaseSetupError || SETUP.test(findDatabaseError(error)?.code ?? '')
}

/** True when the server only reads: a copy that has not taken over yet. */
export function isReadOnly(error: unknown): boolean {
  return findDatabaseError(error)?.code === READ_ONLY
}

/** True when the connection must not be used any more. */
export function isConnectionGone(error: unknown): boolean {
  const code = findDatabaseError(error)?.code ?? ''
  return LOST.test(code) || (NO_ANSWER_CODES as readonly string[]).includes(code)
}

/** What a caller gets: `database_unavailable` where waiting is all one can do, else `error`. */
export function toCallerError(error: unknown): unknown {
  if (!(error instanceof DatabaseError)) return error
  const { code } = error
  const isWait = isConnectionGone(error) || CONTENTION.test(code) || STRAINED.test(code)
  if (!isWait) return error
  return new AppError('database_unavailable', 'The service is busy; try again in a moment.', {
    internal: `${code}: ${error.message}`,
    cause: error,
    retryAfterSec: RETRY_AFTER_SEC,
  })
}
