/**
 * The HTTP app over fakes: a gate that always has a seat, small limits, a page of two lines.
 * Requests go through `app.fetch`, without a socket. Tests only.
 */
import { gzipSync } from 'node:zlib'

import type { RouteKey } from '../http/role-table.ts'
import { createFindClientAddress } from '../http/client-address.ts'
import { createHttpApp } from '../http/create-http-app.ts'
import type { JoinRequest, MatchmakingGate } from '../http/matchmaking-routes.ts'
import { createIsOriginAllowed } from '../http/origin.ts'
import { createRateLimits } from '../http/rate-limits.ts'
import type { RateLimitTable } from '../http/rate-limits.ts'
import type { Asset } from '../http/send-asset.ts'
import { createAccessTokens } from '../services/auth/access-tokens.ts'
import { checkBotKey } from '../services/auth/sign-in-guest.ts'
import { loadTokenKey } from '../services/auth/token-key.ts'
import { systemClock } from '../system-clock.ts'

export const TEST_BOT_KEY = 'test-bot-key'
const MANY = 1_000_000

/** What a test may say about its app. */
export interface FakeHttpOptions {
  readonly dataDir: string
  readonly limits?: RateLimitTable
  readonly trustedProxies?: readonly string[]
  readonly allowedOrigins?: readonly string[]
  readonly failWith?: unknown
}

/** A fake app and what it was asked. */
export interface FakeHttp {
  readonly joins: JoinRequest[]
  readonly logs: string[]
  readonly tokens: ReturnType<typeof createAccessTokens>
  readonly fetch: (path: string, init?: RequestInit & { address?: string }) => Promise<Response>
  /** A signed-in guest's authorization header. */
  readonly signIn: () => Promise<Record<string, string>>
  /** Routes that are really there, as the role table writes them. */
  readonly routes: () => string[]
}

/** The app over fakes. */
export function createFakeHttp(options: FakeHttpOptions): FakeHttp {
  const joins: JoinRequest[] = []
  const logs: string[] = []
  const tokens = createAccessTokens({
    key: loadTokenKey(options.dataDir),
    clock: systemClock,
    ttlSec: 3600,
  })
  const app = createHttpApp({
    tokens,
    limits: createRateLimits(options.limits ?? wideLimits()),
    findClientAddress: createFindClientAddress(options.trustedProxies ?? []),
    logger: createLineLog(logs),
    metrics: { request: ignore, rejected: ignore, matchmade: ignore },
    monotonicMs: () => systemClock.monotonicMs(),
    isOriginAllowed: createIsOriginAllowed(options.allowedOrigins ?? [], ''),
    findBalance: (version) =>
      version === 'current' || version === '1' ? { version: '1', files: {} } : undefined,
    playPage: Promise.resolve({ document: textAsset('<!doctype html>'), files: new Map() }),
    here: { region: 'test', publicUrl: '' },
    gate: createFakeGate(joins, options.failWith),
    checkBotKey: (given) => checkBotKey(TEST_BOT_KEY, given),
    version: '0.0.0',
  })
  const fetchApp: FakeHttp['fetch'] = async (path, init = {}) => {
    const socket = { remoteAddress: init.address ?? '127.0.0.1' }
    const request = new Request(`http://game.test${path}`, init)
    return app.fetch(request, { incoming: { socket } })
  }
  return {
    joins,
    logs,
    tokens,
    fetch: fetchApp,
    async signIn() {
      const answer = await fetchApp('/v1/auth/guest', { method: 'POST' })
      const { accessToken } = (await answer.json()) as { accessToken: string }
      return { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' }
    },
    routes() {
      const real = app.routes.filter((route) => route.method !== 'ALL' && !route.path.includes('*'))
      const keys = real.map((route) => `${route.method} ${route.path}`)
      return [...new Set(keys)].map((key) => key.replace(/:(\w+)/g, '{$1}'))
    },
  }
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
    reconnect: () => Promise.resolve(seat),
    count: ignore,
  }
}

function createLineLog(lines: string[]) {
  const write = (fields: object, message: string) => {
    lines.push(`${message} ${JSON.stringify(fields)}`)
  }
  return { info: write, warn: write, error: write }
}

function wideLimits(): RateLimitTable {
  const row = { perAddress: MANY, perUser: MANY }
  return { read: row, guest: row, matchmake: row }
}

function textAsset(text: string): Asset {
  const gzipped = gzipSync(text)
  return { contentType: 'text/html; charset=utf-8', gzipped, etag: '"page"', headers: {} }
}

function ignore(): void {
  // What fakes do with what they are told.
}
