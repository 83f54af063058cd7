/** `/v1/parties`: the one party a signed-in user is in, and invitations to others. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { z } from '@hono/zod-openapi'

import type { SocialDesk } from '../services/social-desk.ts'
import type { GuardsFor, HttpEnv } from './http-ports.ts'
import type { PartyGate } from './matchmaking-routes.ts'
import { addUserRoute, Id } from './user-route.ts'

const Party = z
  .object({ id: z.string(), leaderId: z.string(), memberIds: z.array(z.string()).readonly() })
  .openapi('Party')
const Invite = z.object({
  partyId: z.string(),
  invitedBy: z.string(),
  expiresAt: z.iso.datetime(),
})
const OneParty = z.object({ partyId: Id })
const Other = z.strictObject({ userId: Id })

/** Adds the routes. */
export function addPartyRoutes(
  app: OpenAPIHono<HttpEnv>,
  guards: GuardsFor,
  { desk, parties }: { readonly desk: SocialDesk; readonly parties: Pick<PartyGate, 'release'> },
): void {
  addUserRoute(app, guards, 'GET /v1/parties', {
    summary: 'Your party and invitations',
    answer: z.object({ party: Party.nullable(), invites: z.array(Invite) }).openapi('Parties'),
    run: ({ userId }) => desk.party(userId),
  })
  addUserRoute(app, guards, 'POST /v1/parties', {
    summary: 'Start a party',
    answer: Party,
    errors: ['conflict'],
    run: ({ userId }) => desk.startParty(userId),
  })
  addUserRoute(app, guards, 'POST /v1/parties/invites', {
    summary: 'Invite a player; starts your party when there is none',
    body: Other.openapi('PartyInvite'),
    answer: Party,
    errors: ['forbidden', 'not_found', 'conflict'],
    run: ({ userId, body }) => desk.inviteToParty({ userId, otherId: body.userId }),
  })
  addUserRoute(app, guards, 'POST /v1/parties/{partyId}/members', {
    summary: 'Accept an invitation',
    params: OneParty,
    answer: Party,
    errors: ['not_found', 'conflict'],
    run: ({ userId, params }) => desk.joinParty({ ...params, userId }),
  })
  addUserRoute(app, guards, 'DELETE /v1/parties/{partyId}/invites', {
    summary: 'Decline an invitation',
    params: OneParty,
    run: ({ userId, params }) => desk.declineParty({ ...params, userId }),
  })
  addUserRoute(app, guards, 'PUT /v1/parties/leader', {
    summary: 'Give the lead to a member',
    body: Other.openapi('PartyLeader'),
    errors: ['forbidden', 'not_found'],
    run: ({ userId, body }) => desk.promoteInParty({ userId, otherId: body.userId }),
  })
  addUserRoute(app, guards, 'DELETE /v1/parties/members/{userId}', {
    summary: 'Leave your party, or remove a member as its leader',
    params: z.object({ userId: Id }),
    errors: ['forbidden', 'not_found'],
    async run({ userId, params: { userId: otherId } }) {
      const partyId = (await desk.party(userId)).party?.id
      if (userId === otherId) await desk.leaveParty(userId)
      else await desk.kickFromParty({ userId, otherId })
      // A place that a battle keeps for him was the party's.
      if (partyId !== undefined) await parties.release({ partyId, userId: otherId })
    },
  })
}
