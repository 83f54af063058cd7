/**
 * The HTTP app over fakes: a gate that always has a seat, small limits, a page of two lines.
 * Requests go through `app.fetch`, without a socket. Tests only.
 */
import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'

import { AppError } from '@battalion/base/app-error.ts'
import { toUserId } from '@battalion/base/ids.ts'
import type { OpenAPIHono } from '@hono/zod-openapi'

import { ROLE_TABLE } from '../http/role-table.ts'
import type { RouteKey } from '../http/role-table.ts'
import { createFindClientAddress } from '../http/client-address.ts'
import { addAdminRoutes } from '../admin/add-admin-routes.ts'
import type { AdminPorts } from '../admin/add-admin-routes.ts'
import { CONSOLE_COOKIE, CSRF_HEADER } from '../http/console-cookie.ts'
import { createHttpApp } from '../http/create-http-app.ts'
import type { HttpAppPorts, MatchHttpPorts } from '../http/create-http-app.ts'
import type { HttpEnv } from '../http/http-ports.ts'
import type { JoinRequest, MatchmakingGate } from '../http/matchmaking-routes.ts'
import { createIsOriginAllowed } from '../http/origin.ts'
import { createRateLimits } from '../http/rate-limits.ts'
import type { RateLimitRow, RateLimitTable } from '../http/rate-limits.ts'
import { NotificationStreams } from '../http/notification-streams.ts'
import type { SocialRoutePorts } from '../http/social-routes.ts'
import type { Asset } from '../http/send-asset.ts'
import { createAccessTokens } from '../services/auth/access-tokens.ts'
import type { AccessTokens } from '../services/auth/access-tokens.ts'
import type { AuditRecord } from '../services/audit/audit-trail.ts'
import { csrfOf } from '../services/operators/console-sessions.ts'
import type { Accounts } from '../services/identity/accounts.ts'
import type { Permissions } from '../services/identity/roles.ts'
import type { OidcAccounts } from '../services/identity/oidc-accounts.ts'
import { checkBotKey, cleanName } from '../services/identity/sign-in-guest.ts'
import type { KeyedRequests } from '../services/idempotency/keyed-requests.ts'
import { NO_MAINTENANCE } from '../services/operations/maintenance-queries.ts'
import type { ModerationDesk } from '../services/moderation-desk.ts'
import type { SocialDesk } from '../services/social-desk.ts'
import { createTestKeys } from './test-keys.ts'
import type { StandingsDesk } from '../services/standings-desk.ts'
import { systemClock, systemTimers } from '../system-clock.ts'

export const TEST_BOT_KEY = 'test-bot-key'
const FAKE_OPERATOR_ID = '00000000-0000-4000-8000-00000000000a'
const MANY = 1_000_000

/** What a test may say about its app. */
export interface FakeHttpOptions {
  readonly dataDir: string
  readonly limits?: RateLimitTable
  readonly trustedProxies?: readonly string[]
  readonly allowedOrigins?: readonly string[]
  readonly failWith?: unknown
  readonly social?: SocialRoutePorts
  readonly matches?: MatchHttpPorts
  readonly standings?: StandingsDesk
  readonly version?: string
  readonly keyedRequests?: KeyedRequests
  /** Told of what use cases record in the audit log. */
  readonly onRecord?: (act: RecordedAct) => void
  /** Who is permitted what; nobody anything when left out. */
  readonly permissions?: Permissions
}

/** A row of the audit log as a use case records it. */
export interface RecordedAct extends AuditRecord {
  readonly action: string
  readonly actorId: string
}

/** A fake app and what it was asked. */
export interface FakeHttp {
  readonly joins: JoinRequest[]
  readonly logs: string[]
  /** Sessions that no longer count. */
  readonly ended: Set<string>
  readonly tokens: ReturnType<typeof createAccessTokens>
  readonly fetch: (path: string, init?: RequestInit & { address?: string }) => Promise<Response>
  /** An operator's cookie and header; what he may is in `permissions`. */
  readonly signInOperator: (userId?: string) => Record<string, string>
  /** A signed-in guest's authorization header. */
  readonly signIn: () => Promise<Record<string, string>>
  /** The app itself: its routes, and a place to plant one. */
  readonly app: OpenAPIHono<HttpEnv>
}

/** The app over fakes. */
export function createFakeHttp(options: FakeHttpOptions): FakeHttp {
  const joins: JoinRequest[] = []
  const logs: string[] = []
  const ended = new Set<string>()
  const tokens = createAccessTokens({
    keys: createTestKeys().ring,
    clock: systemClock,
    ttlSec: 3600,
  })
  const app = createHttpApp({
    tokens,
    sessions: { isLive: ({ sessionId }) => Promise.resolve(!ended.has(sessionId)) },
    ...createFakeConsole(options),
    permissions: options.permissions ?? { mayUser: () => Promise.resolve(false) },
    accounts: createFakeAccounts(tokens),
    limits: createRateLimits(options.limits ?? wideLimits()),
    findClientAddress: createFindClientAddress(options.trustedProxies ?? []),
    logger: createLineLog(logs),
    metrics: { request: ignore, rejected: ignore, matchmade: ignore, auditDropped: ignore },
    monotonicMs: () => systemClock.monotonicMs(),
    isOriginAllowed: createIsOriginAllowed(options.allowedOrigins ?? [], ''),
    findBalance: async (version) =>
      version === 'current' || version === '1' ? { version: '1', files: {} } : undefined,
    consolePage: Promise.resolve({ document: textAsset('<!doctype html>'), files: new Map() }),
    playPage: Promise.resolve({ document: textAsset('<!doctype html>'), files: new Map() }),
    here: { region: 'test', publicUrl: '' },
    gate: createFakeGate(joins, options.failWith),
    social: options.social ?? absentSocial(),
    listKeys: () => Promise.resolve([]),
    oidc: { accounts: absentOidc(), publicUrl: () => 'https://game.test' },
    keyedRequests: options.keyedRequests ?? UNKEYED,
    matches: options.matches ?? absentMatches(),
    standings: options.standings ?? absentStandings(),
    checkBotKey: (given) => checkBotKey(TEST_BOT_KEY, given),
    findNotice: () => undefined,
    version: options.version ?? '0.0.0',
  })
  const fetchApp: FakeHttp['fetch'] = async (path, init = {}) => {
    const socket = { remoteAddress: init.address ?? '127.0.0.1' }
    const request = new Request(`http://game.test${path}`, init)
    const body = Buffer.from(await request.clone().arrayBuffer())
    // The guards read bodies from the socket's own request, as Node hands it on.
    const incoming = Object.assign(Readable.from(body.length === 0 ? [] : [body]), { socket })
    return app.fetch(request, { incoming })
  }
  return {
    joins,
    logs,
    ended,
    tokens,
    fetch: fetchApp,
    signInOperator(userId = FAKE_OPERATOR_ID) {
      const token = tokenOfUser(userId)
      return {
        cookie: `${CONSOLE_COOKIE}=${token}`,
        [CSRF_HEADER]: csrfOf(token),
        'content-type': 'application/json',
      }
    },
    async signIn() {
      const answer = await fetchApp('/v1/auth/guest', { method: 'POST' })
      const { accessToken } = (await answer.json()) as { accessToken: string }
      return { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' }
    },
    app,
  }
}

/** Operators by cookies of tests, trails that are written nowhere, desks that are away. */
function createFakeConsole({
  onRecord = ignore,
}: FakeHttpOptions): Pick<HttpAppPorts, 'findConsole' | 'openTrail' | 'addAdmin'> {
  const desk = new Proxy({}, { get: () => away })
  const live = new Proxy({}, { get: () => gone }) as AdminPorts['operations']['desk']
  const operations = {
    desk: live,
    streams: { open: gone } as unknown as AdminPorts['operations']['streams'],
    rooms: desk as AdminPorts['operations']['rooms'],
    maintenance: { now: NO_MAINTENANCE, set: away },
  }
  const ports = new Proxy({ operations } as unknown as AdminPorts, {
    get: (target, name) => (name === 'operations' ? target.operations : desk),
  })
  return {
    async findConsole(token) {
      const userId = userOfToken(token)
      if (userId === undefined) return undefined
      return { userId, isEnrolling: false, tokenHash: new Uint8Array() }
    },
    openTrail({ action }) {
      let actorId = ''
      return {
        actor: { kind: 'nobody', id: null, address: null },
        setUser: (userId) => void (actorId = userId),
        setTarget: ignore,
        record: async (_, record) => onRecord({ ...record, action, actorId }),
        finish: () => Promise.resolve(),
      }
    },
    addAdmin: (app, guards) => addAdminRoutes(app, guards, ports),
  }
}

/** A cookie's token that says whose it is. */
function tokenOfUser(userId: string): string {
  return userId.replaceAll('-', '').padEnd(43, '_')
}

function userOfToken(token: string): string | undefined {
  const parts = /^(.{8})(.{4})(.{4})(.{4})(.{12})_{11}$/.exec(token)
  return parts?.slice(1).join('-')
}

/** Every key of the role table, typed. */
export function routeKeys(table: Readonly<Record<RouteKey, unknown>>): RouteKey[] {
  return Object.keys(table) as RouteKey[]
}

function createFakeGate(joins: JoinRequest[], failWith: unknown): MatchmakingGate {
  const seat = { name: 'battlefield', roomId: 'room1', sessionId: 'seat1', processId: 'process1' }
  return {
    async join(call) {
      if (failWith !== undefined) throw failWith
      joins.push(call.options)
      return seat
    },
    parties: { place: () => Promise.resolve(seat.roomId), release: () => Promise.resolve() },
    reconnect: () => Promise.resolve(seat),
    count: ignore,
  }
}

function createLineLog(lines: string[]) {
  const write = (fields: object, message: string) => {
    lines.push(`${message} ${JSON.stringify(fields)}`)
  }
  return { debug: ignore, info: write, warn: write, error: write }
}

function wideLimits(): RateLimitTable {
  return limitsOf({ perAddress: MANY, perUser: MANY })
}

/** Live figures without anything that lives. */
function gone(): never {
  throw new AppError('not_found', 'There is nothing live here.')
}

async function away(): Promise<never> {
  throw new AppError('database_unavailable', 'There is no database.')
}

/** Guests and bots without a database; the rest is tested over a real one. */
function createFakeAccounts(tokens: AccessTokens): Accounts {
  const signIn = async (kind: 'guest' | 'bot', name: string | undefined) => {
    const userId = randomUUID()
    const displayName = cleanName(name ?? '') || 'Guest'
    const sessionId = randomUUID()
    const claims = { userId: toUserId(userId), kind, displayName, sessionId }
    return { userId, ...(await tokens.issue(claims)), refreshToken: `${sessionId}.family.secret` }
  }
  const known: Partial<Accounts> = {
    signInGuest: ({ name }) => signIn('guest', name),
    signInBot: ({ name }) => signIn('bot', name),
  }
  return new Proxy(known, {
    get: (target, name: keyof Accounts) => target[name] ?? away,
  }) as Accounts
}

/** The same limit for every route. */
export function limitsOf(row: RateLimitRow): RateLimitTable {
  const names = Object.values(ROLE_TABLE).map(({ rateLimit }) => rateLimit)
  return Object.fromEntries(names.map((name) => [name, row])) as unknown as RateLimitTable
}

/** Remembers nothing. */
const UNKEYED: KeyedRequests = {
  answer: async (_, work) => ({ answer: await work(), isRepeated: false }),
}

/** Services that always are away: what a test does not hand in, it does not reach. */
function absentSocial(): SocialRoutePorts {
  const desk = new Proxy({} as SocialDesk, { get: () => away })
  const moderation = absentModeration()
  const streams = new NotificationStreams({ clock: systemClock, timers: systemTimers, read: away })
  return { desk, moderation, streams, isHere: () => true }
}

/** Battles that nobody can read. */
function absentMatches(): MatchHttpPorts {
  const desk = new Proxy({} as MatchHttpPorts['desk'], { get: () => away })
  const archive = new Proxy({} as MatchHttpPorts['archive'], { get: () => away })
  return { desk, archive, shared: away, drawPicture: away, publicUrl: () => '' }
}

/** A desk of moderators that is away. */
export function absentModeration(): ModerationDesk {
  return new Proxy({} as ModerationDesk, { get: () => away })
}

function absentOidc(): OidcAccounts {
  return new Proxy({} as OidcAccounts, { get: () => away })
}

function textAsset(text: string): Asset {
  const gzipped = gzipSync(text)
  return { contentType: 'text/html; charset=utf-8', gzipped, etag: '"page"', headers: {} }
}

function ignore(): void {
  // What fakes do with what they are told.
}

/** Ratings and boards that are away. */
function absentStandings(): StandingsDesk {
  return new Proxy({} as StandingsDesk, { get: () => away })
}
