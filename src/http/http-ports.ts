/**
 * What the HTTP layer is handed by the composition root, and what its handlers find in the request
 * context. No route reads a clock, the environment or a global.
 */
import type { HttpBindings } from '@hono/node-server'
import type { MiddlewareHandler } from 'hono'

import type { AccessClaims, AccessTokens } from '../services/auth/access-tokens.ts'
import type { KeyedRequests } from '../services/idempotency/keyed-requests.ts'
import type { Permissions } from '../services/identity/roles.ts'
import type { Sessions } from '../services/identity/live-sessions.ts'
import type { ConsoleSession } from '../services/operators/console-sessions.ts'
import type { FindClientAddress } from './client-address.ts'
import type { OperatorClaims } from './console-cookie.ts'
import type { EdgeTrail, TrailPorts } from './keep-trail.ts'
import type { IsOriginAllowed } from './origin.ts'
import type { RateLimits } from './rate-limits.ts'
import type { RouteKey } from './role-table.ts'

/** Hono's generics for this app. */
export interface HttpEnv {
  Bindings: Partial<HttpBindings>
  Variables: {
    claims: AccessClaims
    /** On routes for operators. */
    operator: OperatorClaims
    /** On routes of staff: takes the row of what a use case changes. */
    trail: EdgeTrail
    clientAddress: string
    /** Of this request, in its answer, log lines, events and jobs (OBS-2). */
    requestId: string
    /** The JSON of a request whose route takes one, checked for depth and keys. */
    body: unknown
    keyedRequests: KeyedRequests
  }
}

/** The log lines HTTP writes; a subset of the rooms' Logger. */
export interface HttpLogger {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void
  info(fields: Readonly<Record<string, unknown>>, message: string): void
  warn(fields: Readonly<Record<string, unknown>>, message: string): void
  error(fields: Readonly<Record<string, unknown>>, message: string): void
}

/** What HTTP counts. */
export interface HttpMetrics {
  request(route: string, status: number, durationMs: number): void
  rejected(reason: string): void
  matchmade(method: string, status: number): void
  auditDropped(why: string): void
}

/** What the guards need. */
export interface GuardPorts {
  readonly tokens: AccessTokens
  readonly sessions: Sessions
  readonly permissions: Permissions
  readonly limits: RateLimits
  readonly findClientAddress: FindClientAddress
  /** The console session of a cookie. */
  readonly findConsole: (token: string) => Promise<ConsoleSession | undefined>
  readonly openTrail: TrailPorts['openTrail']
}

/** What the whole app needs. */
export interface HttpPorts extends GuardPorts {
  readonly logger: HttpLogger
  readonly metrics: HttpMetrics
  readonly monotonicMs: () => number
  readonly isOriginAllowed: IsOriginAllowed
  /** Remembers answers by Idempotency-Key. */
  readonly keyedRequests: KeyedRequests
}

/** Middleware that enforces one row of the role table. */
export type GuardsFor = (key: RouteKey) => MiddlewareHandler<HttpEnv>
