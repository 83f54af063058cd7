/** Shapes and answers that the routes of staff share. */
import { z } from '@hono/zod-openapi'

import { problemAnswers } from '../http/problem-answers.ts'

/** Longest reason an operator writes (characters). */
export const REASON_CHARS_MAX = 500
/** Rows a list answers at once. */
export const LIST_COUNT_MAX = 100

/** What every route of staff may answer beside its own. */
export const STAFF_PROBLEMS = [
  'unauthenticated',
  'forbidden',
  'invalid_request',
  'rate_limited',
  'database_unavailable',
] as const

/** The error half of a route of staff. */
export const STAFF_ANSWERS = problemAnswers(...STAFF_PROBLEMS)
export const STAFF_CHANGE_ANSWERS = problemAnswers(
  ...STAFF_PROBLEMS,
  'not_found',
  'conflict',
  'body_too_large',
)

/** A console session; the header goes with every change. */
export const OPERATOR_SECURITY = [{ consoleSession: [], csrfToken: [] }]
/** Reads take the cookie alone. */
export const OPERATOR_READ_SECURITY = [{ consoleSession: [] }]

/** One line or several of plain text, without control characters that mean something elsewhere. */
export const Reason = z
  .string()
  .trim()
  .min(1)
  .max(REASON_CHARS_MAX)
  // oxlint-disable-next-line no-control-regex -- what is refused
  .regex(/^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$/)

export const UserParam = z.object({ userId: z.uuid() })
export const Limit = z.coerce.number().int().min(1).max(LIST_COUNT_MAX).default(50)

/** A JSON body that must be there. */
export function body<T extends z.ZodType>(schema: T) {
  return { required: true, content: { 'application/json': { schema } } } as const
}

/** A JSON answer. */
export function answer<T extends z.ZodType>(description: string, schema: T) {
  return { description, content: { 'application/json': { schema } } } as const
}
