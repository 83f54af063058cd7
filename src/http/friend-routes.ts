/** `/v1/friends` and `/v1/blocks`. Ids are users'; what is between others is nobody's to see. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { z } from '@hono/zod-openapi'

import type { SocialDesk } from '../services/social-desk.ts'
import type { GuardsFor, HttpEnv } from './http-ports.ts'
import { addUserRoute, Id } from './user-route.ts'

const Other = z.object({ userId: Id })
const State = z.enum(['none', 'asked', 'asks', 'friends'])
const Friend = z
  .object({ userId: z.string(), name: z.string(), state: State, since: z.iso.datetime() })
  .openapi('Friend')

/** Adds the routes. */
export function addFriendRoutes(
  app: OpenAPIHono<HttpEnv>,
  guards: GuardsFor,
  desk: SocialDesk,
): void {
  addUserRoute(app, guards, 'GET /v1/friends', {
    summary: 'Friends, and requests of both directions',
    answer: z.object({ friends: z.array(Friend) }).openapi('Friends'),
    run: async ({ userId }) => ({ friends: await desk.friends(userId) }),
  })
  addUserRoute(app, guards, 'POST /v1/friends', {
    summary: 'Ask a player; who has asked you becomes a friend at once',
    body: z.strictObject({ userId: Id }).openapi('FriendRequest'),
    answer: z.object({ state: State }).openapi('FriendState'),
    errors: ['forbidden', 'not_found', 'conflict'],
    run: async ({ userId, body }) => ({ state: await desk.ask({ userId, otherId: body.userId }) }),
  })
  addUserRoute(app, guards, 'PUT /v1/friends/{userId}', {
    summary: 'Accept a request',
    params: Other,
    errors: ['not_found', 'conflict'],
    run: ({ userId, params }) => desk.accept({ userId, otherId: params.userId }),
  })
  addUserRoute(app, guards, 'DELETE /v1/friends/{userId}', {
    summary: 'End a friendship, take a request back, or decline one',
    params: Other,
    errors: ['not_found'],
    run: ({ userId, params }) => desk.unfriend({ userId, otherId: params.userId }),
  })
  addUserRoute(app, guards, 'GET /v1/blocks', {
    summary: 'Players you block',
    answer: z.object({ userIds: z.array(z.string()) }).openapi('Blocks'),
    run: async ({ userId }) => ({ userIds: await desk.blocked(userId) }),
  })
  addUserRoute(app, guards, 'PUT /v1/blocks/{userId}', {
    summary: 'Block a player',
    params: Other,
    errors: ['not_found', 'conflict'],
    run: ({ userId, params }) => desk.block({ userId, otherId: params.userId }),
  })
  addUserRoute(app, guards, 'DELETE /v1/blocks/{userId}', {
    summary: 'Take a block away',
    params: Other,
    run: ({ userId, params }) => desk.unblock({ userId, otherId: params.userId }),
  })
}
