/** `POST /v1/auth/guest`: signing in without an account. Never sees a password. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { createRoute, z } from '@hono/zod-openapi'

import type { AccessTokens } from '../services/auth/access-tokens.ts'
import { signInGuest } from '../services/auth/sign-in-guest.ts'
import type { GuardsFor, HttpEnv } from './http-ports.ts'
import { problemAnswers } from './problem-answers.ts'
import { BOT_KEY_HEADER } from './route-guards.ts'

const GuestRequest = z
  .strictObject({ name: z.string().max(100).optional() })
  .openapi('GuestRequest')

const SignedIn = z
  .object({
    userId: z.string(),
    accessToken: z.string(),
    accessExpiresAt: z.iso.datetime(),
    refreshToken: z.null(),
  })
  .openapi('SignedIn')

/** Adds the sign-in routes to `app`. */
export function addAuthRoutes(
  app: OpenAPIHono<HttpEnv>,
  guards: GuardsFor,
  ports: { tokens: AccessTokens; checkBotKey: (given: string | undefined) => boolean },
): void {
  const route = createRoute({
    method: 'post',
    path: '/v1/auth/guest',
    summary: 'Sign in without an account',
    middleware: [guards('POST /v1/auth/guest')] as const,
    request: { body: { content: { 'application/json': { schema: GuestRequest } } } },
    responses: {
      200: {
        description: 'A new user and an access token',
        content: { 'application/json': { schema: SignedIn } },
      },
      ...problemAnswers('invalid_request', 'forbidden', 'body_too_large', 'rate_limited'),
    },
  })
  app.openapi(route, async (context) => {
    const { name } = context.req.valid('json')
    const isBot = ports.checkBotKey(context.req.header(BOT_KEY_HEADER))
    const answer = await signInGuest(ports.tokens, { name, isBot })
    context.header('cache-control', 'no-store')
    return context.json(answer, 200)
  })
}
