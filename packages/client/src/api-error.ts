/**
 * What a refused request becomes: the server's problem+json (RFC 9457) as an error with its stable
 * code. Anything else that comes back (a proxy's page, no answer at all) gets a code by its status,
 * so that a caller has one thing to look at.
 */
import { AppError, ERROR_CODES, type ErrorCode } from '@battalion/base/app-error.ts'

/** A request that the server refused, or that did not reach it (`unavailable`, status 0). */
export class ApiError extends AppError {
  /** HTTP status; 0 when there was no answer. */
  readonly status: number

  constructor(
    code: ErrorCode,
    message: string,
    options: { status: number; retryAfterSec?: number; cause?: unknown; internal?: string },
  ) {
    super(code, message, options)
    this.status = options.status
  }
}

/** As much of a Response as is read here. */
export interface RefusedAnswer {
  readonly status: number
  readonly headers: { get(name: string): string | null }
}

/** The error of an answer that is not 2xx; `body` is its parsed JSON, if it was any. */
export function toApiError({ status, headers }: RefusedAnswer, body: unknown): ApiError {
  const isObject = typeof body === 'object' && body !== null
  const problem = (isObject ? body : {}) as Record<'code' | 'detail' | 'title' | 'error', unknown>
  const code = ERROR_CODES.find((known) => known === problem.code) ?? codeOfStatus(status)
  const text = problem.detail ?? problem.title ?? problem.error
  const message = typeof text === 'string' ? text : `The server answered ${status}.`
  const retryAfterSec = Number(headers.get('retry-after') ?? Number.NaN)
  return new ApiError(code, message, {
    status,
    ...(Number.isFinite(retryAfterSec) ? { retryAfterSec } : {}),
  })
}

/** The error of a request that got no answer. */
export function unreachable(cause: unknown, url: string): ApiError {
  const text = 'The server cannot be reached.'
  return new ApiError('unavailable', text, { status: 0, cause, internal: url })
}

function codeOfStatus(status: number): ErrorCode {
  if (status === 401) return 'unauthenticated'
  if (status === 404) return 'not_found'
  if (status === 429) return 'rate_limited'
  return status >= 500 ? 'unavailable' : 'invalid_request'
}
