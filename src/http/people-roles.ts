/** Rows of the role table for players as staff see them, and for what staff do to them. */
import type { RouteRule } from './role-table.ts'

/** Largest body of these routes (bytes). */
const BODY_BYTES_MAX = 8192

const LOOK = {
  role: 'operator',
  permission: 'players.read',
  rateLimit: 'staff',
  bodyBytesMax: 0,
  needsIdempotencyKey: false,
} as const
const BAN = { ...LOOK, permission: 'bans.write' } as const
const LOCK = { ...LOOK, permission: 'matches.lock' } as const
const END = { ...LOOK, permission: 'sessions.write' } as const
const BODY = { bodyBytesMax: BODY_BYTES_MAX } as const

export const PEOPLE_ROLES = {
  'GET /v1/admin/users': { ...LOOK, audit: 'user.search' },
  'GET /v1/admin/users/{userId}': { ...LOOK, audit: 'user.read' },
  'GET /v1/admin/users/{userId}/sanctions': { ...LOOK, audit: 'sanction.list' },
  'POST /v1/admin/users/{userId}/ban': { ...BAN, ...BODY, audit: 'user.ban' },
  'DELETE /v1/admin/users/{userId}/ban': { ...BAN, audit: 'user.unban' },
  'PUT /v1/admin/users/{userId}/match-lock': { ...LOCK, ...BODY, audit: 'user.lock' },
  'DELETE /v1/admin/users/{userId}/match-lock': { ...LOCK, audit: 'user.unlock' },
  'DELETE /v1/admin/users/{userId}/sessions': { ...END, audit: 'session.endAll' },
  'DELETE /v1/admin/users/{userId}/sessions/{sessionId}': { ...END, audit: 'session.end' },
} as const satisfies Readonly<Record<string, RouteRule>>
