/** All routes of ratings, rankings and progress. */
import type { OpenAPIHono } from '@hono/zod-openapi'

import type { StandingsDesk } from '../services/standings-desk.ts'
import type { GuardsFor, HttpEnv } from './http-ports.ts'
import { addProgressRoutes } from './progress-routes.ts'
import { addRankingRoutes } from './ranking-routes.ts'
import { addRatingRoutes } from './rating-routes.ts'

/** Adds them. */
export function addStandingRoutes(
  app: OpenAPIHono<HttpEnv>,
  guards: GuardsFor,
  desk: StandingsDesk,
): void {
  addRatingRoutes(app, guards, desk)
  addRankingRoutes(app, guards, desk)
  addProgressRoutes(app, guards, desk)
}
