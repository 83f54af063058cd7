/**
 * `/v1/admin/…` for staff: roles and invite codes. Who may is a permission in the role table,
 * asked of the database at each request.
 */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { createRoute, z } from '@hono/zod-openapi'

import { NO_CONTENT } from '../http/account-schemas.ts'
import type { GuardsFor, HttpEnv } from '../http/http-ports.ts'
import { addStaffRoute } from '../http/user-route.ts'
import { ROLES } from '../services/identity/roles.ts'
import type { Role } from '../services/identity/roles.ts'
import type { StaffDesk } from '../services/staff-desk.ts'
import { answer, body, OPERATOR_SECURITY as SECURITY } from './admin-schemas.ts'
import { STAFF_CHANGE_ANSWERS as ANSWERS } from './admin-schemas.ts'

/** Accounts one code can make at most. */
const INVITE_USES_MAX = 10_000

const ROLE_NAMES = Object.keys(ROLES) as [Role, ...Role[]]
const RoleParams = z.object({ userId: z.uuid(), role: z.enum(ROLE_NAMES) })
const InviteRequest = z
  .strictObject({
    usesMax: z.int().min(1).max(INVITE_USES_MAX),
    expiresAt: z.iso.datetime().optional(),
  })
  .openapi('InviteRequest')
const StaffMember = z
  .object({
    userId: z.string(),
    name: z.string(),
    role: z.enum(ROLE_NAMES),
    since: z.iso.datetime(),
  })
  .openapi('StaffMember')

type App = OpenAPIHono<HttpEnv>

/** Adds the routes to `app`. */
export function addStaffRoutes(app: App, guards: GuardsFor, staff: StaffDesk): void {
  addRoleRoutes(app, guards, staff)
  addInviteRoutes(app, guards, staff)
}

function addRoleRoutes(app: App, guards: GuardsFor, staff: StaffDesk): void {
  addStaffRoute(app, guards, 'GET /v1/admin/staff', {
    summary: 'Everybody who has a role, by name',
    answer: z.object({ staff: z.array(StaffMember) }).openapi('Staff'),
    run: async () => ({ staff: [...(await staff.staff())] }),
  })
  const grant = createRoute({
    method: 'put',
    path: '/v1/admin/users/{userId}/roles/{role}',
    summary: 'Give an account a role; its sessions end',
    security: SECURITY,
    middleware: [guards('PUT /v1/admin/users/{userId}/roles/{role}')] as const,
    request: { params: RoleParams },
    responses: { 204: NO_CONTENT, ...ANSWERS },
  })
  app.openapi(grant, async (context) => {
    await staff.grantRole(context.get('trail'), context.req.valid('param'))
    return context.body(null, 204)
  })
  const revoke = createRoute({
    method: 'delete',
    path: '/v1/admin/users/{userId}/roles/{role}',
    summary: 'Take a role away; the sessions of the account end',
    security: SECURITY,
    middleware: [guards('DELETE /v1/admin/users/{userId}/roles/{role}')] as const,
    request: { params: RoleParams },
    responses: { 204: NO_CONTENT, ...ANSWERS },
  })
  app.openapi(revoke, async (context) => {
    await staff.revokeRole(context.get('trail'), context.req.valid('param'))
    return context.body(null, 204)
  })
}

function addInviteRoutes(app: App, guards: GuardsFor, staff: StaffDesk): void {
  const create = createRoute({
    method: 'post',
    path: '/v1/admin/invites',
    summary: 'Make an invite code',
    security: SECURITY,
    middleware: [guards('POST /v1/admin/invites')] as const,
    request: { body: body(InviteRequest) },
    responses: {
      201: answer('The code', z.object({ code: z.string() }).openapi('Invite')),
      ...ANSWERS,
    },
  })
  app.openapi(create, async (context) => {
    const { usesMax, expiresAt } = context.req.valid('json')
    const end = expiresAt === undefined ? {} : { expiresAtMs: Date.parse(expiresAt) }
    const trail = context.get('trail')
    return context.json({ code: await staff.createInvite(trail, { usesMax, ...end }) }, 201)
  })
  const disable = createRoute({
    method: 'delete',
    path: '/v1/admin/invites/{code}',
    summary: 'Switch an invite code off',
    security: SECURITY,
    middleware: [guards('DELETE /v1/admin/invites/{code}')] as const,
    request: { params: z.object({ code: z.string().min(1).max(64) }) },
    responses: { 204: NO_CONTENT, ...ANSWERS },
  })
  app.openapi(disable, async (context) => {
    await staff.disableInvite(context.get('trail'), context.req.valid('param').code)
    return context.body(null, 204)
  })
}
