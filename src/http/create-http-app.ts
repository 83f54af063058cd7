/**
 * The public HTTP app: every route, its guards, one place for errors. Answers requests; it knows no
 * server, no socket and no Colyseus. `app.ts` puts it on the port.
 */
import { AppError } from '@battalion/base/app-error.ts'
import { OpenAPIHono } from '@hono/zod-openapi'
import type { MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'

import { addAuthRoutes } from './auth-routes.ts'
import { addBalanceRoutes } from './balance-routes.ts'
import type { BalanceFiles } from './balance-routes.ts'
import { problemResponse } from './error-table.ts'
import type { HttpEnv, HttpPorts } from './http-ports.ts'
import { addMatchmakingRoutes } from './matchmaking-routes.ts'
import type { MatchmakingGate } from './matchmaking-routes.ts'
import { corsHeaders } from './origin.ts'
import { addPlayRoutes } from './play-page.ts'
import type { PlayPage } from './play-page.ts'
import { addRegionRoutes } from './region-routes.ts'
import { createGuards } from './route-guards.ts'

/** What the app serves, beside what its guards need. */
export interface HttpAppPorts extends HttpPorts {
  readonly findBalance: (version: string) => BalanceFiles | undefined
  readonly playPage: Promise<PlayPage>
  readonly here: { readonly region: string; readonly publicUrl: string }
  readonly gate: MatchmakingGate
  /** True for the right key, false without one; throws for a wrong one. */
  readonly checkBotKey: (given: string | undefined) => boolean
  readonly version: string
}

/** The app with all its routes. */
export function createHttpApp(ports: HttpAppPorts): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>({
    defaultHook(result) {
      if (!result.success) throw toInvalidRequest(result.error.issues)
    },
  })
  app.use('*', measure(ports), corsHeaders(ports.isOriginAllowed))
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
  addAuthRoutes(app, guards, ports)
  addBalanceRoutes(app, guards, ports.findBalance)
  addRegionRoutes(app, guards, ports.here)
  addMatchmakingRoutes(app, guards, ports.gate)
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

function describeApi(app: OpenAPIHono<HttpEnv>, version: string) {
  app.openAPIRegistry.registerComponent('securitySchemes', 'accessToken', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  })
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Battalion',
      version,
      description: 'Every error is problem+json with a stable `code`; see docs/errors.md.',
    },
  })
}

/** Counts every request by route pattern, never by address, so labels stay few. */
function measure(ports: HttpPorts): MiddlewareHandler<HttpEnv> {
  return async (context, next) => {
    const startedMs = ports.monotonicMs()
    await next()
    const route = context.res.status === 404 ? 'unknown' : context.req.routePath
    ports.metrics.request(route, context.res.status, ports.monotonicMs() - startedMs)
    if (context.res.status === 429) {
      ports.metrics.rejected('rate_limit')
      ports.logger.info(
        { event: 'ratelimit.hit', route, address: context.get('clientAddress') },
        'too many requests',
      )
    }
  }
}
