/**
 * `POST /matchmake/{method}/{target}`: the addresses the stock Colyseus SDK calls, answered by us.
 * Parses and checks; `guard-matchmaking.ts` finds the seat. The answer is what the SDK's
 * `consumeSeatReservation` reads and nothing more.
 */
import { AppError } from '@battalion/base/app-error.ts'
import type { OpenAPIHono } from '@hono/zod-openapi'
import { createRoute, z } from '@hono/zod-openapi'

import type { AccessClaims } from '../services/auth/access-tokens.ts'
import type { GuardsFor, HttpEnv } from './http-ports.ts'
import { problemAnswers } from './problem-answers.ts'

const ID = /^[a-z0-9][a-z0-9-]{0,31}$/
const Id = z.string().regex(ID)

/** Options of a join; unknown fields are refused, so a typo never joins the wrong battle. */
export const JoinRequest = z
  .strictObject({
    mode: Id.optional(),
    map: Id.optional(),
    region: Id.optional(),
    spectate: z.boolean().optional(),
    name: z.string().max(100).optional(),
    classId: Id.optional(),
    protocolVersion: z.number().int().min(0).max(0xffff).optional(),
  })
  .openapi('JoinOptions')
export type JoinRequest = z.infer<typeof JoinRequest>

const ReconnectRequest = z.strictObject({ reconnectionToken: z.string().min(1).max(128) })

const METHODS = ['joinOrCreate', 'join', 'joinById', 'create', 'reconnect'] as const
export type JoinMethod = Exclude<(typeof METHODS)[number], 'reconnect'>

const Params = z.object({
  method: z.enum(METHODS),
  target: z.string().regex(/^[\w-]{1,64}$/),
})

const SeatAnswer = z
  .object({
    name: z.string(),
    roomId: z.string(),
    sessionId: z.string(),
    processId: z.string(),
    publicAddress: z.string().optional(),
  })
  .openapi('Seat')

/** A seat that waits for its socket, as the SDK reads it. */
export interface Seat {
  readonly name: string
  readonly roomId: string
  readonly sessionId: string
  readonly processId: string
  readonly publicAddress?: string
}

/** A leader's wish for a battle with places for his whole party. */
export interface PartyCall {
  /** Who leads. */
  readonly userId: string
  readonly options: JoinRequest
  readonly party: {
    readonly id: string
    readonly members: readonly { readonly userId: string; readonly name: string }[]
  }
}

/** Places of whole parties in battles; throws AppError when there are none to be had. */
export interface PartyGate {
  /** Id of a battle that keeps a place for each member. */
  place(call: PartyCall): Promise<string>
  /** Gives them back; of one member where `userId` says so, wherever they are. */
  release(gone: { readonly partyId: string; readonly userId?: string }): Promise<void>
}

/** Finds seats; throws AppError when there is none to be had. */
export interface MatchmakingGate {
  join(request: {
    method: JoinMethod
    /** Room name, or room id for `joinById`. */
    target: string
    claims: AccessClaims
    accessToken: string
    options: JoinRequest
  }): Promise<Seat>
  reconnect(request: {
    roomId: string
    reconnectionToken: string
    claims: AccessClaims
  }): Promise<Seat>
  readonly parties: PartyGate
  /** Called with the HTTP status of every request. */
  count(method: string, status: number): void
}

const route = (guards: GuardsFor) =>
  createRoute({
    method: 'post',
    path: '/matchmake/{method}/{target}',
    summary: 'Take a seat in a battle (called by the Colyseus SDK)',
    security: [{ accessToken: [] }],
    middleware: [guards('POST /matchmake/{method}/{target}')] as const,
    request: {
      params: Params,
      body: {
        content: { 'application/json': { schema: z.union([JoinRequest, ReconnectRequest]) } },
      },
    },
    responses: {
      200: {
        description: 'A seat; connect within seconds or it is given away',
        content: { 'application/json': { schema: SeatAnswer } },
      },
      ...problemAnswers('invalid_request', 'unauthenticated', 'not_found', 'conflict'),
      ...problemAnswers('body_too_large', 'rate_limited', 'battle_full', 'overloaded', 'draining'),
      ...problemAnswers('forbidden', 'maintenance'),
    },
  })

/** Adds the route. */
export function addMatchmakingRoutes(
  app: OpenAPIHono<HttpEnv>,
  guards: GuardsFor,
  gate: MatchmakingGate,
): void {
  app.use('/matchmake/*', async (context, next) => {
    await next()
    const method = METHODS.find((name) => context.req.path.startsWith(`/matchmake/${name}/`))
    gate.count(method ?? 'unknown', context.res.status)
  })
  app.openapi(route(guards), async (context) => {
    const { method, target } = context.req.valid('param')
    const body = context.get('body')
    const claims = context.get('claims')
    context.header('cache-control', 'no-store')
    if (method === 'reconnect') {
      const { reconnectionToken } = parseAs(ReconnectRequest, body)
      const seat = await gate.reconnect({ roomId: target, reconnectionToken, claims })
      return context.json(seat, 200)
    }
    const accessToken = (context.req.header('authorization') ?? '').slice('Bearer '.length)
    const options = parseAs(JoinRequest, body)
    return context.json(await gate.join({ method, target, claims, accessToken, options }), 200)
  })
}

function parseAs<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  throw new AppError('invalid_request', 'The options are not as the API documents them.')
}
