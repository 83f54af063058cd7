/** `/v1/me/totp`: the second factor of one's own account. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { createRoute, z } from '@hono/zod-openapi'

import type { Accounts } from '../services/identity/accounts.ts'
import { NO_CONTENT, originOf, Password, TotpCode } from './account-schemas.ts'
import type { GuardsFor, HttpEnv } from './http-ports.ts'
import { problemAnswers } from './problem-answers.ts'

const Enrolment = z
  .object({ secret: z.string(), uri: z.string() })
  .openapi('TotpEnrolment', { description: 'base32, and what a QR code for an app holds' })
const EnrolRequest = z.strictObject({ password: Password.optional() }).openapi('TotpEnrolRequest')
const ANSWERS = ['unauthenticated', 'rate_limited', 'database_unavailable'] as const
const SECURITY = [{ accessToken: [] }]

/** Adds the routes to `app`. */
export function addTotpRoutes(
  app: OpenAPIHono<HttpEnv>,
  guards: GuardsFor,
  accounts: Accounts,
): void {
  const enrol = createRoute({
    method: 'post',
    path: '/v1/me/totp',
    summary: 'Begin a second factor; who has a password gives it; counts once a code has proved it',
    security: SECURITY,
    middleware: [guards('POST /v1/me/totp')] as const,
    request: {
      body: { required: true, content: { 'application/json': { schema: EnrolRequest } } },
    },
    responses: {
      200: { description: 'For the app', content: { 'application/json': { schema: Enrolment } } },
      ...problemAnswers(...ANSWERS, 'forbidden', 'conflict'),
      ...problemAnswers('invalid_request', 'body_too_large', 'overloaded'),
    },
  })
  app.openapi(enrol, async (context) => {
    const { userId } = context.get('claims')
    const { password } = context.req.valid('json')
    const { address } = originOf(context)
    context.header('cache-control', 'no-store')
    return context.json(await accounts.enrolTotp({ userId, password, address }), 200)
  })
  const confirm = createRoute({
    method: 'post',
    path: '/v1/me/totp/confirm',
    summary: 'Prove it by a code; all other sessions end',
    security: SECURITY,
    middleware: [guards('POST /v1/me/totp/confirm')] as const,
    request: {
      body: {
        required: true,
        content: {
          'application/json': {
            schema: z.strictObject({ code: TotpCode }).openapi('TotpConfirmation'),
          },
        },
      },
    },
    responses: {
      204: NO_CONTENT,
      ...problemAnswers(...ANSWERS, 'totp_required', 'invalid_request', 'body_too_large'),
    },
  })
  app.openapi(confirm, async (context) => {
    const { userId, sessionId } = context.get('claims')
    await accounts.confirmTotp({ userId, sessionId, code: context.req.valid('json').code })
    return context.body(null, 204)
  })
}
