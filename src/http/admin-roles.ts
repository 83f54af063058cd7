/**
 * The rows of the console in the role table. `operator` is a console session; what it may do is its
 * permission, asked of the database at each request. `audit` names the action in the audit log: a
 * row under `/v1/admin` without one fails the tests.
 */
import type { RouteRule } from './role-table.ts'

/** Largest body of a route of staff (bytes). */
const BODY_BYTES = 8192

const READ = {
  role: 'operator',
  rateLimit: 'staff',
  bodyBytesMax: 0,
  needsIdempotencyKey: false,
} as const
const WRITE = { ...READ, bodyBytesMax: BODY_BYTES } as const
const DOOR = { ...WRITE, role: 'anyone', rateLimit: 'signIn' } as const

export const ADMIN_ROLES = {
  'POST /v1/admin/operator': { ...DOOR, audit: 'operator.first' },
  'POST /v1/admin/session': { ...DOOR, audit: 'console.signIn' },
  'GET /v1/admin/session': { ...READ, mayEnrol: true, audit: 'console.look' },
  'DELETE /v1/admin/session': { ...READ, mayEnrol: true, audit: 'console.signOut' },
  'POST /v1/admin/session/totp': { ...READ, mayEnrol: true, audit: 'totp.begin' },
  'POST /v1/admin/session/totp/confirm': {
    ...WRITE,
    rateLimit: 'totp',
    mayEnrol: true,
    audit: 'totp.confirm',
  },
  'GET /v1/admin/staff': { ...READ, permission: 'roles.write', audit: 'staff.list' },
  'PUT /v1/admin/users/{userId}/roles/{role}': {
    ...READ,
    permission: 'roles.write',
    audit: 'role.grant',
  },
  'DELETE /v1/admin/users/{userId}/roles/{role}': {
    ...READ,
    permission: 'roles.write',
    audit: 'role.revoke',
  },
  'POST /v1/admin/invites': { ...WRITE, permission: 'invites.write', audit: 'invite.create' },
  'DELETE /v1/admin/invites/{code}': {
    ...READ,
    permission: 'invites.write',
    audit: 'invite.disable',
  },
} as const satisfies Readonly<Record<string, RouteRule>>
