/**
 * Error codes at the HTTP edge: each code's status and title, and the one function that turns any
 * thrown value into an answer (RFC 9457 problem+json). Only texts written for players leave the
 * server; messages of drivers and frameworks never do.
 */
import type { ErrorCode } from '@battalion/base/app-error.ts'
import { AppError } from '@battalion/base/app-error.ts'

interface ErrorRow {
  readonly status: 400 | 401 | 403 | 404 | 409 | 413 | 422 | 429 | 500 | 503
  readonly title: string
}

/** A new code does not compile until it has a row here. */
export const ERROR_TABLE: Readonly<Record<ErrorCode, ErrorRow>> = {
  unauthenticated: { status: 401, title: 'Not signed in' },
  totp_required: { status: 401, title: 'Second factor needed' },
  forbidden: { status: 403, title: 'Not allowed' },
  not_found: { status: 404, title: 'Not found' },
  invalid_request: { status: 400, title: 'Invalid request' },
  body_too_large: { status: 413, title: 'Request too large' },
  conflict: { status: 409, title: 'Conflict' },
  request_in_progress: { status: 409, title: 'Still being carried out' },
  answer_lost: { status: 409, title: 'Done, answer lost' },
  idempotency_key_reused: { status: 422, title: 'Key used before' },
  weak_password: { status: 422, title: 'Password too weak' },
  rate_limited: { status: 429, title: 'Too many requests' },
  battle_full: { status: 503, title: 'No seat free' },
  overloaded: { status: 503, title: 'Overloaded' },
  draining: { status: 503, title: 'Restarting' },
  maintenance: { status: 503, title: 'Maintenance' },
  unavailable: { status: 503, title: 'Unavailable' },
  database_unavailable: { status: 503, title: 'Busy' },
  internal: { status: 500, title: 'Internal error' },
}

/**
 * Body of every error answer. `error` repeats `detail` for the stock Colyseus SDK, which reads it.
 */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: ErrorCode
  readonly detail: string
  readonly error: string
}

/** What a thrown value becomes for the caller; anything that is not an AppError is `internal`. */
export function problemOf(error: unknown): { problem: Problem; retryAfterSec: number | undefined } {
  const known = error instanceof AppError ? error : undefined
  const code = known?.code ?? 'internal'
  const detail = known?.message ?? 'Something went wrong on our side.'
  const { status, title } = ERROR_TABLE[code]
  return {
    problem: { type: `/errors#${code}`, title, status, code, detail, error: detail },
    retryAfterSec: known?.retryAfterSec,
  }
}

/** The answer itself. */
export function problemResponse(error: unknown): Response {
  const { problem, retryAfterSec } = problemOf(error)
  const headers = new Headers({
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
  })
  if (retryAfterSec !== undefined) headers.set('retry-after', String(Math.ceil(retryAfterSec)))
  if (problem.status === 401) headers.set('www-authenticate', 'Bearer')
  return new Response(JSON.stringify(problem), { status: problem.status, headers })
}
