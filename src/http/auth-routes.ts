/**
 * `/v1/auth/…`: signing in with and without an account, refreshing, logging out, and what the
 * tokens of mails do. Passwords go from the body to one use case and nowhere else.
 */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { createRoute, z } from '@hono/zod-openapi'

import type { Accounts } from '../services/identity/accounts.ts'
import { originOf } from './account-schemas.ts'
import {
  Email,
  NO_CONTENT,
  Password,
  SignUpRequest,
  signedInAnswer,
  TotpCode,
} from './account-schemas.ts'
import { REQUEST_KEY_CHARS_MAX } from '../services/idempotency/keyed-requests.ts'
import type { GuardsFor, HttpEnv } from './http-ports.ts'
import { problemAnswers } from './problem-answers.ts'
import { BOT_KEY_HEADER } from './route-guards.ts'

const GuestRequest = z
  .strictObject({
    name: z.string().max(100).optional(),
    bot: z.string().min(1).max(64).optional().openapi({
      description: 'which bot signs in; the same one is the same user. Needs the bot key',
    }),
  })
  .openapi('GuestRequest')

const LogInRequest = z
  .strictObject({
    login: z.string().min(1).max(254),
    password: Password,
    code: TotpCode.optional().openapi({ description: 'where the account has a second factor' }),
  })
  .openapi('LogInRequest')

const RefreshRequest = z
  .strictObject({ refreshToken: z.string().max(256) })
  .openapi('RefreshRequest')
const RefreshHeaders = z.object({
  'idempotency-key': z.string().min(1).max(REQUEST_KEY_CHARS_MAX).optional(),
})
const MailToken = z.string().min(1).max(128)

const COMMON = [
  'invalid_request',
  'body_too_large',
  'rate_limited',
  'database_unavailable',
] as const

/** What the routes need. */
export interface AuthRoutePorts {
  readonly accounts: Accounts
  readonly checkBotKey: (given: string | undefined) => boolean
}

/** Adds the sign-in routes to `app`. */
export function addAuthRoutes(
  app: OpenAPIHono<HttpEnv>,
  guards: GuardsFor,
  ports: AuthRoutePorts,
): void {
  addGuestRoute(app, guards, ports)
  addAccountRoutes(app, guards, ports)
  addRefreshRoute(app, guards, ports)
  addLogOutRoutes(app, guards, ports)
  addMailRoutes(app, guards, ports)
}

function body<T extends z.ZodType>(schema: T) {
  return { body: { required: true, content: { 'application/json': { schema } } } } as const
}

function addGuestRoute(app: OpenAPIHono<HttpEnv>, guards: GuardsFor, ports: AuthRoutePorts): void {
  const route = createRoute({
    method: 'post',
    path: '/v1/auth/guest',
    summary: 'Sign in without an account',
    middleware: [guards('POST /v1/auth/guest')] as const,
    request: { body: { content: { 'application/json': { schema: GuestRequest } } } },
    responses: {
      200: signedInAnswer('A new user, signed in'),
      ...problemAnswers(...COMMON, 'forbidden'),
    },
  })
  app.openapi(route, async (context) => {
    const { name, bot } = context.req.valid('json')
    const origin = originOf(context)
    const isBot = ports.checkBotKey(context.req.header(BOT_KEY_HEADER))
    if (bot !== undefined && !isBot) ports.checkBotKey('')
    const answer = isBot
      ? await ports.accounts.signInBot({ name, slot: bot, origin })
      : await ports.accounts.signInGuest({ name, origin })
    context.header('cache-control', 'no-store')
    return context.json(answer, 200)
  })
}

function addAccountRoutes(
  app: OpenAPIHono<HttpEnv>,
  guards: GuardsFor,
  { accounts }: AuthRoutePorts,
): void {
  const signUp = createRoute({
    method: 'post',
    path: '/v1/auth/signup',
    summary: 'Make an account',
    middleware: [guards('POST /v1/auth/signup')] as const,
    request: body(SignUpRequest),
    responses: {
      201: signedInAnswer('A new account, signed in; a mail asks for the address'),
      ...problemAnswers(...COMMON, 'forbidden', 'conflict', 'weak_password', 'overloaded'),
    },
  })
  app.openapi(signUp, async (context) => {
    const { inviteCode, ...form } = context.req.valid('json')
    const answer = await accounts.signUp({ ...form, inviteCode, origin: originOf(context) })
    context.header('cache-control', 'no-store')
    return context.json(answer, 201)
  })
  const logIn = createRoute({
    method: 'post',
    path: '/v1/auth/login',
    summary: 'Sign in by name or e-mail',
    middleware: [guards('POST /v1/auth/login')] as const,
    request: body(LogInRequest),
    responses: {
      200: signedInAnswer('Signed in'),
      ...problemAnswers(...COMMON, 'unauthenticated', 'totp_required', 'forbidden', 'overloaded'),
    },
  })
  app.openapi(logIn, async (context) => {
    const { code, ...form } = context.req.valid('json')
    const answer = await accounts.logIn({ ...form, code, origin: originOf(context) })
    context.header('cache-control', 'no-store')
    return context.json(answer, 200)
  })
}

function addRefreshRoute(
  app: OpenAPIHono<HttpEnv>,
  guards: GuardsFor,
  { accounts }: AuthRoutePorts,
): void {
  const refresh = createRoute({
    method: 'post',
    path: '/v1/auth/refresh',
    summary: 'Exchange the refresh token; an old one used again ends the session',
    middleware: [guards('POST /v1/auth/refresh')] as const,
    request: { ...body(RefreshRequest), headers: RefreshHeaders },
    responses: {
      200: signedInAnswer('A new pair; with the same Idempotency-Key the same one for 10 s'),
      ...problemAnswers(...COMMON, 'unauthenticated', 'conflict'),
    },
  })
  app.openapi(refresh, async (context) => {
    const { refreshToken } = context.req.valid('json')
    const requestKey = context.req.valid('header')['idempotency-key']
    const answer = await accounts.refresh({ refreshToken, requestKey })
    context.header('cache-control', 'no-store')
    return context.json(answer, 200)
  })
}

function addLogOutRoutes(
  app: OpenAPIHono<HttpEnv>,
  guards: GuardsFor,
  { accounts }: AuthRoutePorts,
): void {
  const answers = {
    204: NO_CONTENT,
    ...problemAnswers('unauthenticated', 'not_found', 'rate_limited', 'database_unavailable'),
  }
  const security = [{ accessToken: [] }]
  const logOut = createRoute({
    method: 'post',
    path: '/v1/auth/logout',
    summary: 'End this session',
    security,
    middleware: [guards('POST /v1/auth/logout')] as const,
    responses: answers,
  })
  app.openapi(logOut, async (context) => {
    const { userId, sessionId } = context.get('claims')
    await accounts.endSession({ userId, sessionId, reason: 'logged_out' })
    return context.body(null, 204)
  })
  const everywhere = createRoute({
    method: 'post',
    path: '/v1/auth/logout-everywhere',
    summary: 'End all sessions of the user',
    security,
    middleware: [guards('POST /v1/auth/logout-everywhere')] as const,
    responses: answers,
  })
  app.openapi(everywhere, async (context) => {
    await accounts.logOutEverywhere(context.get('claims').userId)
    return context.body(null, 204)
  })
}

function addMailRoutes(
  app: OpenAPIHono<HttpEnv>,
  guards: GuardsFor,
  { accounts }: AuthRoutePorts,
): void {
  const verify = createRoute({
    method: 'post',
    path: '/v1/auth/verify-email',
    summary: 'Prove an e-mail address by the token of the mail',
    middleware: [guards('POST /v1/auth/verify-email')] as const,
    request: body(z.strictObject({ token: MailToken }).openapi('VerifyEmailRequest')),
    responses: { 204: NO_CONTENT, ...problemAnswers(...COMMON, 'not_found') },
  })
  app.openapi(verify, async (context) => {
    await accounts.confirmEmail(context.req.valid('json').token)
    return context.body(null, 204)
  })
  const forgot = createRoute({
    method: 'post',
    path: '/v1/auth/forgot-password',
    summary: 'Ask for a mail that lets a new password be set; answers the same for any address',
    middleware: [guards('POST /v1/auth/forgot-password')] as const,
    request: body(z.strictObject({ email: Email }).openapi('ForgotPasswordRequest')),
    responses: {
      202: { description: 'A mail goes out where there is such an account' },
      ...problemAnswers(...COMMON),
    },
  })
  app.openapi(forgot, async (context) => {
    await accounts.requestReset(context.req.valid('json').email)
    return context.body(null, 202)
  })
  const reset = createRoute({
    method: 'post',
    path: '/v1/auth/reset-password',
    summary: 'Set a new password by the token of the mail; ends all sessions',
    middleware: [guards('POST /v1/auth/reset-password')] as const,
    request: body(
      z.strictObject({ token: MailToken, password: Password }).openapi('ResetPasswordRequest'),
    ),
    responses: {
      204: NO_CONTENT,
      ...problemAnswers(...COMMON, 'not_found', 'weak_password', 'overloaded'),
    },
  })
  app.openapi(reset, async (context) => {
    await accounts.resetPassword(context.req.valid('json'))
    return context.body(null, 204)
  })
}
