/** The rows of the running game in the role table: what staff see of it and do to it. */
import type { RouteRule } from './role-table.ts'

/** Largest body of these routes (bytes). */
const BODY_BYTES = 8192

const LOOK = {
  role: 'operator',
  permission: 'rooms.read',
  rateLimit: 'staff',
  bodyBytesMax: 0,
  needsIdempotencyKey: false,
} as const
const ACT = { ...LOOK, bodyBytesMax: BODY_BYTES } as const

export const OPERATIONS_ROLES = {
  'GET /v1/admin/overview': { ...LOOK, audit: 'overview.look' },
  'GET /v1/admin/live': { ...LOOK, audit: 'overview.watch' },
  'GET /v1/admin/rooms': { ...LOOK, audit: 'rooms.look' },
  'GET /v1/admin/rooms/{roomId}': { ...LOOK, audit: 'room.look' },
  'GET /v1/admin/rooms/{roomId}/live': { ...LOOK, audit: 'room.watch' },
  'POST /v1/admin/rooms/{roomId}/kick': { ...ACT, permission: 'kicks.write', audit: 'room.kick' },
  'POST /v1/admin/rooms/{roomId}/close': {
    ...ACT,
    permission: 'rooms.write',
    audit: 'room.close',
  },
  'GET /v1/admin/maintenance': { ...LOOK, audit: 'maintenance.look' },
  'PUT /v1/admin/maintenance': {
    ...ACT,
    permission: 'maintenance.write',
    audit: 'maintenance.set',
  },
} as const satisfies Readonly<Record<string, RouteRule>>
