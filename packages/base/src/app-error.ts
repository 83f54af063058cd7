/**
 * The one error vocabulary. A code is stable, public and listed in `docs/errors.md`; each edge maps
 * every code to its own status in a `Record<ErrorCode, …>`, so a new code does not compile until
 * HTTP and rooms have both decided.
 */

export const ERROR_CODES = [
  'unauthenticated',
  'totp_required',
  'forbidden',
  'not_found',
  'invalid_request',
  'body_too_large',
  'conflict',
  'request_in_progress',
  'answer_lost',
  'idempotency_key_reused',
  'weak_password',
  'rate_limited',
  'battle_full',
  'overloaded',
  'draining',
  'maintenance',
  'unavailable',
  'database_unavailable',
  'internal',
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]

/** A failure a caller can act on. `message` is for players, `internal` only for our logs. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  readonly internal: string | undefined
  /** Seconds after which a retry makes sense; becomes `Retry-After`. */
  readonly retryAfterSec: number | undefined

  constructor(
    code: ErrorCode,
    message: string,
    options?: { internal?: string; cause?: unknown; retryAfterSec?: number },
  ) {
    super(message, { cause: options?.cause })
    this.code = code
    this.internal = options?.internal
    this.retryAfterSec = options?.retryAfterSec
  }
}
