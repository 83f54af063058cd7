/** Rows of the role table for ratings, rankings and progress. */
import type { RouteRule } from './role-table.ts'

const LOOK: RouteRule = {
  role: 'user',
  rateLimit: 'socialRead',
  bodyBytesMax: 0,
  needsIdempotencyKey: false,
}

export const STANDING_ROLES = {
  'GET /v1/me/progress': LOOK,
  'GET /v1/me/ratings': LOOK,
  'GET /v1/me/ratings/{matchId}': LOOK,
  'GET /v1/me/seasons': LOOK,
  'GET /v1/rankings/{board}': LOOK,
  'GET /v1/rankings/{board}/me': LOOK,
  'GET /v1/rankings/{board}/friends': LOOK,
} as const satisfies Readonly<Record<string, RouteRule>>
