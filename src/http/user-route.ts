/**
 * Routes in a few lines each: parse by schema, call one use case, answer JSON or
 * 204. The same description makes the OpenAPI document. Who may call, how often and with how much
 * body stands in the role table, by the same key.
 */
import type { ErrorCode } from '@battalion/base/app-error.ts'
import type { OpenAPIHono } from '@hono/zod-openapi'
import { createRoute, z } from '@hono/zod-openapi'
import type { Context } from 'hono'

import type { AuditTrail } from '../services/audit/audit-trail.ts'
import type { Origin } from '../services/identity/identity-ports.ts'
import { originOf } from './account-schemas.ts'
import { answerOnce, describeRequestKey, REQUEST_KEY_CODES } from './answer-once.ts'
import type { GuardsFor, HttpEnv } from './http-ports.ts'
import { problemAnswers } from './problem-answers.ts'
import { refuseNul } from './refuse-nul.ts'
import type { RouteKey, RouteRule } from './role-table.ts'
import { ROLE_TABLE } from './role-table.ts'

type Fields = z.ZodObject<z.ZodRawShape>
type Output<T> = T extends z.ZodType<infer Value> ? Value : undefined

/** What a handler gets, whoever asks. */
interface OpenCall<P, Q, B> {
  /** First choice of `Accept-Language`. */
  readonly locale: string
  readonly origin: Origin
  readonly params: Output<P>
  readonly query: Output<Q>
  readonly body: Output<B>
}

/** What a handler of signed-in users gets. */
interface UserCall<P, Q, B> extends OpenCall<P, Q, B> {
  readonly userId: string
  readonly sessionId: string
}

/** What a handler of staff gets: who it is, and the row in the audit log. */
interface StaffCall<P, Q, B> extends OpenCall<P, Q, B> {
  readonly userId: string
  readonly trail: AuditTrail
}

/** One route; what is left out is not read. */
interface Route<P, Q, B, A, Call> {
  readonly summary: string
  readonly params?: P
  readonly query?: Q
  readonly body?: B
  /** Of the answer; left out answers 204 without a body. */
  readonly answer?: A
  /** Of an answer with a body; 200 when left out. */
  readonly status?: 201 | 202
  readonly errors?: readonly ErrorCode[]
  readonly run: (call: Call) => Promise<Output<A> | void>
}

/** A route of signed-in users. */
export type UserRoute<P, Q, B, A> = Route<P, Q, B, A, UserCall<P, Q, B>>
/** A route of staff. */
export type StaffRoute<P, Q, B, A> = Route<P, Q, B, A, StaffCall<P, Q, B>>
/** A route of anyone. */
export type OpenRoute<P, Q, B, A> = Route<P, Q, B, A, OpenCall<P, Q, B>>

const ALWAYS = ['invalid_request', 'rate_limited', 'database_unavailable'] as const

/** Adds the route of a row of the role table. */
export function addUserRoute<
  P extends Fields | undefined = undefined,
  Q extends Fields | undefined = undefined,
  B extends Fields | undefined = undefined,
  A extends z.ZodType | undefined = undefined,
>(app: OpenAPIHono<HttpEnv>, guards: GuardsFor, key: RouteKey, route: UserRoute<P, Q, B, A>): void {
  const errors = ['unauthenticated', ...(route.errors ?? [])] as const
  const described = { ...route, errors, security: [{ accessToken: [] }] }
  const run = (call: OpenCall<P, Q, B>, context: Context<HttpEnv>) => {
    const { userId, sessionId } = context.get('claims')
    return route.run({ ...call, userId, sessionId })
  }
  addRoute(app, guards, key, { ...described, run })
}

/** Adds a route of the console: a session's cookie, and with changes its header. */
export function addStaffRoute<
  P extends Fields | undefined = undefined,
  Q extends Fields | undefined = undefined,
  B extends Fields | undefined = undefined,
  A extends z.ZodType | undefined = undefined,
>(
  app: OpenAPIHono<HttpEnv>,
  guards: GuardsFor,
  key: RouteKey,
  route: StaffRoute<P, Q, B, A>,
): void {
  const errors = ['unauthenticated', 'forbidden', ...(route.errors ?? [])] as const
  const header = key.startsWith('GET ') ? {} : { csrfToken: [] }
  const described = { ...route, errors, security: [{ consoleSession: [], ...header }] }
  const run = (call: OpenCall<P, Q, B>, context: Context<HttpEnv>) => {
    const { userId } = context.get('operator')
    return route.run({ ...call, userId, trail: context.get('trail') })
  }
  addRoute(app, guards, key, { ...described, run })
}

/** Adds a route that needs no token. */
export function addOpenRoute<
  P extends Fields | undefined = undefined,
  Q extends Fields | undefined = undefined,
  B extends Fields | undefined = undefined,
  A extends z.ZodType | undefined = undefined,
>(app: OpenAPIHono<HttpEnv>, guards: GuardsFor, key: RouteKey, route: OpenRoute<P, Q, B, A>): void {
  addRoute(app, guards, key, { ...route, security: [] })
}

/** A route as both kinds hand it on. */
interface AnyRoute<P, Q, B, A> extends Omit<Route<P, Q, B, A, never>, 'run'> {
  readonly security: Record<string, string[]>[]
  readonly run: (call: OpenCall<P, Q, B>, context: Context<HttpEnv>) => Promise<Output<A> | void>
}

function addRoute<
  P extends Fields | undefined,
  Q extends Fields | undefined,
  B extends Fields | undefined,
  A extends z.ZodType | undefined,
>(app: OpenAPIHono<HttpEnv>, guards: GuardsFor, key: RouteKey, route: AnyRoute<P, Q, B, A>): void {
  const [method = '', path = ''] = key.split(' ')
  const status = route.status ?? 200
  const rule: RouteRule = ROLE_TABLE[key]
  const keyed = describeRequestKey(rule)
  const config = createRoute({
    method: method.toLowerCase() as 'get',
    path,
    summary: route.summary,
    security: route.security,
    middleware: [guards(key)] as const,
    request: { ...describeRequest(route), ...keyed },
    responses: {
      ...describeAnswer(route.answer, status),
      ...problemAnswers(
        ...ALWAYS,
        ...(rule.bodyBytesMax === 0 ? [] : (['body_too_large'] as const)),
        ...(route.errors ?? []),
        ...(keyed.headers === undefined ? [] : REQUEST_KEY_CODES),
      ),
    },
  })
  const produce = async (context: Context<HttpEnv>): Promise<Response> => {
    refuseNul(context.req.url)
    const request = context.req as unknown as { valid(part: string): unknown }
    const call = {
      locale: localeOf(context),
      origin: originOf(context),
      params: (route.params && request.valid('param')) as Output<P>,
      query: (route.query && request.valid('query')) as Output<Q>,
      body: (route.body && request.valid('json')) as Output<B>,
    }
    const answer = await route.run(call, context)
    context.header('cache-control', 'no-store')
    return route.answer === undefined ? context.body(null, 204) : context.json(answer, status)
  }
  const handler = (context: Context<HttpEnv>): Promise<Response> =>
    keyed.headers === undefined ? produce(context) : answerOnce(context, () => produce(context))
  app.openapi(config, handler as never)
}

/** The language the client wants most; English when it says nothing. */
export function localeOf(context: Context<HttpEnv>): string {
  const [first = ''] = (context.req.header('accept-language') ?? '').split(/[,;]/)
  return first.trim().slice(0, 35) || 'en'
}

function describeRequest({
  params,
  query,
  body,
}: {
  readonly params?: unknown
  readonly query?: unknown
  readonly body?: unknown
}) {
  const json = body as Fields | undefined
  return {
    ...(params === undefined ? {} : { params: params as Fields }),
    ...(query === undefined ? {} : { query: query as Fields }),
    ...(json === undefined
      ? {}
      : { body: { required: true, content: { 'application/json': { schema: json } } } }),
  }
}

function describeAnswer(schema: z.ZodType | undefined, status: number) {
  if (schema === undefined) return { 204: { description: 'Done' } }
  return { [status]: { description: 'The answer', content: { 'application/json': { schema } } } }
}

/** An id in a path or a body. */
export const Id = z.uuid()
/** A battle's id in a path. */
export const MatchId = z.string().regex(/^[\w-]{1,64}$/)
/** A number of a line or notification. */
export const Seq = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
/** How many at once. */
export const Limit = z.coerce.number().int().min(1).max(100).default(50)
