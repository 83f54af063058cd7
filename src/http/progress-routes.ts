/** `/v1/me/progress`: my characters with their levels, and what I have achieved. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { z } from '@hono/zod-openapi'

import type { StandingsDesk } from '../services/standings-desk.ts'
import type { GuardsFor, HttpEnv } from './http-ports.ts'
import { addUserRoute } from './user-route.ts'

const Character = z
  .object({
    classId: z.string(),
    level: z.number().int(),
    points: z.number().int(),
    /** Points of the next level; null at the highest. */
    nextAt: z.number().int().nullable(),
    matches: z.number().int(),
  })
  .openapi('Character')

const AchievementShown = z
  .object({
    id: z.string(),
    name: z.string(),
    progress: z.number().int(),
    amount: z.number().int(),
    earnedAt: z.iso.datetime().nullable(),
  })
  .openapi('Achievement')

const MyProgress = z
  .object({ characters: z.array(Character), achievements: z.array(AchievementShown) })
  .openapi('MyProgress')

/** Adds the route. */
export function addProgressRoutes(
  app: OpenAPIHono<HttpEnv>,
  guards: GuardsFor,
  desk: Pick<StandingsDesk, 'myProgress'>,
): void {
  addUserRoute(app, guards, 'GET /v1/me/progress', {
    summary: 'My characters, and what I have achieved',
    answer: MyProgress,
    run: ({ userId }) => desk.myProgress(userId),
  })
}
