/**
 * Every route of the public port, as data: who may call it, which limit it counts against, how much
 * body it takes, whether it needs an Idempotency-Key. `route-guards.ts` enforces the row; a test
 * compares the table with the routes that are really there, in both directions.
 */
import type { Permission } from '../services/identity/roles.ts'
import { MODERATION_ROLES } from './moderation-roles.ts'
import { OIDC_ROLES } from './oidc-roles.ts'
import { MATCH_ROLES } from './match-roles.ts'
import type { RateLimitName } from './rate-limits.ts'
import { OPERATIONS_ROLES } from './operations-roles.ts'
import { ADMIN_ROLES } from './admin-roles.ts'
import { BALANCE_ROLES } from './balance-roles.ts'
import { HOUSE_ROLES } from './house-roles.ts'
import { PEOPLE_ROLES } from './people-roles.ts'
import { SOCIAL_ROLES } from './social-roles.ts'
import { STANDING_ROLES } from './standing-roles.ts'
import { WEBHOOK_ROLES } from './webhook-roles.ts'

/**
 * `user` means a valid access token, `operator` a console session and with every change its CSRF
 * header; the handler then finds the claims in the context.
 */
export type Role = 'anyone' | 'user' | 'operator'

/** The rules of one route. */
export interface RouteRule {
  readonly role: Role
  /** What a user must be permitted, too. */
  readonly permission?: Permission
  readonly rateLimit: RateLimitName
  /** 0 refuses any body. */
  readonly bodyBytesMax: number
  /** An Idempotency-Key must come. */
  readonly needsIdempotencyKey: boolean
  /** An Idempotency-Key may come; repeated, it gets the first answer again. */
  readonly takesIdempotencyKey?: true
  /** Name of the action in the audit log; each request then has one row there. */
  readonly audit?: string
  /** Also for an operator who has no second factor yet. */
  readonly mayEnrol?: boolean
}

/** Largest body of any route so far (bytes). */
export const BODY_BYTES_MAX = 8192

const READ: RouteRule = {
  role: 'anyone',
  rateLimit: 'read',
  bodyBytesMax: 0,
  needsIdempotencyKey: false,
}
const SIGN_IN: RouteRule = { ...READ, rateLimit: 'signIn', bodyBytesMax: BODY_BYTES_MAX }
const OWN: RouteRule = { ...READ, role: 'user', rateLimit: 'account' }
const OWN_WRITE: RouteRule = { ...OWN, bodyBytesMax: BODY_BYTES_MAX }

export const ROLE_TABLE = {
  'GET /': READ,
  'GET /play/{file}': READ,
  'GET /console': READ,
  'GET /console/{page}': READ,
  'GET /console/{page}/{id}': READ,
  'GET /v1/balance/{version}': READ,
  'GET /v1/regions': READ,
  'GET /v1/status': READ,
  'GET /openapi.json': READ,
  'GET /.well-known/jwks.json': READ,
  'GET /docs': READ,
  'GET /docs/{file}': READ,
  'POST /v1/auth/guest': {
    role: 'anyone',
    rateLimit: 'guest',
    bodyBytesMax: BODY_BYTES_MAX,
    needsIdempotencyKey: false,
  },
  'POST /v1/auth/signup': SIGN_IN,
  'POST /v1/auth/login': SIGN_IN,
  // Its key is its own: it makes the next token (identity/refresh-session.ts).
  'POST /v1/auth/refresh': { ...SIGN_IN, rateLimit: 'refresh', takesIdempotencyKey: true },
  'POST /v1/auth/verify-email': SIGN_IN,
  'POST /v1/auth/forgot-password': SIGN_IN,
  'POST /v1/auth/reset-password': SIGN_IN,
  'POST /v1/auth/logout': OWN,
  'POST /v1/auth/logout-everywhere': OWN,
  'GET /v1/me': OWN,
  'PATCH /v1/me': OWN_WRITE,
  'POST /v1/me/upgrade': OWN_WRITE,
  'POST /v1/me/password': OWN_WRITE,
  'POST /v1/me/verify-email': { ...OWN, rateLimit: 'mail' },
  'POST /v1/me/email': { ...OWN_WRITE, rateLimit: 'mail' },
  'GET /v1/me/sessions': OWN,
  'DELETE /v1/me/sessions/{sessionId}': OWN,
  'GET /v1/me/export': OWN,
  'POST /v1/me/delete': OWN_WRITE,
  'POST /v1/me/totp': OWN_WRITE,
  'POST /v1/me/totp/confirm': { ...OWN_WRITE, rateLimit: 'totp' },
  ...ADMIN_ROLES,
  ...BALANCE_ROLES,
  ...HOUSE_ROLES,
  ...OPERATIONS_ROLES,
  ...WEBHOOK_ROLES,
  'POST /matchmake/{method}/{target}': {
    role: 'user',
    rateLimit: 'matchmake',
    bodyBytesMax: BODY_BYTES_MAX,
    needsIdempotencyKey: false,
  },
  ...OIDC_ROLES,
  ...MATCH_ROLES,
  ...SOCIAL_ROLES,
  ...STANDING_ROLES,
  ...MODERATION_ROLES,
  ...PEOPLE_ROLES,
} as const satisfies Readonly<Record<string, RouteRule>>

export type RouteKey = keyof typeof ROLE_TABLE
