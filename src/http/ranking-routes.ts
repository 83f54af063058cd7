/**
 * `/v1/rankings/{board}…`: boards by page, around me, among friends; and where I stood when seasons
 * closed. Boards are `global`, `season`, `region:NAME`, `mode:NAME`.
 */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { z } from '@hono/zod-openapi'

import type { StandingsDesk } from '../services/standings-desk.ts'
import { CURSOR_CHARS_MAX } from '../services/page-cursor.ts'
import type { GuardsFor, HttpEnv } from './http-ports.ts'
import { addUserRoute, Limit } from './user-route.ts'

const EACH_MAX = 25

const Entry = z
  .object({
    /** 1 is best; ties share it. */
    rank: z.number().int(),
    score: z.number().int(),
    tier: z.string().nullable(),
    /** Null, as the name, for who does not want to be seen. */
    userId: z.string().nullable(),
    name: z.string().nullable(),
    isMe: z.boolean(),
  })
  .openapi('RankingEntry')

const Board = z
  .object({
    board: z.string(),
    players: z.number().int(),
    entries: z.array(Entry),
    /** Of the next page; null at the end. */
    cursor: z.string().nullable(),
  })
  .openapi('Ranking')

const SeasonResult = z
  .object({
    season: z.number().int(),
    board: z.string(),
    rank: z.number().int(),
    score: z.number().int(),
    tier: z.string().nullable(),
  })
  .openapi('SeasonResult')

const BoardName = z.object({ board: z.string().min(1).max(80) })

/** Adds the routes. */
export function addRankingRoutes(
  app: OpenAPIHono<HttpEnv>,
  guards: GuardsFor,
  desk: Pick<StandingsDesk, 'board' | 'aroundMe' | 'friendsBoard' | 'mySeasons'>,
): void {
  addUserRoute(app, guards, 'GET /v1/rankings/{board}', {
    summary: 'A board from the top, by pages',
    params: BoardName,
    query: z.object({ cursor: z.string().max(CURSOR_CHARS_MAX).optional(), limit: Limit }),
    answer: Board,
    errors: ['not_found'],
    run: async ({ userId: viewerId, params: { board }, query: { cursor, limit } }) =>
      mutable(await desk.board({ board, viewerId, cursor, limit })),
  })
  addUserRoute(app, guards, 'GET /v1/rankings/{board}/me', {
    summary: 'A board around me; empty while I am not on it',
    params: BoardName,
    query: z.object({ each: z.coerce.number().int().min(0).max(EACH_MAX).default(5) }),
    answer: Board,
    errors: ['not_found'],
    run: async ({ userId: viewerId, params: { board }, query: { each } }) =>
      mutable(await desk.aroundMe({ board, viewerId, each })),
  })
  addUserRoute(app, guards, 'GET /v1/rankings/{board}/friends', {
    summary: 'My friends and I on a board, ranked among ourselves',
    params: BoardName,
    answer: Board,
    errors: ['not_found'],
    run: async ({ userId: viewerId, params: { board } }) =>
      mutable(await desk.friendsBoard({ board, viewerId })),
  })
  addUserRoute(app, guards, 'GET /v1/me/seasons', {
    summary: 'Where I stood when seasons closed, the latest first',
    answer: z.object({ results: z.array(SeasonResult) }).openapi('SeasonResults'),
    run: async ({ userId }) => ({ results: await desk.mySeasons(userId) }),
  })
}

function mutable<E, B extends { readonly entries: readonly E[] }>(board: B) {
  return { ...board, entries: [...board.entries] }
}
