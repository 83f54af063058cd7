/** Rows of the role table for versions of the balance: the game team's. */
import type { RouteRule } from './role-table.ts'

/** Largest edit (bytes): one map of the largest kind at a time; the shipped front has 366,000. */
export const BALANCE_EDIT_BYTES_MAX = 524_288
const BODY_BYTES_MAX = 8192

const READ = {
  role: 'operator',
  permission: 'balance.read',
  rateLimit: 'staff',
  bodyBytesMax: 0,
  needsIdempotencyKey: false,
} as const
const WRITE = { ...READ, permission: 'balance.write', bodyBytesMax: BODY_BYTES_MAX } as const
const ONE = '/v1/admin/balances/{version}'

export const BALANCE_ROLES = {
  'GET /v1/admin/balances': { ...READ, audit: 'balance.list' },
  'POST /v1/admin/balances': { ...WRITE, audit: 'balance.draft' },
  [`GET ${ONE}`]: { ...READ, audit: 'balance.read' },
  [`PUT ${ONE}`]: { ...WRITE, bodyBytesMax: BALANCE_EDIT_BYTES_MAX, audit: 'balance.edit' },
  [`DELETE ${ONE}`]: { ...WRITE, bodyBytesMax: 0, audit: 'balance.discard' },
  [`POST ${ONE}/validate`]: { ...READ, audit: 'balance.validate' },
  [`GET ${ONE}/diff`]: { ...READ, audit: 'balance.diff' },
  [`POST ${ONE}/publish`]: { ...WRITE, audit: 'balance.publish' },
} as const satisfies Readonly<Record<string, RouteRule>>
