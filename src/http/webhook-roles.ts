/** Rows of the role table for outgoing webhooks. */
import type { RouteRule } from './role-table.ts'

const BODY_BYTES_MAX = 8192

const READ = {
  role: 'operator',
  permission: 'webhooks.write',
  rateLimit: 'staff',
  bodyBytesMax: 0,
  needsIdempotencyKey: false,
} as const
const WRITE = { ...READ, bodyBytesMax: BODY_BYTES_MAX } as const
const ONE = '/v1/admin/webhooks/{webhookId}'

export const WEBHOOK_ROLES = {
  'GET /v1/admin/webhooks': { ...READ, audit: 'webhook.list' },
  'POST /v1/admin/webhooks': { ...WRITE, audit: 'webhook.create' },
  [`PUT ${ONE}`]: { ...WRITE, audit: 'webhook.edit' },
  [`DELETE ${ONE}`]: { ...READ, audit: 'webhook.remove' },
  [`POST ${ONE}/test`]: { ...READ, audit: 'webhook.test' },
  [`GET ${ONE}/deliveries`]: { ...READ, audit: 'webhook.deliveries' },
  [`POST ${ONE}/deliveries/{deliveryId}/retry`]: { ...READ, audit: 'webhook.retry' },
} as const satisfies Readonly<Record<string, RouteRule>>
