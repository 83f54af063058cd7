/** `/v1/me/ratings…`: a user's own ratings, and each change in words and numbers. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { z } from '@hono/zod-openapi'

import type { StandingsDesk } from '../services/standings-desk.ts'
import type { GuardsFor, HttpEnv } from './http-ports.ts'
import { addUserRoute, MatchId } from './user-route.ts'

const Points = z.number().int().min(0)

const Rating = z
  .object({
    mode: z.string(),
    points: Points,
    mu: z.number(),
    sigma: z.number(),
    ratedCount: z.number().int(),
    /** Rated battles until it is on boards. */
    placementsLeft: z.number().int(),
    ratedAt: z.iso.datetime(),
  })
  .openapi('Rating')

const RatedMatch = z
  .object({
    matchId: z.string(),
    mode: z.string(),
    endedAt: z.iso.datetime(),
    isRated: z.boolean(),
    before: Points.nullable(),
    after: Points.nullable(),
  })
  .openapi('RatedMatch')

const MyRatings = z
  .object({
    /** Over all modes; null before the first rated battle. */
    overall: Points.nullable(),
    ratings: z.array(Rating),
    latest: z.array(RatedMatch),
  })
  .openapi('MyRatings')

const RatingExplained = RatedMatch.extend({
  summary: z.string(),
  /** Their points add up to the change. */
  parts: z.array(
    z.object({
      kind: z.enum(['performance', 'team', 'certainty']),
      points: z.number().int(),
      text: z.string(),
    }),
  ),
  /** Everything the calculation read. */
  inputs: z.looseObject({}),
}).openapi('RatingExplained')

/** Adds the routes. */
export function addRatingRoutes(
  app: OpenAPIHono<HttpEnv>,
  guards: GuardsFor,
  desk: Pick<StandingsDesk, 'myRatings' | 'explainRating'>,
): void {
  addUserRoute(app, guards, 'GET /v1/me/ratings', {
    summary: 'My ratings by mode, over all, and my latest battles',
    answer: MyRatings,
    run: ({ userId }) => desk.myRatings(userId),
  })
  addUserRoute(app, guards, 'GET /v1/me/ratings/{matchId}', {
    summary: 'What one battle did to my rating, and why',
    params: z.object({ matchId: MatchId }),
    answer: RatingExplained,
    errors: ['not_found'],
    run: async ({ userId, params: { matchId } }) => {
      const told = await desk.explainRating({ userId, matchId })
      return { ...told, parts: [...told.parts], inputs: { ...told.inputs } }
    },
  })
}
