/** Rows of the role table for jobs, the audit log and lists that operators keep house with. */
import type { RouteRule } from './role-table.ts'

const STAFF = {
  role: 'operator',
  rateLimit: 'staff',
  bodyBytesMax: 0,
  needsIdempotencyKey: false,
} as const
const LOOK = { ...STAFF, permission: 'jobs.read' } as const
const ACT = { ...STAFF, permission: 'jobs.write' } as const
const AUDIT = { ...STAFF, permission: 'audit.read' } as const

export const HOUSE_ROLES = {
  'GET /v1/admin/jobs': { ...LOOK, audit: 'job.list' },
  'GET /v1/admin/jobs/summary': { ...LOOK, audit: 'job.summary' },
  'POST /v1/admin/jobs/{jobId}/retry': { ...ACT, audit: 'job.retry' },
  'DELETE /v1/admin/jobs/{jobId}': { ...ACT, audit: 'job.discard' },
  'GET /v1/admin/letters': { ...LOOK, audit: 'letter.list' },
  'DELETE /v1/admin/letters/{letterId}': { ...ACT, audit: 'letter.discard' },
  'GET /v1/admin/audit': { ...AUDIT, audit: 'audit.list' },
  'POST /v1/admin/audit/verify': { ...AUDIT, audit: 'audit.verify' },
  'GET /v1/admin/invites': { ...STAFF, permission: 'invites.write', audit: 'invite.list' },
} as const satisfies Readonly<Record<string, RouteRule>>
