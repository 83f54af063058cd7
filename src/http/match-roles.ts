/** Rows of the role table for finished battles, their history and what is shared of them. */
import type { RateLimitRow, RateLimitTable } from './rate-limits.ts'
import type { RouteRule } from './role-table.ts'

const LOOK: RouteRule = {
  role: 'user',
  rateLimit: 'matches',
  bodyBytesMax: 0,
  needsIdempotencyKey: false,
}
const REPORT = {
  ...LOOK,
  role: 'operator',
  rateLimit: 'staff',
  permission: 'results.read',
} as const satisfies RouteRule
/** Anybody who has the link; pages of other sites fetch it for previews. */
const SHARED: RouteRule = { ...LOOK, role: 'anyone', rateLimit: 'shared' }

export const MATCH_ROLES = {
  'GET /v1/me/matches': LOOK,
  'GET /v1/me/stats': LOOK,
  'GET /v1/players/{userId}/matches': LOOK,
  'GET /v1/matches/{matchId}': LOOK,
  'GET /v1/matches/{matchId}/players': LOOK,
  'GET /v1/matches/{matchId}/course': LOOK,
  'POST /v1/matches/{matchId}/share': LOOK,
  'DELETE /v1/matches/{matchId}/share': LOOK,
  'GET /v1/admin/matches': { ...REPORT, audit: 'results.list' },
  'GET /v1/admin/matches/{matchId}': { ...REPORT, audit: 'result.read' },
  'GET /v1/admin/matches/{matchId}/players': { ...REPORT, audit: 'result.players' },
  'GET /v1/admin/matches/{matchId}/log': { ...REPORT, audit: 'result.log' },
  'GET /v1/admin/matches/report': { ...REPORT, audit: 'results.export' },
  'GET /v1/admin/matches/{matchId}/report': { ...REPORT, audit: 'result.export' },
  'GET /m/{code}': SHARED,
  'GET /m/{code}/card.png': SHARED,
} as const satisfies Readonly<Record<string, RouteRule>>

const row = (perUser: number): RateLimitRow => ({ perAddress: perUser * 10, perUser })

/** Requests a minute. A card is drawn once and kept for a while. */
export const MATCH_LIMITS = {
  matches: row(120),
  shared: { perAddress: 120 },
} as const satisfies Partial<RateLimitTable>
