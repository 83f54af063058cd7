/** `GET /v1/regions`: where battles can be played, for clients that measure and choose. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { createRoute, z } from '@hono/zod-openapi'

import type { GuardsFor, HttpEnv } from './http-ports.ts'
import { problemAnswers } from './problem-answers.ts'

const RegionsAnswer = z
  .object({
    regions: z.array(
      z.object({
        id: z.string(),
        /** Null: the address this answer came from. */
        url: z.string().nullable(),
      }),
    ),
  })
  .openapi('Regions')

/** Adds the route; a single process knows only its own region. */
export function addRegionRoutes(
  app: OpenAPIHono<HttpEnv>,
  guards: GuardsFor,
  here: { region: string; publicUrl: string },
): void {
  const route = createRoute({
    method: 'get',
    path: '/v1/regions',
    summary: 'Regions where battles can be played',
    middleware: [guards('GET /v1/regions')] as const,
    responses: {
      200: {
        description: 'The regions, nearest choice is the client’s',
        content: { 'application/json': { schema: RegionsAnswer } },
      },
      ...problemAnswers('rate_limited'),
    },
  })
  const url = here.publicUrl === '' ? null : here.publicUrl
  app.openapi(route, (context) => context.json({ regions: [{ id: here.region, url }] }, 200))
}
