/**
 * Who may take a seat, checked at the socket before Colyseus consumes the seat: the token must be
 * valid and belong to the user the seat was reserved for; a reconnecting user must still be allowed
 * here. A refused attempt leaves the seat as it was, so nobody can burn another one's seat.
 */
import { AppError } from '@battalion/base/app-error.ts'
import type { AuthContext, Client, ClientPrivate, Room } from '@colyseus/core'
import { toSeatAuth } from './client-seat.ts'
import type { SeatAuth } from './client-seat.ts'
import { internalsOf, rejectReconnection } from './colyseus-internals.ts'
import type { ConnectionOptions } from './colyseus-internals.ts'
import type { RoomPorts } from './ports.ts'

/** `readyState` of an open socket. */
const SOCKET_OPEN = 1

/** What static `onAuth` of every room returns; throws AppError `unauthenticated`. */
export async function authenticateToken(
  ports: Pick<RoomPorts, 'auth'>,
  token: string | null | undefined,
): Promise<SeatAuth> {
  if (typeof token !== 'string' || token.length === 0) throw unauthenticated('no token')
  return toSeatAuth(await ports.auth.verifyAccessToken(token))
}

/** True for what `onAuth` put on a seat. */
export function isSeatAuth(auth: unknown): auth is SeatAuth {
  if (typeof auth !== 'object' || auth === null) return false
  const { userId, kind } = auth as Partial<SeatAuth>
  return typeof userId === 'string' && (kind === 'guest' || kind === 'bot' || kind === 'account')
}

export interface JoinAttempt {
  readonly client: Client
  readonly context: AuthContext
  readonly options: ConnectionOptions
}

/** The identity of a socket that asks for a seat; throws AppError when it must not have it. */
export async function checkJoinAttempt(
  room: Room,
  ports: RoomPorts,
  attempt: JoinAttempt,
): Promise<SeatAuth> {
  const { client, context, options } = attempt
  const holder = findSeatHolder(room, client.sessionId)
  if (holder === undefined) throw new AppError('not_found', 'The seat is gone; join again.')
  const isReconnect = typeof options.reconnectionToken === 'string'
  const token = context.token ?? ''
  const claims = isReconnect
    ? await ports.auth.verifyReturning(token)
    : await ports.auth.verifyAccessToken(token)
  if (claims.userId !== holder.userId) throw unauthenticated('the seat belongs to another user')
  if (isReconnect && !(await ports.auth.isUserAllowed(claims))) {
    rejectReconnection(room, client.sessionId, 'the user may not come back')
    ports.metrics.reconnected('refused')
    throw new AppError('forbidden', 'You may not come back to this battle.')
  }
  const { readyState } = client as Client & ClientPrivate
  if (readyState !== SOCKET_OPEN) throw new AppError('unavailable', 'The connection was lost.')
  return holder
}

/** Whose seat `sessionId` is: reserved, waiting for a reconnection, or still connected. */
function findSeatHolder(room: Room, sessionId: string): SeatAuth | undefined {
  const reserved: unknown = internalsOf(room)._reservedSeats[sessionId]?.[1]
  const auth: unknown = reserved ?? room.clients.get(sessionId)?.auth
  return isSeatAuth(auth) ? auth : undefined
}

function unauthenticated(internal: string): AppError {
  return new AppError('unauthenticated', 'Sign in again.', { internal })
}
