/** Rows of the role table for friends, groups, parties, chat, notifications, and their limits. */
import type { RateLimitRow, RateLimitTable } from './rate-limits.ts'
import type { RouteRule } from './role-table.ts'

/** Largest body of these routes (bytes): a line with its JSON escapes. */
const BODY_BYTES_MAX = 8192

const LOOK: RouteRule = {
  role: 'user',
  rateLimit: 'socialRead',
  bodyBytesMax: 0,
  needsIdempotencyKey: false,
}
/** From a mail, without signing in; its token is the proof. */
const LINK: RouteRule = { ...LOOK, role: 'anyone', rateLimit: 'read' }
const ACT: RouteRule = { ...LOOK, rateLimit: 'socialWrite' }
const SEND: RouteRule = { ...ACT, bodyBytesMax: BODY_BYTES_MAX }
/** What costs, or tells others something: once per Idempotency-Key. */
const ONCE: RouteRule = { ...SEND, takesIdempotencyKey: true }
const ACT_ONCE: RouteRule = { ...ACT, takesIdempotencyKey: true }
const SAY: RouteRule = { ...ONCE, rateLimit: 'chat' }
const REPORT: RouteRule = { ...ONCE, rateLimit: 'report' }

export const SOCIAL_ROLES = {
  'GET /v1/players': LOOK,
  'GET /v1/friends': LOOK,
  'POST /v1/friends': ONCE,
  'PUT /v1/friends/{userId}': ACT_ONCE,
  'DELETE /v1/friends/{userId}': ACT,
  'GET /v1/blocks': LOOK,
  'PUT /v1/blocks/{userId}': ACT,
  'DELETE /v1/blocks/{userId}': ACT,
  'GET /v1/groups': LOOK,
  'POST /v1/groups': ONCE,
  'DELETE /v1/groups/{groupId}': ACT,
  'GET /v1/groups/{groupId}/members': LOOK,
  'POST /v1/groups/{groupId}/members': ACT_ONCE,
  'PATCH /v1/groups/{groupId}/members/{userId}': SEND,
  'DELETE /v1/groups/{groupId}/members/{userId}': ACT,
  'POST /v1/groups/{groupId}/invites': ONCE,
  'DELETE /v1/groups/{groupId}/invites': ACT,
  'GET /v1/parties': LOOK,
  'POST /v1/parties': ACT_ONCE,
  'POST /v1/parties/invites': ONCE,
  'POST /v1/parties/{partyId}/members': ACT_ONCE,
  'DELETE /v1/parties/{partyId}/invites': ACT,
  'PUT /v1/parties/leader': SEND,
  'POST /v1/parties/battle': { ...SEND, rateLimit: 'matchmake' },
  'DELETE /v1/parties/members/{userId}': ACT,
  'GET /v1/channels': LOOK,
  'POST /v1/channels': ONCE,
  'PUT /v1/channels/{channelId}/read': SEND,
  'GET /v1/channels/{channelId}/messages': LOOK,
  'POST /v1/channels/{channelId}/messages': SAY,
  'PATCH /v1/channels/{channelId}/messages/{seq}': SAY,
  'DELETE /v1/channels/{channelId}/messages/{seq}': ACT,
  'POST /v1/channels/{channelId}/messages/{seq}/reports': REPORT,
  'GET /v1/notifications': LOOK,
  'POST /v1/notifications/read': SEND,
  'GET /v1/notifications/stream': LOOK,
  'GET /v1/notifications/mail': LOOK,
  'PUT /v1/notifications/mail/{kind}': SEND,
  'GET /v1/mail/unsubscribe': LINK,
  'POST /v1/mail/unsubscribe': LINK,
  'GET /v1/me/state': LOOK,
} as const satisfies Readonly<Record<string, RouteRule>>

const row = (perUser: number): RateLimitRow => ({ perAddress: perUser * 10, perUser })

/** Requests a minute. Chat has its own pace behind it (5 lines in 5 s). */
export const SOCIAL_LIMITS = {
  socialRead: row(240),
  socialWrite: row(60),
  chat: row(120),
  report: row(10),
} as const satisfies Partial<RateLimitTable>
