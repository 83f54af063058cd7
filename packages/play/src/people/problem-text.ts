/**
 * What a player reads when something was refused: what happened, and what to do next. One row per
 * code of the server's vocabulary, so that a new code does not compile until it has one.
 */
import type { ErrorCode } from '@battalion/base/app-error.ts'

/** What is known of a failure, whoever threw it. */
export interface Problem {
  readonly code: ErrorCode | 'unreachable'
  readonly message: string
  readonly retryAfterSec: number | undefined
}

const UNREACHABLE = 'The server cannot be reached.'

type Advice = (problem: Problem) => string

const KNOWN: Readonly<Record<Problem['code'], Advice>> = {
  unauthenticated: ({ message }) => message,
  totp_required: () => 'That code was not right. Type the six digits your app shows now.',
  forbidden: ({ message }) => message,
  not_found: ({ message }) => message,
  invalid_request: ({ message }) => message,
  body_too_large: () => 'That is too long. Shorten it and try again.',
  conflict: ({ message }) => message,
  weak_password: ({ message }) => `${message} A short sentence is easy to keep in mind.`,
  rate_limited: ({ retryAfterSec }) => `Too many tries. Wait ${waitText(retryAfterSec)}.`,
  battle_full: ({ message }) => `${message} Try again in a moment.`,
  overloaded: busy,
  draining: () => 'The server restarts. Try again in a minute.',
  maintenance: ({ message }) => message,
  unavailable: ({ message }) => `${message} Try again in a moment.`,
  database_unavailable: busy,
  internal: () => 'Something went wrong on the server. Try again; if it stays, tell an operator.',
  answer_lost: () => 'It was done, but the answer was lost. Look whether it is there.',
  idempotency_key_reused: () => 'The page mixed up two requests. Reload it and try again.',
  request_in_progress: () => 'That is on its way already. Wait a moment.',
  unreachable: () => `${UNREACHABLE} Check your connection and try again.`,
}

function busy({ retryAfterSec }: Problem): string {
  return `The server is busy and nothing was changed. Try again in ${waitText(retryAfterSec)}.`
}

function waitText(seconds: number | undefined): string {
  if (seconds === undefined) return 'a minute'
  if (seconds < 90) return `${Math.ceil(seconds)} s`
  return `${Math.ceil(seconds / 60)} min`
}

/** What was thrown, by its form: classes of the page's other file are not the same ones here. */
export function problemOf(error: unknown): Problem {
  const value = (typeof error === 'object' && error !== null ? error : {}) as Record<
    'code' | 'message' | 'retryAfterSec' | 'status',
    unknown
  >
  const { code, message, retryAfterSec, status } = value
  const isKnown = typeof code === 'string' && Object.hasOwn(KNOWN, code)
  const isLost = code === 'unavailable' && (status === 0 || message === UNREACHABLE)
  return {
    code: isKnown && !isLost ? (code as ErrorCode) : 'unreachable',
    message: typeof message === 'string' ? message : '',
    retryAfterSec: typeof retryAfterSec === 'number' ? retryAfterSec : undefined,
  }
}

/** The sentence to show. */
export function problemText(error: unknown): string {
  const problem = problemOf(error)
  return KNOWN[problem.code](problem)
}
