/**
 * `GET /v1/me/state` (SYNC-1): everything of a user in one answer, with a version as ETag that
 * moves with every change; who has that version already gets 304 and costs one small read.
 */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { createRoute, z } from '@hono/zod-openapi'

import type { SocialDesk } from '../services/social-desk.ts'
import type { GuardsFor, HttpEnv } from './http-ports.ts'
import { problemAnswers } from './problem-answers.ts'

const State = z.looseObject({ version: z.number().int().min(0) }).openapi('MyState')

/** Adds the route. */
export function addStateRoutes(
  app: OpenAPIHono<HttpEnv>,
  guards: GuardsFor,
  desk: Pick<SocialDesk, 'state' | 'stateVersion'>,
): void {
  const route = createRoute({
    method: 'get',
    path: '/v1/me/state',
    summary: 'All of your state, with its version as ETag',
    security: [{ accessToken: [] }],
    middleware: [guards('GET /v1/me/state')] as const,
    responses: {
      200: {
        description: 'The state',
        content: { 'application/json': { schema: State } },
      },
      304: { description: 'You have this version' },
      ...problemAnswers('unauthenticated', 'rate_limited', 'database_unavailable'),
    },
  })
  app.openapi(route, async (context) => {
    const { userId } = context.get('claims')
    context.header('cache-control', 'private, no-cache')
    const known = context.req.header('if-none-match')
    if (known !== undefined) {
      const etag = etagOf(await desk.stateVersion(userId))
      context.header('etag', etag)
      if (known === etag) return context.body(null, 304)
    }
    const state = await desk.state(userId)
    context.header('etag', etagOf(state.version))
    return context.json(state, 200)
  })
}

/** Weak: the same version may be written in another order. */
function etagOf(version: number): string {
  return `W/"${version}"`
}
