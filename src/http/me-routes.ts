/** `/v1/me…`: a user's own profile, sessions, password and data. Who asks is in the token. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { createRoute, z } from '@hono/zod-openapi'

import type { Accounts } from '../services/identity/accounts.ts'
import { originOf } from './account-schemas.ts'
import { Email, NO_CONTENT, Password, SignUpRequest, signedInAnswer } from './account-schemas.ts'
import type { GuardsFor, HttpEnv } from './http-ports.ts'
import { problemAnswers } from './problem-answers.ts'

const Privacy = z
  .strictObject({
    friendRequests: z.enum(['everyone', 'friends_of_friends', 'nobody']).optional(),
    directMessages: z.enum(['everyone', 'friends', 'nobody']).optional(),
    presence: z.enum(['everyone', 'friends', 'nobody']).optional(),
    profile: z.enum(['everyone', 'friends', 'nobody']).optional(),
  })
  .openapi('Privacy')

const Me = z
  .object({
    userId: z.uuid(),
    kind: z.enum(['guest', 'account', 'bot']),
    name: z.string(),
    email: z.string().nullable(),
    emailVerified: z.boolean(),
    hasPassword: z.boolean().openapi({
      description: 'false for who signs in by a provider alone: nothing asks him for one',
    }),
    locale: z.string(),
    timeZone: z.string(),
    privacy: Privacy,
    createdAt: z.iso.datetime(),
    roles: z.array(z.string()),
    permissions: z.array(z.string()).openapi({
      description: 'what the roles permit; empty until a second factor is set',
    }),
  })
  .openapi('Me')

const ProfileEdit = z
  .strictObject({
    name: z.string().min(1).max(100).optional(),
    locale: z
      .string()
      .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$/)
      .optional(),
    timeZone: z.string().min(1).max(64).optional(),
    privacy: Privacy.optional(),
  })
  .openapi('ProfileEdit')

const Session = z
  .object({
    sessionId: z.uuid(),
    device: z.string(),
    address: z.string(),
    createdAt: z.iso.datetime(),
    usedAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    isCurrent: z.boolean(),
  })
  .openapi('Session')

const SECURITY = [{ accessToken: [] }]
const READ = ['unauthenticated', 'not_found', 'rate_limited', 'database_unavailable'] as const
const WRITE = [...READ, 'invalid_request', 'body_too_large'] as const

type App = OpenAPIHono<HttpEnv>

/** Adds the routes to `app`. */
export function addMeRoutes(app: App, guards: GuardsFor, accounts: Accounts): void {
  addProfileRoutes(app, guards, accounts)
  addSessionRoutes(app, guards, accounts)
  addCredentialRoutes(app, guards, accounts)
  addDataRoutes(app, guards, accounts)
}

function json<T extends z.ZodType>(description: string, schema: T) {
  return { description, content: { 'application/json': { schema } } }
}

function body<T extends z.ZodType>(schema: T) {
  return { body: { required: true, content: { 'application/json': { schema } } } } as const
}

/** Only accounts have roles or a password: for guests, who are many, nothing is asked. */
async function describeMe(
  accounts: Accounts,
  user: Awaited<ReturnType<Accounts['readUser']>>,
): Promise<z.infer<typeof Me>> {
  const isAccount = user.kind === 'account'
  const { roles, permissions } = isAccount
    ? await accounts.readStaffing(user.id)
    : { roles: [], permissions: [] }
  const hasPassword = isAccount && (await accounts.hasPassword(user.id))
  const { id: userId, kind, name, email, locale, timeZone } = user
  const emailVerified = user.emailVerifiedAt !== null
  const privacy = Privacy.catch({}).parse(user.privacy)
  const createdAt = user.createdAt.toISOString()
  const staffing = { roles: [...roles], permissions: [...permissions] }
  const place = { locale, timeZone, privacy, createdAt }
  return { userId, kind, name, email, emailVerified, hasPassword, ...place, ...staffing }
}

function addProfileRoutes(app: App, guards: GuardsFor, accounts: Accounts): void {
  const read = createRoute({
    method: 'get',
    path: '/v1/me',
    summary: 'Who I am',
    security: SECURITY,
    middleware: [guards('GET /v1/me')] as const,
    responses: { 200: json('The user', Me), ...problemAnswers(...READ) },
  })
  app.openapi(read, async (context) =>
    context.json(
      await describeMe(accounts, await accounts.readUser(context.get('claims').userId)),
      200,
    ),
  )
  const edit = createRoute({
    method: 'patch',
    path: '/v1/me',
    summary: 'Change the profile; what is absent stays',
    security: SECURITY,
    middleware: [guards('PATCH /v1/me')] as const,
    request: body(ProfileEdit),
    responses: { 200: json('The user', Me), ...problemAnswers(...WRITE, 'conflict') },
  })
  app.openapi(edit, async (context) => {
    const { userId } = context.get('claims')
    const { privacy, ...rest } = context.req.valid('json')
    const given = privacy === undefined ? {} : { privacy: dropUndefined(privacy) }
    const user = await accounts.editProfile(userId, { ...rest, ...given })
    return context.json(await describeMe(accounts, user), 200)
  })
}

/** What zod leaves optional is absent, not undefined. */
function dropUndefined<T extends object>(value: T) {
  const kept = Object.entries(value).filter(([, item]) => item !== undefined)
  return Object.fromEntries(kept) as { [K in keyof T]?: Exclude<T[K], undefined> }
}

function addSessionRoutes(app: App, guards: GuardsFor, accounts: Accounts): void {
  const list = createRoute({
    method: 'get',
    path: '/v1/me/sessions',
    summary: 'The devices I am signed in on, the latest used first',
    security: SECURITY,
    middleware: [guards('GET /v1/me/sessions')] as const,
    responses: {
      200: json('Sessions', z.object({ items: z.array(Session) }).openapi('Sessions')),
      ...problemAnswers(...READ),
    },
  })
  app.openapi(list, async (context) => {
    const { userId, sessionId } = context.get('claims')
    const items = (await accounts.listSessions(userId)).map((session) => ({
      sessionId: session.id,
      device: session.device,
      address: session.address,
      createdAt: session.createdAt.toISOString(),
      usedAt: session.usedAt.toISOString(),
      expiresAt: session.expiresAt.toISOString(),
      isCurrent: session.id === sessionId,
    }))
    return context.json({ items }, 200)
  })
  const end = createRoute({
    method: 'delete',
    path: '/v1/me/sessions/{sessionId}',
    summary: 'Log one device out',
    security: SECURITY,
    middleware: [guards('DELETE /v1/me/sessions/{sessionId}')] as const,
    request: { params: z.object({ sessionId: z.uuid() }) },
    responses: { 204: NO_CONTENT, ...problemAnswers(...READ, 'invalid_request') },
  })
  app.openapi(end, async (context) => {
    const { userId } = context.get('claims')
    const { sessionId } = context.req.valid('param')
    await accounts.endSession({ userId, sessionId, reason: 'revoked' })
    return context.body(null, 204)
  })
}

function addCredentialRoutes(app: App, guards: GuardsFor, accounts: Accounts): void {
  const upgrade = createRoute({
    method: 'post',
    path: '/v1/me/upgrade',
    summary: 'Make the guest I am an account; id and all I have stay',
    security: SECURITY,
    middleware: [guards('POST /v1/me/upgrade')] as const,
    request: body(SignUpRequest),
    responses: {
      200: signedInAnswer('An account, in a new session'),
      ...problemAnswers(...WRITE, 'forbidden', 'conflict', 'weak_password', 'overloaded'),
    },
  })
  app.openapi(upgrade, async (context) => {
    const { inviteCode, ...form } = context.req.valid('json')
    const { userId } = context.get('claims')
    const origin = originOf(context)
    context.header('cache-control', 'no-store')
    return context.json(await accounts.upgrade({ ...form, inviteCode, userId, origin }), 200)
  })
  const change = createRoute({
    method: 'post',
    path: '/v1/me/password',
    summary: 'Another password; all sessions end, the answer is a new one',
    security: SECURITY,
    middleware: [guards('POST /v1/me/password')] as const,
    request: body(
      z
        .strictObject({ currentPassword: Password, newPassword: Password })
        .openapi('PasswordChange'),
    ),
    responses: {
      200: signedInAnswer('Signed in anew'),
      ...problemAnswers(...WRITE, 'forbidden', 'weak_password', 'overloaded'),
    },
  })
  app.openapi(change, async (context) => {
    const { userId } = context.get('claims')
    const request = { ...context.req.valid('json'), userId, origin: originOf(context) }
    context.header('cache-control', 'no-store')
    return context.json(await accounts.changePassword(request), 200)
  })
  const resend = createRoute({
    method: 'post',
    path: '/v1/me/verify-email',
    summary: 'Send the mail that proves my address again',
    security: SECURITY,
    middleware: [guards('POST /v1/me/verify-email')] as const,
    responses: { 202: { description: 'It goes out' }, ...problemAnswers(...READ) },
  })
  app.openapi(resend, async (context) => {
    await accounts.resendVerification(context.get('claims').userId)
    return context.body(null, 202)
  })
  addEmailRoute(app, guards, accounts)
}

function addEmailRoute(app: App, guards: GuardsFor, accounts: Accounts): void {
  const route = createRoute({
    method: 'post',
    path: '/v1/me/email',
    summary: 'Another address: a mail to it asks, and until it is proved nothing changes',
    security: SECURITY,
    middleware: [guards('POST /v1/me/email')] as const,
    request: body(z.strictObject({ email: Email, password: Password }).openapi('EmailChange')),
    responses: {
      202: { description: 'A mail goes out, unless the address is somebody’s' },
      ...problemAnswers(...WRITE, 'forbidden', 'conflict', 'overloaded'),
    },
  })
  app.openapi(route, async (context) => {
    const { address } = originOf(context)
    const { userId } = context.get('claims')
    await accounts.requestEmailChange({ ...context.req.valid('json'), userId, address })
    return context.body(null, 202)
  })
}

function addDataRoutes(app: App, guards: GuardsFor, accounts: Accounts): void {
  const copy = createRoute({
    method: 'get',
    path: '/v1/me/export',
    summary: 'Everything this service keeps about me',
    security: SECURITY,
    middleware: [guards('GET /v1/me/export')] as const,
    responses: {
      200: json('By module', z.record(z.string(), z.unknown()).openapi('UserData')),
      ...problemAnswers(...READ),
    },
  })
  app.openapi(copy, async (context) => {
    context.header('cache-control', 'no-store')
    return context.json(await accounts.exportData(context.get('claims').userId), 200)
  })
  const erase = createRoute({
    method: 'post',
    path: '/v1/me/delete',
    summary: 'Delete me; an account gives its password once more',
    security: SECURITY,
    middleware: [guards('POST /v1/me/delete')] as const,
    request: body(z.strictObject({ password: Password.optional() }).openapi('DeleteRequest')),
    responses: { 204: NO_CONTENT, ...problemAnswers(...WRITE, 'forbidden', 'overloaded') },
  })
  app.openapi(erase, async (context) => {
    const { userId } = context.get('claims')
    const { password } = context.req.valid('json')
    const { address } = originOf(context)
    await accounts.erase({ userId, password, address })
    return context.body(null, 204)
  })
}
