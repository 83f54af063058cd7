/**
 * `/v1/matches`, `/v1/me/matches`, `/v1/me/stats`: finished battles, whose they were and how they
 * went. Players who do not want to be seen are rows without name and id.
 */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { z } from '@hono/zod-openapi'

import type { MatchDesk } from '../services/matches/match-desk.ts'
import type { HistoryEntry } from '../services/matches/match-reads.ts'
import { CURSOR_CHARS_MAX } from '../services/page-cursor.ts'
import type { GuardsFor, HttpEnv } from './http-ports.ts'
import { count, figures, Player, showMatch, showPlayer, Summary } from './match-schemas.ts'
import { addUserRoute, Id, MatchId } from './user-route.ts'

type App = OpenAPIHono<HttpEnv>

const PLAYERS_PAGE_MAX = 200
const HISTORY_PAGE_MAX = 50

const OneMatch = z.object({ matchId: MatchId })
const Match = Summary.extend({ me: z.union([Player, z.null()]) }).openapi('Match')
const History = z
  .object({
    items: z.array(z.object({ match: Summary, player: Player })),
    cursor: z.string().nullable(),
  })
  .openapi('MatchHistory')
const Course = z
  .object({
    samples: z.array(
      z.object({ sec: count, team: count, what: z.enum(['score', 'tickets']), amount: count }),
    ),
    captures: z.array(z.object({ sec: count, objective: count, team: count })),
  })
  .openapi('MatchCourse')
const Stats = z
  .object({
    matches: count,
    won: count,
    lost: count,
    drawn: count,
    leaves: count,
    score: count,
    scoreBest: count,
    ...figures,
  })
  .openapi('PlayerStats')

const HistoryQuery = z.object({
  cursor: z.string().max(CURSOR_CHARS_MAX).optional(),
  limit: z.coerce.number().int().min(1).max(HISTORY_PAGE_MAX).default(20),
})

/** What the routes stand on. */
export interface MatchRoutePorts {
  readonly desk: MatchDesk
  /** Where the page of a link is. */
  readonly publicUrl: () => string
}

/** Adds them. */
export function addMatchRoutes(app: App, guards: GuardsFor, ports: MatchRoutePorts): void {
  addBattleRoutes(app, guards, ports.desk)
  addHistoryRoutes(app, guards, ports.desk)
  addShareRoutes(app, guards, ports)
}

function addBattleRoutes(app: App, guards: GuardsFor, desk: MatchDesk): void {
  addUserRoute(app, guards, 'GET /v1/matches/{matchId}', {
    summary: 'A finished battle, and your own row when you were in it',
    params: OneMatch,
    answer: Match,
    errors: ['not_found'],
    run: async ({ userId, params: { matchId } }) => {
      const { me, ...match } = await desk.match(matchId, userId)
      return { ...showMatch(match), me: me && showPlayer(me) }
    },
  })
  addUserRoute(app, guards, 'GET /v1/matches/{matchId}/players', {
    summary: 'Players of a battle by place; `cursor` is the last place you have',
    params: OneMatch,
    query: z.object({
      cursor: z.coerce.number().int().min(0).max(1e6).default(0),
      limit: z.coerce.number().int().min(1).max(PLAYERS_PAGE_MAX).default(50),
    }),
    answer: z
      .object({ players: z.array(Player), cursor: z.string().nullable() })
      .openapi('MatchPlayers'),
    errors: ['not_found'],
    run: async ({ userId: viewerId, params: { matchId }, query: { cursor, limit } }) => {
      const rows = await desk.players({ matchId, viewerId, afterPlace: cursor, limit })
      const last = rows.length < limit ? undefined : rows.at(-1)
      return { players: rows.map(showPlayer), cursor: last ? String(last.place) : null }
    },
  })
  addUserRoute(app, guards, 'GET /v1/matches/{matchId}/course', {
    summary: 'Points and tickets of the teams over time, and captures',
    params: OneMatch,
    answer: Course,
    errors: ['not_found'],
    run: async ({ params }) => {
      const { samples, captures } = await desk.course(params.matchId)
      return { samples: [...samples], captures: [...captures] }
    },
  })
}

function addHistoryRoutes(app: App, guards: GuardsFor, desk: MatchDesk): void {
  addUserRoute(app, guards, 'GET /v1/me/matches', {
    summary: 'Your battles, newest first',
    query: HistoryQuery,
    answer: History,
    run: async ({ userId, query }) => {
      const page = { userId, viewerId: userId, cursor: query.cursor, limit: query.limit }
      return showHistory(await desk.history(page))
    },
  })
  addUserRoute(app, guards, 'GET /v1/players/{userId}/matches', {
    summary: 'Battles of a player whose profile you may see, newest first',
    params: z.object({ userId: Id }),
    query: HistoryQuery,
    answer: History,
    errors: ['not_found'],
    run: async ({ userId: viewerId, params, query }) => {
      const page = { userId: params.userId, viewerId, cursor: query.cursor, limit: query.limit }
      return showHistory(await desk.history(page))
    },
  })
  addUserRoute(app, guards, 'GET /v1/me/stats', {
    summary: 'What you came to over all your battles',
    answer: Stats,
    run: async ({ userId }) => {
      const { score_best: scoreBest, damage_done: damageDone, ...rest } = await desk.stats(userId)
      const { damage_taken: damageTaken, shots_fired: shotsFired, ...others } = rest
      const { shots_hit: shotsHit, played_sec: playedSec, ...same } = others
      return { ...same, scoreBest, damageDone, damageTaken, shotsFired, shotsHit, playedSec }
    },
  })
}

function addShareRoutes(app: App, guards: GuardsFor, { desk, publicUrl }: MatchRoutePorts): void {
  addUserRoute(app, guards, 'POST /v1/matches/{matchId}/share', {
    summary: 'A link that shows this battle of yours to anybody; the same each time',
    params: OneMatch,
    answer: z.object({ code: z.string(), url: z.string() }).openapi('MatchShare'),
    errors: ['not_found'],
    run: async ({ userId, params: { matchId } }) => {
      const code = await desk.share(matchId, userId)
      return { code, url: `${publicUrl()}/m/${code}` }
    },
  })
  addUserRoute(app, guards, 'DELETE /v1/matches/{matchId}/share', {
    summary: 'Take the link back',
    params: OneMatch,
    run: ({ userId, params: { matchId } }) => desk.unshare(matchId, userId),
  })
}

function showHistory(page: {
  readonly items: readonly HistoryEntry[]
  readonly cursor: string | null
}): z.infer<typeof History> {
  const items = page.items.map(({ match, player }) => ({
    match: showMatch(match),
    player: showPlayer(player),
  }))
  return { items, cursor: page.cursor }
}
