/**
 * Every route of the public port, as data: who may call it, which limit it counts against, how much
 * body it takes, whether it needs an Idempotency-Key. `route-guards.ts` enforces the row; a test
 * compares the table with the routes that are really there, in both directions.
 */
import type { RateLimitName } from './rate-limits.ts'

/** `user` means a valid access token; the handler then finds the claims in the context. */
export type Role = 'anyone' | 'user'

/** The rules of one route. */
export interface RouteRule {
  readonly role: Role
  readonly rateLimit: RateLimitName
  /** 0 refuses any body. */
  readonly bodyBytesMax: number
  readonly needsIdempotencyKey: boolean
}

/** Largest body of any route so far (bytes). */
export const BODY_BYTES_MAX = 8192

const READ: RouteRule = {
  role: 'anyone',
  rateLimit: 'read',
  bodyBytesMax: 0,
  needsIdempotencyKey: false,
}

export const ROLE_TABLE = {
  'GET /': READ,
  'GET /play/{file}': READ,
  'GET /v1/balance/{version}': READ,
  'GET /v1/regions': READ,
  'GET /openapi.json': READ,
  'POST /v1/auth/guest': {
    role: 'anyone',
    rateLimit: 'guest',
    bodyBytesMax: BODY_BYTES_MAX,
    needsIdempotencyKey: false,
  },
  'POST /matchmake/{method}/{target}': {
    role: 'user',
    rateLimit: 'matchmake',
    bodyBytesMax: BODY_BYTES_MAX,
    needsIdempotencyKey: false,
  },
} as const satisfies Readonly<Record<string, RouteRule>>

export type RouteKey = keyof typeof ROLE_TABLE
