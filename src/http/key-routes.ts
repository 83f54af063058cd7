/** `/.well-known/jwks.json`: the public keys of access tokens, for services that verify them. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { createRoute, z } from '@hono/zod-openapi'

import type { PublicJwk } from '../services/auth/key-ring.ts'
import type { GuardsFor, HttpEnv } from './http-ports.ts'
import { problemAnswers } from './problem-answers.ts'

const Jwks = z
  .object({
    keys: z.array(
      z.object({
        kty: z.string(),
        crv: z.string(),
        x: z.string(),
        kid: z.string(),
        use: z.literal('sig'),
        alg: z.literal('EdDSA'),
      }),
    ),
  })
  .openapi('Jwks')

/** Adds the route. A key is announced a minute before it signs; caches hold for half of it. */
export function addKeyRoutes(
  app: OpenAPIHono<HttpEnv>,
  guards: GuardsFor,
  listKeys: () => Promise<PublicJwk[]>,
): void {
  const route = createRoute({
    method: 'get',
    path: '/.well-known/jwks.json',
    summary: 'Public keys that access tokens are verified with, by `kid`',
    middleware: [guards('GET /.well-known/jwks.json')] as const,
    responses: {
      200: { description: 'The keys', content: { 'application/json': { schema: Jwks } } },
      ...problemAnswers('rate_limited', 'database_unavailable'),
    },
  })
  app.openapi(route, async (context) => {
    const keys = await listKeys()
    context.header('cache-control', 'public, max-age=30')
    return context.json({ keys }, 200)
  })
}
