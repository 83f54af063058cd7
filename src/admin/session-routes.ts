/**
 * `/v1/admin/session` and the first operator's link: signing in to the console, a second factor at
 * the first time, signing out. The token is in the cookie alone; the answer has what the page sends
 * with every change.
 */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { createRoute, z } from '@hono/zod-openapi'
import type { Context } from 'hono'

import { Email, NO_CONTENT, originOf, Password, TotpCode } from '../http/account-schemas.ts'
import { clearConsoleCookie, setConsoleCookie } from '../http/console-cookie.ts'
import type { GuardsFor, HttpEnv } from '../http/http-ports.ts'
import { problemAnswers } from '../http/problem-answers.ts'
import type { ConsoleSession, StartedConsole } from '../services/operators/console-sessions.ts'
import { csrfOf } from '../services/operators/console-sessions.ts'
import type { OperatorDesk } from '../services/operators/operator-desk.ts'
import { answer, body, OPERATOR_READ_SECURITY, OPERATOR_SECURITY } from './admin-schemas.ts'
import { STAFF_ANSWERS, STAFF_PROBLEMS } from './admin-schemas.ts'

/** What signing in stands on. */
export interface SessionRoutePorts {
  readonly operators: OperatorDesk
  readonly publicUrl: () => string
  readonly wallMs: () => number
}

const Session = z
  .object({
    userId: z.uuid(),
    name: z.string(),
    /** Until a second factor is set, nothing else may be done. */
    isEnrolling: z.boolean(),
    roles: z.array(z.string()),
    permissions: z.array(z.string()),
    /** Goes into `x-csrf-token` with every change. */
    csrfToken: z.string(),
  })
  .openapi('ConsoleSession')
const SignInRequest = z
  .strictObject({ login: z.string().max(254), password: Password, code: TotpCode.optional() })
  .openapi('ConsoleSignIn')
const FirstOperator = z
  .strictObject({
    token: z.string().max(64),
    name: z.string().min(1).max(100),
    /** Makes an account; without it, `name` is that of one that exists. */
    email: Email.optional(),
    password: Password,
    code: TotpCode.optional(),
  })
  .openapi('FirstOperator')
const Enrolment = z.object({ secret: z.string(), uri: z.string() }).openapi('ConsoleTotp')

const SIGNED_IN = answer('Signed in; the cookie is set', Session)

type App = OpenAPIHono<HttpEnv>

/** Adds the routes to `app`. */
export function addSessionRoutes(app: App, guards: GuardsFor, ports: SessionRoutePorts): void {
  addSignIn(app, guards, ports)
  addFirstOperator(app, guards, ports)
  addLook(app, guards, ports)
  addTotp(app, guards, ports)
}

function addSignIn(app: App, guards: GuardsFor, ports: SessionRoutePorts): void {
  const signIn = createRoute({
    method: 'post',
    path: '/v1/admin/session',
    summary: 'Sign in to the console, as staff with a second factor',
    middleware: [guards('POST /v1/admin/session')] as const,
    request: { body: body(SignInRequest) },
    responses: {
      201: SIGNED_IN,
      ...problemAnswers(...STAFF_PROBLEMS, 'totp_required', 'body_too_large', 'unavailable'),
    },
  })
  app.openapi(signIn, async (context) => {
    const { code, ...form } = context.req.valid('json')
    const origin = originOf(context)
    const trail = context.get('trail')
    const started = await ports.operators.signIn(trail, { ...form, code, origin })
    return context.json(await admit(context, ports, started), 201)
  })
}

function addFirstOperator(app: App, guards: GuardsFor, ports: SessionRoutePorts): void {
  const first = createRoute({
    method: 'post',
    path: '/v1/admin/operator',
    summary: 'Become the first operator by the one-time link that the server printed',
    middleware: [guards('POST /v1/admin/operator')] as const,
    request: { body: body(FirstOperator) },
    responses: {
      201: SIGNED_IN,
      ...problemAnswers(...STAFF_PROBLEMS, 'totp_required', 'conflict', 'weak_password'),
      ...problemAnswers('body_too_large', 'unavailable'),
    },
  })
  app.openapi(first, async (context) => {
    const { email, code, ...form } = context.req.valid('json')
    const origin = originOf(context)
    const trail = context.get('trail')
    const started = await ports.operators.useLink(trail, { ...form, email, code, origin })
    return context.json(await admit(context, ports, started), 201)
  })
}

function addLook(app: App, guards: GuardsFor, ports: SessionRoutePorts): void {
  const look = createRoute({
    method: 'get',
    path: '/v1/admin/session',
    summary: 'Who is signed in to the console',
    security: OPERATOR_READ_SECURITY,
    middleware: [guards('GET /v1/admin/session')] as const,
    responses: { 200: answer('The session', Session), ...STAFF_ANSWERS },
  })
  app.openapi(look, async (context) => {
    const { token, ...session } = context.get('operator')
    return context.json(await describe(context, ports, { session, token }), 200)
  })
  const signOut = createRoute({
    method: 'delete',
    path: '/v1/admin/session',
    summary: 'Sign out of the console',
    security: OPERATOR_SECURITY,
    middleware: [guards('DELETE /v1/admin/session')] as const,
    responses: { 204: NO_CONTENT, ...STAFF_ANSWERS },
  })
  app.openapi(signOut, async (context) => {
    await ports.operators.signOut(context.get('trail'), context.get('operator'))
    clearConsoleCookie(context)
    return context.body(null, 204)
  })
}

function addTotp(app: App, guards: GuardsFor, ports: SessionRoutePorts): void {
  const enrol = createRoute({
    method: 'post',
    path: '/v1/admin/session/totp',
    summary: 'Begin the second factor of an operator who has none',
    security: OPERATOR_SECURITY,
    middleware: [guards('POST /v1/admin/session/totp')] as const,
    responses: {
      200: answer('For the authenticator app', Enrolment),
      ...problemAnswers(...STAFF_PROBLEMS, 'conflict'),
    },
  })
  app.openapi(enrol, async (context) => {
    context.header('cache-control', 'no-store')
    const { userId } = context.get('operator')
    return context.json(await ports.operators.enrol(userId), 200)
  })
  const confirm = createRoute({
    method: 'post',
    path: '/v1/admin/session/totp/confirm',
    summary: 'Prove the second factor by a code; another session begins',
    security: OPERATOR_SECURITY,
    middleware: [guards('POST /v1/admin/session/totp/confirm')] as const,
    request: { body: body(z.strictObject({ code: TotpCode }).openapi('ConsoleTotpProof')) },
    responses: {
      201: SIGNED_IN,
      ...problemAnswers(...STAFF_PROBLEMS, 'totp_required', 'conflict', 'body_too_large'),
    },
  })
  app.openapi(confirm, async (context) => {
    const { token: _, ...session } = context.get('operator')
    const { code } = context.req.valid('json')
    const proof = { session, code, origin: originOf(context) }
    const started = await ports.operators.confirm(context.get('trail'), proof)
    return context.json(await admit(context, ports, started), 201)
  })
}

/** The cookie, and what the page is told. */
async function admit(context: Context<HttpEnv>, ports: SessionRoutePorts, started: StartedConsole) {
  setConsoleCookie(context, started, { publicUrl: ports.publicUrl(), nowMs: ports.wallMs() })
  const { token } = started
  const session = await ports.operators.find(token)
  return describe(context, ports, { session, token })
}

async function describe(
  context: Context<HttpEnv>,
  ports: SessionRoutePorts,
  { session, token }: { session: ConsoleSession | undefined; token: string },
): Promise<z.infer<typeof Session>> {
  context.header('cache-control', 'no-store')
  const { roles, permissions, ...view } = await ports.operators.view(session)
  const csrfToken = csrfOf(token)
  return { ...view, roles: [...roles], permissions: [...permissions], csrfToken }
}
