/** Rows of the role table for signing in through providers. */
import type { RouteRule } from './role-table.ts'

/** A code of a provider may be long (bytes). */
const BODY_BYTES_MAX = 8192

const SHOW: RouteRule = {
  role: 'anyone',
  rateLimit: 'read',
  bodyBytesMax: 0,
  needsIdempotencyKey: false,
}
const SIGN_IN: RouteRule = { ...SHOW, rateLimit: 'signIn', bodyBytesMax: BODY_BYTES_MAX }
const OWN: RouteRule = { ...SHOW, role: 'user', rateLimit: 'account' }
const STAFF = {
  ...SHOW,
  role: 'operator',
  rateLimit: 'staff',
  permission: 'providers.write',
} as const

export const OIDC_ROLES = {
  'GET /v1/auth/oidc/providers': SHOW,
  'GET /v1/auth/oidc/callback': SHOW,
  'POST /v1/auth/oidc/{providerId}/start': SIGN_IN,
  'POST /v1/auth/oidc/finish': SIGN_IN,
  'GET /v1/me/identities': OWN,
  'POST /v1/me/identities/{providerId}/start': { ...OWN, bodyBytesMax: BODY_BYTES_MAX },
  'DELETE /v1/me/identities/{providerId}': OWN,
  'GET /v1/admin/oidc-providers': { ...STAFF, audit: 'provider.list' },
  'PUT /v1/admin/oidc-providers/{providerId}': {
    ...STAFF,
    bodyBytesMax: BODY_BYTES_MAX,
    audit: 'provider.put',
  },
  'DELETE /v1/admin/oidc-providers/{providerId}': { ...STAFF, audit: 'provider.delete' },
} as const satisfies Readonly<Record<string, RouteRule>>
