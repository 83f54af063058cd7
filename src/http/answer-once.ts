/**
 * The HTTP half of Idempotency-Keys: what makes two requests the same, and answers as they are kept
 * and given again. Which routes take a key stands in the role table; what it promises, in
 * services/idempotency.
 */
import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'

import { REQUEST_KEY_CHARS_MAX } from '../services/idempotency/keyed-requests.ts'
import type { KeptAnswer } from '../services/idempotency/keyed-requests.ts'
import { problemResponse } from './error-table.ts'
import type { HttpEnv } from './http-ports.ts'
import type { RouteRule } from './role-table.ts'

/** Name of the header. */
export const REQUEST_KEY_HEADER = 'idempotency-key'
/** Set on an answer that was given before. */
const REPLAYED_HEADER = 'idempotency-replayed'

const RequestKey = z
  .string()
  .min(1)
  .max(REQUEST_KEY_CHARS_MAX)
  .regex(/^[\x21-\x7e]+$/)
  .openapi({ description: 'the same key and request get the first answer again, for 24 h' })

/** The header in a route's description; nothing where it takes none. */
export function describeRequestKey(rule: RouteRule): { headers?: z.ZodObject<z.ZodRawShape> } {
  if (rule.needsIdempotencyKey) return { headers: z.object({ [REQUEST_KEY_HEADER]: RequestKey }) }
  if (rule.takesIdempotencyKey !== true) return {}
  return { headers: z.object({ [REQUEST_KEY_HEADER]: RequestKey.optional() }) }
}

/** Codes that a route with a key may answer beside its own. */
export const REQUEST_KEY_CODES = [
  'request_in_progress',
  'answer_lost',
  'idempotency_key_reused',
] as const

/**
 * Runs a handler that was found valid and allowed, once per key. What it throws is kept as the
 * answer that it becomes, and thrown on, so that it is logged and answered in the one place.
 */
export async function answerOnce(
  context: Context<HttpEnv>,
  produce: () => Promise<Response>,
): Promise<Response> {
  const key = context.req.header(REQUEST_KEY_HEADER)
  if (key === undefined) return produce()
  let thrown: { readonly error: unknown } | undefined
  let made: Response | undefined
  const work = async (): Promise<KeptAnswer> => {
    made = await produce().catch((error: unknown) => {
      thrown = { error }
      return problemResponse(error)
    })
    return keep(made)
  }
  const { userId } = context.get('claims')
  const { answer, isRepeated } = await context
    .get('keyedRequests')
    .answer({ userId, key, content: contentOf(context) }, work)
  if (thrown !== undefined) throw thrown.error
  if (!isRepeated && made !== undefined) return made
  return repeat(answer)
}

/** The address with its query, and the body as it was parsed: spaces in JSON change nothing. */
function contentOf(context: Context<HttpEnv>): string {
  const { pathname, search } = new URL(context.req.url)
  const body: unknown = context.get('body')
  return JSON.stringify([context.req.method, pathname, search, body ?? null])
}

async function keep(response: Response): Promise<KeptAnswer> {
  return {
    status: response.status,
    contentType: response.headers.get('content-type'),
    body: await response.clone().text(),
  }
}

function repeat({ status, contentType, body }: KeptAnswer): Response {
  const headers = new Headers({ 'cache-control': 'no-store', [REPLAYED_HEADER]: 'true' })
  if (contentType !== null) headers.set('content-type', contentType)
  return new Response(body === '' ? null : body, { status, headers })
}
