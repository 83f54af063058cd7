/**
 * Signing in through OpenID Connect providers [AUTH-6]. A client begins a flow and keeps its
 * secret, sends the user to the provider, and finishes with what comes back. `/callback` is where a
 * provider sends browsers: it leads to our own page and nowhere else, with the answer behind `#`.
 */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { createRoute, z } from '@hono/zod-openapi'

import type { OidcAccounts } from '../services/identity/oidc-accounts.ts'
import { Password, SignedIn, TotpCode } from './account-schemas.ts'
import type { GuardsFor, HttpEnv } from './http-ports.ts'
import { problemAnswers } from './problem-answers.ts'
import { addOpenRoute, addStaffRoute, addUserRoute } from './user-route.ts'

const URL_CHARS_MAX = 512
/** Some providers put signed texts into codes (characters). */
const CODE_CHARS_MAX = 4096

const ProviderId = z.string().regex(/^[a-z0-9-]{1,32}$/)
const ByProvider = z.object({ providerId: ProviderId })
const Secret = z.string().regex(/^[\w-]{43}$/)
const RedirectUri = z.string().min(1).max(URL_CHARS_MAX)

const Providers = z
  .object({ items: z.array(z.object({ id: ProviderId, label: z.string() })) })
  .openapi('OidcProviders')
const Started = z
  .object({ flow: z.string(), authorizationUrl: z.string() })
  .openapi('OidcStarted', { description: 'keep `flow`, send the user to `authorizationUrl`' })
const StartRequest = z
  .strictObject({ redirectUri: RedirectUri.optional() })
  .openapi('OidcStartRequest', { description: 'the first of OIDC_REDIRECT_URIS when left out' })
const LinkRequest = z
  .strictObject({ redirectUri: RedirectUri.optional(), password: Password.optional() })
  .openapi('OidcLinkRequest', { description: 'who has a password gives it' })
const FinishRequest = z
  .strictObject({
    flow: Secret,
    state: Secret,
    code: z.string().min(1).max(CODE_CHARS_MAX),
    iss: z.string().min(1).max(URL_CHARS_MAX).optional(),
    inviteCode: z.string().max(64).optional(),
    totpCode: TotpCode.optional(),
  })
  .openapi('OidcFinishRequest', {
    description: 'after `totp_required`: the same again with `totpCode`, within 10 minutes',
  })
const Links = z
  .object({
    items: z.array(
      z.object({ providerId: ProviderId, label: z.string(), createdAt: z.iso.datetime() }),
    ),
  })
  .openapi('OidcLinks')
const ProviderForm = z
  .strictObject({
    label: z.string().min(1).max(64),
    issuer: z.string().min(1).max(URL_CHARS_MAX),
    clientId: z.string().min(1).max(256),
    clientSecret: z.string().min(1).max(1024).nullable().optional().openapi({
      description: 'left out: what is kept stays; null: none',
    }),
    scopes: z
      .string()
      .max(256)
      .regex(/^openid( [\w:./-]+)*$/)
      .default('openid email'),
    isEnabled: z.boolean().default(true),
  })
  .openapi('OidcProviderForm')
const StaffProviders = z
  .object({
    items: z.array(
      z.object({
        id: ProviderId,
        label: z.string(),
        issuer: z.string(),
        clientId: z.string(),
        hasSecret: z.boolean(),
        scopes: z.string(),
        isEnabled: z.boolean(),
      }),
    ),
  })
  .openapi('OidcStaffProviders')

/** What the routes need. */
export interface OidcRoutePorts {
  readonly accounts: OidcAccounts
  /** Where our page is. */
  readonly publicUrl: () => string
}

type App = OpenAPIHono<HttpEnv>

/** Adds the routes to `app`. */
export function addOidcRoutes(app: App, guards: GuardsFor, ports: OidcRoutePorts): void {
  addCallback(app, guards, ports)
  addSignInRoutes(app, guards, ports.accounts)
  addLinkRoutes(app, guards, ports.accounts)
  addStaffRoutes(app, guards, ports.accounts)
}

const CallbackQuery = z.object({
  code: z.string().max(CODE_CHARS_MAX).optional(),
  state: z.string().max(128).optional(),
  iss: z.string().max(URL_CHARS_MAX).optional(),
  error: z.string().max(64).optional(),
})

function addCallback(app: App, guards: GuardsFor, ports: OidcRoutePorts): void {
  const route = createRoute({
    method: 'get',
    path: '/v1/auth/oidc/callback',
    summary: 'Where providers send browsers back to; leads to the page with the answer behind #',
    middleware: [guards('GET /v1/auth/oidc/callback')] as const,
    request: { query: CallbackQuery },
    responses: {
      303: { description: 'To PUBLIC_URL/#oidc=1&code=…&state=…, or &error=…' },
      ...problemAnswers('invalid_request', 'rate_limited'),
    },
  })
  app.openapi(route, (context) => {
    const answer = new URLSearchParams({ oidc: '1' })
    for (const [name, value] of Object.entries(context.req.valid('query'))) {
      if (value !== undefined) answer.set(name, value)
    }
    context.header('cache-control', 'no-store')
    context.header('referrer-policy', 'no-referrer')
    return context.redirect(`${ports.publicUrl()}/#${answer.toString()}`, 303)
  })
}

function addSignInRoutes(app: App, guards: GuardsFor, accounts: OidcAccounts): void {
  addOpenRoute(app, guards, 'GET /v1/auth/oidc/providers', {
    summary: 'Providers to sign in by',
    answer: Providers,
    run: async () => ({ items: await accounts.listEnabled() }),
  })
  addOpenRoute(app, guards, 'POST /v1/auth/oidc/{providerId}/start', {
    summary: 'Begin signing in by a provider',
    params: ByProvider,
    body: StartRequest,
    answer: Started,
    errors: ['not_found', 'unavailable', 'overloaded', 'unauthenticated', 'body_too_large'],
    run: ({ params, body: { redirectUri } }) => accounts.start({ ...params, redirectUri }),
  })
  addOpenRoute(app, guards, 'POST /v1/auth/oidc/finish', {
    summary: 'Sign in with what the provider sent back; links where linking was begun',
    body: FinishRequest,
    answer: SignedIn,
    errors: [
      ...(['unauthenticated', 'totp_required', 'forbidden', 'not_found', 'conflict'] as const),
      ...(['unavailable', 'overloaded', 'body_too_large'] as const),
    ],
    run: ({ body: { iss, inviteCode, totpCode, ...keys }, origin }) =>
      accounts.finish({ ...keys, iss, inviteCode, totpCode, origin }),
  })
}

function addLinkRoutes(app: App, guards: GuardsFor, accounts: OidcAccounts): void {
  addUserRoute(app, guards, 'GET /v1/me/identities', {
    summary: 'The providers I sign in by',
    answer: Links,
    run: async ({ userId }) => {
      const links = await accounts.listLinks(userId)
      const items = links.map(({ createdAt, ...link }) => ({
        ...link,
        createdAt: createdAt.toISOString(),
      }))
      return { items }
    },
  })
  addUserRoute(app, guards, 'POST /v1/me/identities/{providerId}/start', {
    summary: 'Begin linking a provider; a guest becomes an account and keeps all he has',
    params: ByProvider,
    body: LinkRequest,
    answer: Started,
    errors: ['forbidden', 'not_found', 'unavailable', 'overloaded', 'body_too_large'],
    run: ({ params, body: { redirectUri, password }, userId, sessionId, origin }) => {
      const link = { userId, sessionId }
      return accounts.startLink({ ...params, redirectUri, password, link, address: origin.address })
    },
  })
  addUserRoute(app, guards, 'DELETE /v1/me/identities/{providerId}', {
    summary: 'Take a link away, but not the last way in',
    params: ByProvider,
    errors: ['not_found', 'conflict'],
    run: ({ params, userId }) => accounts.unlink({ ...params, userId }),
  })
}

function addStaffRoutes(app: App, guards: GuardsFor, accounts: OidcAccounts): void {
  addStaffRoute(app, guards, 'GET /v1/admin/oidc-providers', {
    summary: 'All providers, without their secrets',
    answer: StaffProviders,
    run: async () => ({ items: await accounts.listProviders() }),
  })
  addStaffRoute(app, guards, 'PUT /v1/admin/oidc-providers/{providerId}', {
    summary: 'Make or change a provider',
    params: ByProvider,
    body: ProviderForm,
    errors: ['conflict', 'body_too_large'],
    run: ({ params, body, trail }) =>
      accounts.putProvider(trail, { id: params.providerId, ...body }),
  })
  addStaffRoute(app, guards, 'DELETE /v1/admin/oidc-providers/{providerId}', {
    summary: 'Remove a provider nobody signs in by',
    params: ByProvider,
    errors: ['not_found', 'conflict'],
    run: ({ params, trail }) => accounts.deleteProvider(trail, params.providerId),
  })
}
