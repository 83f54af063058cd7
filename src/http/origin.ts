/**
 * Which web pages may talk to the game: our own page, and the origins in ALLOWED_ORIGINS. The same
 * rule answers CORS questions and guards WebSocket upgrades. A request without an Origin header
 * does not come from a page of another site (bots, native clients) and passes; its token is what
 * counts.
 */
import type { MiddlewareHandler } from 'hono'

const PREFLIGHT_SEC = '600'
/** All that the API's document asks for, so that a game on its own page can use every route. */
const METHODS = 'GET, POST, PUT, PATCH, DELETE'
const REQUEST_HEADERS =
  'authorization, content-type, idempotency-key, if-none-match, last-event-id, x-request-id'

export type IsOriginAllowed = (origin: string | undefined, host: string | undefined) => boolean

/** The rule for these origins; `publicUrl` names our own page when a proxy changes Host. */
export function createIsOriginAllowed(
  allowedOrigins: readonly string[],
  publicUrl: string,
): IsOriginAllowed {
  const allowed = new Set(allowedOrigins)
  if (publicUrl !== '') allowed.add(new URL(publicUrl).origin)
  return (origin, host) => {
    if (origin === undefined) return true
    if (allowed.has(origin)) return true
    return host !== undefined && hostOf(origin) === host.toLowerCase()
  }
}

function hostOf(origin: string): string | undefined {
  return /^https?:\/\/([^/\s]+)$/.exec(origin.toLowerCase())?.[1]
}

/**
 * CORS for the whole app: allowed origins are named back, others get no header at all [G-15]. The
 * stock SDK asks with credentials, so the answer allows them; the server sets no cookie.
 */
export function corsHeaders(isAllowed: IsOriginAllowed): MiddlewareHandler {
  return async (context, next) => {
    const origin = context.req.header('origin')
    // The console is its own page's alone: its cookie never answers another origin.
    const isOpen = !context.req.path.startsWith('/v1/admin')
    const isCross = isOpen && origin !== undefined && isAllowed(origin, context.req.header('host'))
    if (context.req.method === 'OPTIONS') {
      return new Response(null, { status: 204, headers: isCross ? preflight(origin) : {} })
    }
    await next()
    context.res.headers.append('vary', 'origin')
    if (!isCross) return undefined
    for (const [name, value] of Object.entries(allowHeaders(origin))) {
      context.res.headers.set(name, value)
    }
    return undefined
  }
}

function allowHeaders(origin: string): Record<string, string> {
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'retry-after, etag, x-request-id',
  }
}

function preflight(origin: string): Record<string, string> {
  return {
    ...allowHeaders(origin),
    'access-control-allow-methods': METHODS,
    'access-control-allow-headers': REQUEST_HEADERS,
    'access-control-max-age': PREFLIGHT_SEC,
    vary: 'origin',
  }
}
