/** What staff do to rooms: `POST /v1/admin/rooms/{roomId}/kick` and `/close`. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { createRoute, z } from '@hono/zod-openapi'

import { NO_CONTENT } from '../http/account-schemas.ts'
import type { GuardsFor, HttpEnv } from '../http/http-ports.ts'
import type { RoomDesk } from '../services/operations/room-desk.ts'
import { body, OPERATOR_SECURITY, Reason, STAFF_CHANGE_ANSWERS } from './admin-schemas.ts'
import { RoomParam } from './live-routes.ts'

/** Longest time a battle may take to end by itself (s). */
const WITHIN_SEC_MAX = 3600

const KickRequest = z.strictObject({ userId: z.uuid(), reason: Reason }).openapi('KickRequest')
const CloseRequest = z
  .strictObject({
    reason: Reason,
    /** A running battle may go on for so long; 0 ends it now, without a result. */
    withinSec: z.int().min(0).max(WITHIN_SEC_MAX).default(0),
  })
  .openapi('CloseRoomRequest')

/** Adds the routes to `app`. */
export function addRoomRoutes(app: OpenAPIHono<HttpEnv>, guards: GuardsFor, rooms: RoomDesk): void {
  const kick = createRoute({
    method: 'post',
    path: '/v1/admin/rooms/{roomId}/kick',
    summary: 'Throw a user out of a battle, for the rest of it; his socket closes with 4403',
    security: OPERATOR_SECURITY,
    middleware: [guards('POST /v1/admin/rooms/{roomId}/kick')] as const,
    request: { params: RoomParam, body: body(KickRequest) },
    responses: { 204: NO_CONTENT, ...STAFF_CHANGE_ANSWERS },
  })
  app.openapi(kick, async (context) => {
    const { roomId } = context.req.valid('param')
    await rooms.kick(context.get('trail'), { roomId, ...context.req.valid('json') })
    return context.body(null, 204)
  })
  const close = createRoute({
    method: 'post',
    path: '/v1/admin/rooms/{roomId}/close',
    summary: 'End a battle as a drain does: nobody new, sockets close with 4461 at its end',
    security: OPERATOR_SECURITY,
    middleware: [guards('POST /v1/admin/rooms/{roomId}/close')] as const,
    request: { params: RoomParam, body: body(CloseRequest) },
    responses: { 204: NO_CONTENT, ...STAFF_CHANGE_ANSWERS },
  })
  app.openapi(close, async (context) => {
    const { roomId } = context.req.valid('param')
    await rooms.close(context.get('trail'), { roomId, ...context.req.valid('json') })
    return context.body(null, 204)
  })
}
