/** Rows of the role table for moderators: each names the permission it needs. */
import type { RouteRule } from './role-table.ts'

/** Largest body of these routes (bytes). */
const BODY_BYTES_MAX = 8192

const LOOK = {
  role: 'operator',
  permission: 'reports.read',
  rateLimit: 'staff',
  bodyBytesMax: 0,
  needsIdempotencyKey: false,
} as const
const ACT = { ...LOOK, permission: 'reports.write' } as const
const MUTE = { ...LOOK, permission: 'mutes.write' } as const
const CHAT = { ...LOOK, permission: 'chat.write' } as const
const BODY = { bodyBytesMax: BODY_BYTES_MAX } as const

export const MODERATION_ROLES = {
  'GET /v1/admin/reports': { ...LOOK, audit: 'report.list' },
  'GET /v1/admin/reports/{reportId}': { ...LOOK, audit: 'report.read' },
  'PUT /v1/admin/reports/{reportId}/claim': { ...ACT, audit: 'report.claim' },
  'DELETE /v1/admin/reports/{reportId}/claim': { ...ACT, audit: 'report.release' },
  'PUT /v1/admin/reports/{reportId}/verdict': { ...ACT, ...BODY, audit: 'report.settle' },
  'GET /v1/admin/users/{userId}/mutes': { ...LOOK, audit: 'mute.list' },
  'PUT /v1/admin/users/{userId}/mutes/{scope}': { ...MUTE, ...BODY, audit: 'mute.set' },
  'DELETE /v1/admin/users/{userId}/mutes/{scope}': { ...MUTE, audit: 'mute.lift' },
  'GET /v1/admin/channels': { ...LOOK, audit: 'channel.list' },
  'GET /v1/admin/channels/{channelId}/messages': { ...LOOK, audit: 'channel.read' },
  'DELETE /v1/admin/channels/{channelId}/messages/{seq}': { ...CHAT, audit: 'line.delete' },
  'GET /v1/admin/users/{userId}/notices': { ...LOOK, audit: 'notice.list' },
  'PUT /v1/admin/users/{userId}/notices/{noticeId}': { ...CHAT, ...BODY, audit: 'notice.send' },
  'GET /v1/admin/words': { ...LOOK, audit: 'word.list' },
  'POST /v1/admin/words/try': { ...CHAT, ...BODY, audit: 'word.try' },
  'PUT /v1/admin/words/{rule}/{word}': { ...CHAT, audit: 'word.add' },
  'DELETE /v1/admin/words/{rule}/{word}': { ...CHAT, audit: 'word.remove' },
} as const satisfies Readonly<Record<string, RouteRule>>
