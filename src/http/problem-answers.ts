/** The error half of a route's OpenAPI answers, from the error table, so that docs cannot drift. */
import type { ErrorCode } from '@battalion/base/app-error.ts'
import { ERROR_CODES } from '@battalion/base/app-error.ts'
import { z } from '@hono/zod-openapi'

import { ERROR_TABLE } from './error-table.ts'

const ProblemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.enum(ERROR_CODES),
    detail: z.string(),
    error: z.string(),
  })
  .openapi('Problem')

interface ProblemAnswer {
  readonly description: string
  readonly content: {
    readonly 'application/problem+json': { readonly schema: typeof ProblemSchema }
  }
}

/** Answers for these codes, by status; codes that share a status share a line. */
export function problemAnswers(...codes: ErrorCode[]): Record<string, ProblemAnswer> {
  const answers: Record<string, ProblemAnswer> = {}
  for (const code of codes) {
    const { status } = ERROR_TABLE[code]
    const earlier = answers[status]?.description
    answers[status] = {
      description: earlier === undefined ? code : `${earlier}, ${code}`,
      content: { 'application/problem+json': { schema: ProblemSchema } },
    }
  }
  return answers
}
