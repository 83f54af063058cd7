/** `/v1/admin/users`: players found, and one player whole, for who may look at players. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { z } from '@hono/zod-openapi'

import type { GuardsFor, HttpEnv } from '../http/http-ports.ts'
import { addStaffRoute } from '../http/user-route.ts'
import { PEOPLE_PAGE_MAX } from '../services/identity/staff-search.ts'
import type { HistoryEntry } from '../services/matches/match-reads.ts'
import type { PeopleDesk } from '../services/people-desk.ts'
import { UserParam } from './admin-schemas.ts'
import { SanctionAnswer, showSanction } from './sanction-routes.ts'

type App = OpenAPIHono<HttpEnv>
type Person = Awaited<ReturnType<PeopleDesk['person']>>

const QUERY_CHARS_MAX = 254
const CURSOR_CHARS_MAX = 400
const KINDS = ['guest', 'account', 'bot'] as const
const count = z.number().int()
const instant = z.iso.datetime()

const Found = z
  .object({
    userId: z.string(),
    name: z.string(),
    kind: z.enum(KINDS),
    createdAt: instant,
    lastSeenAt: instant,
    isBanned: z.boolean(),
    /** Rooms of this process he is in now, by name. */
    rooms: z.array(z.string()),
  })
  .openapi('FoundPerson')
const Device = z
  .object({
    id: z.string(),
    device: z.string(),
    /** The network; for who may see addresses. */
    address: z.string().nullable(),
    createdAt: instant,
    usedAt: instant,
    expiresAt: instant,
  })
  .openapi('PersonDevice')
const Battle = z
  .object({
    matchId: z.string(),
    mode: z.string(),
    map: z.string(),
    endedAt: instant,
    outcome: z.enum(['won', 'lost', 'drawn']),
    place: count,
    players: count,
    score: count,
    kills: count,
    deaths: count,
    hasLeft: z.boolean(),
  })
  .openapi('PersonBattle')
const BriefReport = z
  .object({
    id: z.string(),
    state: z.enum(['open', 'claimed', 'settled']),
    reason: z.string(),
    reporterId: z.string().nullable(),
    accusedId: z.string().nullable(),
    text: z.string(),
    createdAt: instant,
    verdict: z.enum(['upheld', 'dismissed']).nullable(),
  })
  .openapi('BriefReport')
const PersonAnswer = z
  .object({
    userId: z.string(),
    name: z.string(),
    kind: z.enum(KINDS),
    /** For who may see addresses; null also where there is none. */
    email: z.string().nullable(),
    isEmailVerified: z.boolean(),
    hasSecondFactor: z.boolean(),
    locale: z.string(),
    timeZone: z.string(),
    createdAt: instant,
    roles: z.array(z.string()),
    rooms: z.array(z.string()),
    devices: z.array(Device),
    sanctions: z.array(SanctionAnswer),
    battles: z.array(Battle),
    stats: z.object({ matches: count, won: count, leaves: count, kills: count, deaths: count }),
    rating: z.number().nullable(),
    ratings: z.array(z.object({ mode: z.string(), points: z.number(), ratedCount: count })),
    reportsAbout: z.array(BriefReport),
    reportsBy: z.array(BriefReport),
  })
  .openapi('Person')

/** Adds the routes. */
export function addPeopleRoutes(app: App, guards: GuardsFor, desk: PeopleDesk): void {
  addStaffRoute(app, guards, 'GET /v1/admin/users', {
    summary: 'Players by id, whole e-mail address, or how a name begins; without bots',
    query: z.object({
      query: z.string().max(QUERY_CHARS_MAX).default(''),
      cursor: z.string().max(CURSOR_CHARS_MAX).optional(),
      limit: z.coerce.number().int().min(1).max(PEOPLE_PAGE_MAX).default(20),
    }),
    answer: z
      .object({ people: z.array(Found), cursor: z.string().nullable() })
      .openapi('FoundPeople'),
    run: ({ userId, query }) => desk.search(userId, query),
  })
  addStaffRoute(app, guards, 'GET /v1/admin/users/{userId}', {
    summary: 'A player whole: devices, sanctions, battles, ratings, reports, where he is now',
    params: UserParam,
    answer: PersonAnswer,
    errors: ['not_found'],
    run: async ({ userId, params }) => showPerson(await desk.person(userId, params.userId)),
  })
}

function showPerson(person: Person): z.infer<typeof PersonAnswer> {
  const { user, stats, roles, rooms, hasSecondFactor, reportsAbout, reportsBy } = person
  const { id: userId, name, kind, email, locale, timeZone } = user
  return {
    userId,
    name,
    kind,
    email,
    isEmailVerified: user.emailVerifiedAt !== null,
    hasSecondFactor,
    locale,
    timeZone,
    createdAt: user.createdAt.toISOString(),
    roles,
    rooms,
    devices: person.sessions.map((one) => ({
      ...one,
      createdAt: one.createdAt.toISOString(),
      usedAt: one.usedAt.toISOString(),
      expiresAt: one.expiresAt.toISOString(),
    })),
    sanctions: person.sanctions.map(showSanction),
    battles: person.matches.map(showBattle),
    stats: {
      matches: stats.matches,
      won: stats.won,
      leaves: stats.leaves,
      kills: stats.kills,
      deaths: stats.deaths,
    },
    rating: person.overall,
    ratings: person.ratings.map(({ mode, points, ratedCount }) => ({ mode, points, ratedCount })),
    reportsAbout,
    reportsBy,
  }
}

function showBattle({ match, player }: HistoryEntry): z.infer<typeof Battle> {
  const { outcome, place, score, kills, deaths, hasLeft } = player
  return {
    matchId: match.matchId,
    mode: match.mode,
    map: match.map,
    endedAt: match.endedAt.toISOString(),
    outcome,
    place,
    players: match.playerCount,
    score,
    kills,
    deaths,
    hasLeft,
  }
}
