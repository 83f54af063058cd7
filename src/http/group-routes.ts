/** `/v1/groups`: founding, joining, roles, invitations. Closed groups are not there for others. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { z } from '@hono/zod-openapi'

import type { SocialDesk } from '../services/social-desk.ts'
import type { GuardsFor, HttpEnv } from './http-ports.ts'
import { addUserRoute, Id } from './user-route.ts'

const Role = z.enum(['owner', 'officer', 'member'])
const Group = z.object({ id: z.string(), name: z.string(), isOpen: z.boolean() }).openapi('Group')
const OneGroup = z.object({ groupId: Id })
const OneMember = z.object({ groupId: Id, userId: Id })
const Member = z.object({ userId: z.string(), name: z.string(), role: Role })

/** Adds the routes. */
export function addGroupRoutes(
  app: OpenAPIHono<HttpEnv>,
  guards: GuardsFor,
  desk: SocialDesk,
): void {
  addUserRoute(app, guards, 'GET /v1/groups', {
    summary: 'Your groups and invitations',
    answer: z
      .object({
        groups: z.array(Group.extend({ role: Role })),
        invites: z.array(Group.extend({ invitedBy: z.string() })),
      })
      .openapi('Groups'),
    run: ({ userId }) => desk.groups(userId),
  })
  addUserRoute(app, guards, 'POST /v1/groups', {
    summary: 'Found a group',
    body: z
      .strictObject({ name: z.string().max(200), isOpen: z.boolean().default(true) })
      .openapi('NewGroup'),
    answer: Group,
    errors: ['conflict'],
    run: ({ userId, body }) => desk.foundGroup({ ...body, userId }),
  })
  addUserRoute(app, guards, 'DELETE /v1/groups/{groupId}', {
    summary: 'End a group you own',
    params: OneGroup,
    errors: ['forbidden', 'not_found'],
    run: ({ userId, params }) => desk.disbandGroup({ ...params, userId }),
  })
  addMemberRoutes(app, guards, desk)
}

function addMemberRoutes(app: OpenAPIHono<HttpEnv>, guards: GuardsFor, desk: SocialDesk): void {
  addUserRoute(app, guards, 'GET /v1/groups/{groupId}/members', {
    summary: 'Members of your group',
    params: OneGroup,
    answer: z.object({ members: z.array(Member) }).openapi('GroupMembers'),
    errors: ['not_found'],
    run: async ({ userId, params }) => ({
      members: await desk.groupMembers({ ...params, userId }),
    }),
  })
  addUserRoute(app, guards, 'POST /v1/groups/{groupId}/members', {
    summary: 'Join an open group, or one that invited you',
    params: OneGroup,
    errors: ['not_found', 'conflict'],
    run: ({ userId, params }) => desk.joinGroup({ ...params, userId }),
  })
  addUserRoute(app, guards, 'PATCH /v1/groups/{groupId}/members/{userId}', {
    summary: 'Give a member another role; `owner` hands the group over',
    params: OneMember,
    body: z.strictObject({ role: Role }).openapi('GroupRole'),
    errors: ['forbidden', 'not_found', 'conflict'],
    run: ({ userId, params: { groupId, userId: otherId }, body }) =>
      desk.setGroupRole({ groupId, userId, otherId, role: body.role }),
  })
  addUserRoute(app, guards, 'DELETE /v1/groups/{groupId}/members/{userId}', {
    summary: 'Leave, or remove a member of a lower rank',
    params: OneMember,
    errors: ['forbidden', 'not_found', 'conflict'],
    run: ({ userId, params: { groupId, userId: otherId } }) =>
      userId === otherId
        ? desk.leaveGroup({ groupId, userId })
        : desk.kickFromGroup({ groupId, userId, otherId }),
  })
  addUserRoute(app, guards, 'POST /v1/groups/{groupId}/invites', {
    summary: 'Invite a player, as owner or officer',
    params: OneGroup,
    body: z.strictObject({ userId: Id }).openapi('GroupInvite'),
    errors: ['forbidden', 'not_found', 'conflict'],
    run: ({ userId, params, body }) =>
      desk.inviteToGroup({ ...params, userId, otherId: body.userId }),
  })
  addUserRoute(app, guards, 'DELETE /v1/groups/{groupId}/invites', {
    summary: 'Decline an invitation',
    params: OneGroup,
    run: ({ userId, params }) => desk.declineGroup({ ...params, userId }),
  })
}
