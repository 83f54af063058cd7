/**
 * `/v1/admin/matches`: finished battles for staff, found by a filter; one of them with everybody by
 * name and its log, page by page. Lists answer `cursor`, which is null at the end.
 */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { z } from '@hono/zod-openapi'

import type { MatchArchive, MatchWish } from '../services/matches/match-archive.ts'
import { EVENT_KINDS } from '../services/matches/match-events.ts'
import { CURSOR_CHARS_MAX } from '../services/page-cursor.ts'
import type { GuardsFor, HttpEnv } from './http-ports.ts'
import { count, Player, showMatch, showPlayer, Summary } from './match-schemas.ts'
import { addStaffRoute, Limit, MatchId } from './user-route.ts'

type App = OpenAPIHono<HttpEnv>

/** Longest word of a filter (characters): no name and no id is longer. */
const FILTER_CHARS_MAX = 64
const OneMatch = z.object({ matchId: MatchId })
const Word = z.string().trim().min(1).max(FILTER_CHARS_MAX).optional()
const cursor = z.string().nullable()

/** What a battle must fit; what is left out fits all. */
export const MatchFilterQuery = z.object({
  mode: Word,
  map: Word,
  region: Word,
  player: Word.openapi({
    description: 'The id of a user, or a name: of an account, or borne in the battle',
  }),
  from: z.iso.datetime().optional().openapi({ description: 'Ended then or later' }),
  until: z.iso.datetime().optional().openapi({ description: 'Ended before' }),
})

/** A filter as the archive takes it. */
export function toMatchWish(query: z.infer<typeof MatchFilterQuery>): MatchWish {
  const { mode, map, region, player, from, until } = query
  return { mode, map, region, player, from: momentOf(from), until: momentOf(until) }
}

function momentOf(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text)
}

const StaffMatches = z.object({ items: z.array(Summary), cursor }).openapi('StaffMatches')
const StaffMatchPlayers = z.object({ items: z.array(Player), cursor }).openapi('StaffMatchPlayers')
const EventPlayer = z
  .object({ slot: count, userId: z.string().nullable(), name: z.string(), team: count })
  .openapi('MatchEventPlayer')
const Event = z
  .object({
    seq: count,
    sec: z.number(),
    kind: z.enum([...EVENT_KINDS, 'unknown']),
    actor: EventPlayer.nullable(),
    target: EventPlayer.nullable(),
    /** Weapon, ability, objective, class or team, by kind. */
    detail: count,
    amount: count,
    figure: z.string().nullable().openapi({ description: 'What a sum is of' }),
  })
  .openapi('MatchEvent')
const MatchLog = z.object({ items: z.array(Event), cursor }).openapi('MatchLog')
const After = z.coerce.number().int().min(0).max(1e6)

/** Adds them. */
export function addMatchArchiveRoutes(app: App, guards: GuardsFor, archive: MatchArchive): void {
  addStaffRoute(app, guards, 'GET /v1/admin/matches', {
    summary: 'Finished battles that fit a filter, newest first',
    query: MatchFilterQuery.extend({
      cursor: z.string().max(CURSOR_CHARS_MAX).optional(),
      limit: Limit,
    }),
    answer: StaffMatches,
    run: async ({ userId: viewerId, query: { cursor: after, limit, ...filter } }) => {
      const wish = toMatchWish(filter)
      const page = await archive.search({ viewerId, wish, cursor: after, limit })
      return { items: page.items.map(showMatch), cursor: page.cursor }
    },
  })
  addStaffRoute(app, guards, 'GET /v1/admin/matches/{matchId}', {
    summary: 'A finished battle',
    params: OneMatch,
    answer: Summary,
    errors: ['not_found'],
    run: async ({ params }) => showMatch(await archive.match(params.matchId)),
  })
  addStaffRoute(app, guards, 'GET /v1/admin/matches/{matchId}/players', {
    summary: 'Everybody in a battle by place, with names; `cursor` is the last place you have',
    params: OneMatch,
    query: z.object({ cursor: After.default(0), limit: Limit }),
    answer: StaffMatchPlayers,
    errors: ['not_found'],
    run: async ({ params: { matchId }, query: { cursor: afterPlace, limit } }) => {
      const page = await archive.players({ matchId, afterPlace, limit })
      return { items: page.items.map(showPlayer), cursor: page.cursor }
    },
  })
  addStaffRoute(app, guards, 'GET /v1/admin/matches/{matchId}/log', {
    summary: 'The log of a battle in order; `cursor` is the last row you have',
    params: OneMatch,
    query: z.object({
      kind: z.enum(EVENT_KINDS).optional(),
      cursor: After.optional(),
      limit: Limit,
    }),
    answer: MatchLog,
    errors: ['not_found'],
    run: async ({ params: { matchId }, query: { kind, cursor: afterSeq = -1, limit } }) => {
      const page = await archive.events({ matchId, kind, afterSeq, limit })
      return { items: [...page.items], cursor: page.cursor }
    },
  })
}
