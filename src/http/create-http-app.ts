/**
 * The public HTTP app: every route, its guards, one place for errors. Answers requests; it knows no
 * server, no socket and no Colyseus. `app.ts` puts it on the port.
 */
import { randomUUID } from 'node:crypto'

import { AppError } from '@battalion/base/app-error.ts'
import { OpenAPIHono } from '@hono/zod-openapi'
import type { MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'

import { addAuthRoutes } from './auth-routes.ts'
import { addBalanceRoutes } from './balance-routes.ts'
import type { BalanceFiles } from './balance-routes.ts'
import { addDocsRoutes } from './docs-page.ts'
import { problemResponse } from './error-table.ts'
import type { GuardsFor, HttpEnv, HttpPorts } from './http-ports.ts'
import type { Accounts } from '../services/identity/accounts.ts'
import type { MatchArchive } from '../services/matches/match-archive.ts'
import { addKeyRoutes } from './key-routes.ts'
import type { PublicJwk } from '../services/auth/key-ring.ts'
import { addMeRoutes } from './me-routes.ts'
import { addMatchArchiveRoutes } from './match-archive-routes.ts'
import { addMatchReportRoutes } from './match-report-routes.ts'
import { addMatchRoutes } from './match-routes.ts'
import type { MatchRoutePorts } from './match-routes.ts'
import { addMatchmakingRoutes } from './matchmaking-routes.ts'
import type { MatchmakingGate } from './matchmaking-routes.ts'
import { corsHeaders } from './origin.ts'
import { addOidcRoutes } from './oidc-routes.ts'
import type { OidcRoutePorts } from './oidc-routes.ts'
import type { BundledPage } from './bundle-page.ts'
import { addConsolePage } from './console-page.ts'
import { addPlayRoutes } from './play-page.ts'
import { addPlayerRoutes } from './player-routes.ts'
import type { PlayPage } from './play-page.ts'
import { addRegionRoutes } from './region-routes.ts'
import { addStatusRoutes } from './status-routes.ts'
import type { StatusNotice } from './status-routes.ts'
import { addTotpRoutes } from './totp-routes.ts'
import { addSocialRoutes } from './social-routes.ts'
import type { SocialRoutePorts } from './social-routes.ts'
import { addStandingRoutes } from './standing-routes.ts'
import { readRequestId, REQUEST_ID_HEADER, withRequest } from '../services/request-scope.ts'
import type { StandingsDesk } from '../services/standings-desk.ts'
import { createGuards } from './route-guards.ts'
import { addSharedMatchPage } from './shared-match-page.ts'
import type { SharedMatchPorts } from './shared-match-page.ts'

/** Finished battles: for players, for staff, and shared. */
export interface MatchHttpPorts extends MatchRoutePorts, SharedMatchPorts {
  readonly archive: MatchArchive
}

/** What the app serves, beside what its guards need. */
export interface HttpAppPorts extends HttpPorts {
  readonly findBalance: (version: string) => Promise<BalanceFiles | undefined>
  readonly accounts: Accounts
  readonly oidc: OidcRoutePorts
  readonly listKeys: () => Promise<PublicJwk[]>
  readonly playPage: Promise<PlayPage>
  readonly consolePage: Promise<BundledPage>
  readonly here: { readonly region: string; readonly publicUrl: string }
  readonly gate: MatchmakingGate
  /** Adds the routes of staff (src/admin). */
  readonly addAdmin: (app: OpenAPIHono<HttpEnv>, guards: GuardsFor) => void
  readonly social: SocialRoutePorts
  readonly matches: MatchHttpPorts
  readonly standings: StandingsDesk
  /** True for the right key, false without one; throws for a wrong one. */
  readonly checkBotKey: (given: string | undefined) => boolean
  /** What players are told while the game is closed to them. */
  readonly findNotice: () => StatusNotice | undefined
  readonly version: string
}

/** The app with all its routes. */
export function createHttpApp(ports: HttpAppPorts): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>({
    defaultHook(result) {
      if (!result.success) throw toInvalidRequest(result.error.issues)
    },
  })
  app.use('*', nameRequest(), measure(ports), corsHeaders(ports.isOriginAllowed), handIn(ports))
  app.onError((thrown) => {
    const error = fromFramework(thrown)
    if (!(error instanceof AppError) || error.code === 'internal') {
      ports.logger.error({ event: 'http.error', err: error }, 'a request failed')
    }
    return problemResponse(error)
  })
  app.notFound(() => problemResponse(new AppError('not_found', 'There is nothing here.')))
  const hasBotKey = (given: string) => given !== '' && isRightKey(ports, given)
  const guards = createGuards(ports, hasBotKey)
  addPlayRoutes(app, guards, ports.playPage)
  addConsolePage(app, guards, ports.consolePage)
  addAuthRoutes(app, guards, ports)
  addKeyRoutes(app, guards, ports.listKeys)
  addOidcRoutes(app, guards, ports.oidc)
  addMeRoutes(app, guards, ports.accounts)
  addTotpRoutes(app, guards, ports.accounts)
  addPlayerRoutes(app, guards, ports.accounts)
  ports.addAdmin(app, guards)
  addBalanceRoutes(app, guards, ports.findBalance)
  addRegionRoutes(app, guards, ports.here)
  addStatusRoutes(app, guards, ports.findNotice)
  addMatchmakingRoutes(app, guards, ports.gate)
  addSocialRoutes(app, guards, { ...ports.social, parties: ports.gate.parties })
  addDocsRoutes(app, guards)
  addMatchRoutes(app, guards, ports.matches)
  // Before those of one battle: "report" is no battle's id.
  addMatchReportRoutes(app, guards, ports.matches.archive)
  addMatchArchiveRoutes(app, guards, ports.matches.archive)
  addSharedMatchPage(app, guards, ports.matches)
  addStandingRoutes(app, guards, ports.standings)
  app.get('/openapi.json', guards('GET /openapi.json'), (context) =>
    context.json(describeApi(app, ports.version)),
  )
  return app
}

/** Hono's own refusals (a path that does not decode) are requests of the wrong form. */
function fromFramework(error: unknown): unknown {
  if (!(error instanceof HTTPException) || error.status >= 500) return error
  return new AppError('invalid_request', 'The request is not well-formed.', { cause: error })
}

function isRightKey(ports: HttpAppPorts, given: string): boolean {
  try {
    return ports.checkBotKey(given)
  } catch {
    return false
  }
}

/** Names the first wrong field; never repeats what the caller sent. */
function toInvalidRequest(issues: readonly { path: PropertyKey[]; message: string }[]): AppError {
  const [issue] = issues
  const path = issue?.path.map(String).join('.') ?? ''
  const where = path === '' ? 'The request' : `"${path.slice(0, 60)}"`
  return new AppError('invalid_request', `${where} is not as the API documents it.`)
}

/** The document; operations are grouped by the first word of their path. */
function describeApi(app: OpenAPIHono<HttpEnv>, version: string) {
  app.openAPIRegistry.registerComponent('securitySchemes', 'accessToken', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  })
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Battalion',
      version,
      description: 'Every error is problem+json with a stable `code`; see docs/errors.md.',
    },
  })
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    const tags = [path.split('/').find((part) => part !== '' && part !== 'v1') ?? 'other']
    for (const operation of Object.values(item as Record<string, object>)) {
      Object.assign(operation, { tags })
    }
  }
  return document
}

/** What handlers find in the context without being handed it. */
function handIn({ keyedRequests }: HttpPorts): MiddlewareHandler<HttpEnv> {
  return (context, next) => {
    context.set('keyedRequests', keyedRequests)
    return next()
  }
}

/** Everything that follows from a request has its id: the caller's own, or a fresh one (OBS-2). */
function nameRequest(): MiddlewareHandler<HttpEnv> {
  return async (context, next) => {
    const requestId = readRequestId(context.req.header(REQUEST_ID_HEADER)) ?? randomUUID()
    context.set('requestId', requestId)
    await withRequest(requestId, next)
    context.header(REQUEST_ID_HEADER, requestId)
  }
}

/** Counts and logs every request by route pattern, never by address, so labels stay few. */
function measure(ports: HttpPorts): MiddlewareHandler<HttpEnv> {
  return async (context, next) => {
    const startedMs = ports.monotonicMs()
    await next()
    const route = context.res.status === 404 ? 'unknown' : context.req.routePath
    const tookMs = ports.monotonicMs() - startedMs
    ports.metrics.request(route, context.res.status, tookMs)
    const { status } = context.res
    const { method } = context.req
    const line = { event: 'http.request', method, route, status, ms: Math.round(tookMs) }
    ports.logger.debug(line, 'a request was answered')
    if (context.res.status === 429) {
      ports.metrics.rejected('rate_limit')
      ports.logger.info(
        { event: 'ratelimit.hit', route, address: context.get('clientAddress') },
        'too many requests',
      )
    }
  }
}
