/** `GET /v1/status`: whether one may play now, for clients and status pages; nobody signs in. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { createRoute, z } from '@hono/zod-openapi'

import type { GuardsFor, HttpEnv } from './http-ports.ts'
import { problemAnswers } from './problem-answers.ts'

/** What players are told while the game is closed to them. */
export interface StatusNotice {
  readonly message: string
  readonly retryAfterSec: number
}

const StatusAnswer = z
  .object({
    /** False: joins are refused with `maintenance`. */
    isOpen: z.boolean(),
    maintenance: z
      .object({ message: z.string(), retryAfterSec: z.number() })
      .nullable()
      .openapi({ description: 'What to show, and when to ask again' }),
  })
  .openapi('Status')

/** Adds the route. */
export function addStatusRoutes(
  app: OpenAPIHono<HttpEnv>,
  guards: GuardsFor,
  findNotice: () => StatusNotice | undefined,
): void {
  const route = createRoute({
    method: 'get',
    path: '/v1/status',
    summary: 'Whether one may play now',
    middleware: [guards('GET /v1/status')] as const,
    responses: {
      200: {
        description: 'Open, or what to tell who wants to play',
        content: { 'application/json': { schema: StatusAnswer } },
      },
      ...problemAnswers('rate_limited'),
    },
  })
  app.openapi(route, (context) => {
    context.header('cache-control', 'no-store')
    const notice = findNotice()
    const maintenance = notice === undefined ? null : { ...notice }
    return context.json({ isOpen: notice === undefined, maintenance }, 200)
  })
}
