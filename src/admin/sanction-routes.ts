/**
 * `/v1/admin/users/{userId}/…`: bans, match-locks, ended sessions, and all sanctions a player ever
 * had. Who may is a permission in the role table; that nobody sanctions himself, and an admin alone
 * sanctions staff, is the desk's.
 */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { z } from '@hono/zod-openapi'

import type { GuardsFor, HttpEnv } from '../http/http-ports.ts'
import { addStaffRoute } from '../http/user-route.ts'
import type { NamedSanction, SanctionDesk } from '../services/sanction-desk.ts'
import { Reason, UserParam } from './admin-schemas.ts'

type App = OpenAPIHono<HttpEnv>

const Until = z.iso.datetime({ offset: true }).optional()
const BanRequest = z.strictObject({ reason: Reason, until: Until }).openapi('BanRequest')
const MatchLock = z.strictObject({ reason: Reason, until: Until }).openapi('MatchLock')
const Why = z.object({ reason: Reason.optional() })
const instant = z.iso.datetime()

/** A sanction in answers. */
export const SanctionAnswer = z
  .object({
    id: z.string(),
    kind: z.enum(['ban', 'mute', 'match_lock', 'kick']),
    scope: z.string(),
    reason: z.string(),
    by: z.string().nullable(),
    byName: z.string().nullable(),
    at: instant,
    until: instant.nullable(),
    liftedAt: instant.nullable(),
    liftedBy: z.string().nullable(),
    liftedByName: z.string().nullable(),
    liftReason: z.string().nullable(),
    isStanding: z.boolean(),
  })
  .openapi('Sanction')

/** Adds the routes. */
export function addSanctionRoutes(app: App, guards: GuardsFor, desk: SanctionDesk): void {
  addStaffRoute(app, guards, 'GET /v1/admin/users/{userId}/sanctions', {
    summary: 'What a player was ever sanctioned with, the newest first',
    params: UserParam,
    answer: z.object({ sanctions: z.array(SanctionAnswer) }).openapi('Sanctions'),
    errors: ['not_found'],
    run: async ({ params: { userId } }) => ({
      sanctions: (await desk.sanctions(userId)).map(showSanction),
    }),
  })
  addBanRoutes(app, guards, desk)
  addLockRoutes(app, guards, desk)
  addSessionRoutes(app, guards, desk)
}

function addBanRoutes(app: App, guards: GuardsFor, desk: SanctionDesk): void {
  addStaffRoute(app, guards, 'POST /v1/admin/users/{userId}/ban', {
    summary: 'Ban a user; his sessions end and his sockets close with 4403',
    params: UserParam,
    body: BanRequest,
    errors: ['not_found', 'conflict'],
    run: async ({ trail, params: { userId }, body: { reason, until } }) =>
      desk.ban(trail, { userId, reason, ...endOf(until) }),
  })
  addStaffRoute(app, guards, 'DELETE /v1/admin/users/{userId}/ban', {
    summary: 'Lift the ban of a user',
    params: UserParam,
    query: Why,
    errors: ['not_found', 'conflict'],
    run: ({ trail, params: { userId }, query }) => desk.liftBans(trail, { userId, ...query }),
  })
}

function addLockRoutes(app: App, guards: GuardsFor, desk: SanctionDesk): void {
  addStaffRoute(app, guards, 'PUT /v1/admin/users/{userId}/match-lock', {
    summary: 'Keep a player out of battles; he leaves the one he is in, and may chat',
    params: UserParam,
    body: MatchLock,
    errors: ['not_found'],
    run: async ({ trail, params: { userId }, body: { reason, until } }) =>
      desk.lockMatches(trail, { userId, reason, ...endOf(until) }),
  })
  addStaffRoute(app, guards, 'DELETE /v1/admin/users/{userId}/match-lock', {
    summary: 'Let a player join battles again',
    params: UserParam,
    query: Why,
    errors: ['not_found'],
    run: ({ trail, params: { userId }, query }) => desk.unlockMatches(trail, { userId, ...query }),
  })
}

function addSessionRoutes(app: App, guards: GuardsFor, desk: SanctionDesk): void {
  addStaffRoute(app, guards, 'DELETE /v1/admin/users/{userId}/sessions', {
    summary: 'Sign a player out on every device',
    params: UserParam,
    query: Why,
    errors: ['not_found'],
    run: ({ trail, params: { userId }, query }) => desk.endSessions(trail, { userId, ...query }),
  })
  addStaffRoute(app, guards, 'DELETE /v1/admin/users/{userId}/sessions/{sessionId}', {
    summary: 'Sign a player out on one device',
    params: UserParam.extend({ sessionId: z.uuid() }),
    query: Why,
    errors: ['not_found'],
    run: ({ trail, params, query }) => desk.endSessions(trail, { ...params, ...query }),
  })
}

function endOf(until: string | undefined): { readonly untilMs?: number } {
  return until === undefined ? {} : { untilMs: Date.parse(until) }
}

/** Plain, as answers are. */
export function showSanction(sanction: NamedSanction): z.infer<typeof SanctionAnswer> {
  return { ...sanction }
}
