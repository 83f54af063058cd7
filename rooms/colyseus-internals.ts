/**
 * The one file that names private members of Colyseus' Room (0.18.17). The gate has to stand in
 * front of `_onMessage`, `_onJoin` and `_reserveSeat`, for which there is no public hook; a version
 * that renames one of them fails here at start-up with a clear sentence, not at the first player.
 */
import { assert } from '@battalion/base/assert.ts'
import { Room } from '@colyseus/core'
import type { AuthContext, Client, Deferred } from '@colyseus/core'

/** A seat: join options, auth data, whether consumed, whether it waits for a reconnection. */
export type ReservedSeat = [options: unknown, auth: unknown, used: boolean, isWaiting: boolean]

/** What a socket brought in its address. */
export interface ConnectionOptions {
  readonly reconnectionToken?: string | null
  readonly skipHandshake?: boolean
}

/** Arguments of `_reserveSeat`: session, options, auth, seconds, is it for a reconnection. */
export type ReserveArguments = [
  sessionId: string,
  options?: unknown,
  auth?: unknown,
  seconds?: number,
  isReconnection?: boolean,
]

export interface RoomInternals {
  _onMessage(client: Client, frame: unknown, isBinary: boolean): void
  _onJoin(client: Client, context: AuthContext, options: ConnectionOptions): Promise<void>
  _reserveSeat(...args: ReserveArguments): Promise<boolean>
  resetAutoDisposeTimeout(seconds: number): void
  readonly _reservedSeats: Record<string, ReservedSeat | undefined>
  readonly _reservedSeatTimeouts: Record<string, NodeJS.Timeout | undefined>
  readonly _reconnections: Record<string, [sessionId: string, Deferred<Client>] | undefined>
  readonly _serializer: unknown
  readonly _listing: { readonly roomId: string }
}

/** The stock methods our own ones call on. */
export const stockRoom = Room.prototype as unknown as Pick<
  RoomInternals,
  '_onMessage' | '_onJoin' | '_reserveSeat'
>

for (const name of ['_onMessage', '_onJoin', '_reserveSeat'] as const) {
  assert(typeof stockRoom[name] === 'function', `Colyseus still has Room.${name}`)
}

/** The private side of `room`. */
export function internalsOf(room: Room): RoomInternals {
  return room as unknown as RoomInternals
}

/** Puts our own method in front of a stock one, for this room only. */
export function overrideInternals(
  room: Room,
  methods: Pick<RoomInternals, '_onMessage' | '_onJoin' | '_reserveSeat'>,
): void {
  const internals = internalsOf(room)
  assert(typeof internals._reservedSeats === 'object', 'Colyseus still has Room._reservedSeats')
  assert(typeof internals._reconnections === 'object', 'Colyseus still has Room._reconnections')
  Object.assign(room, methods)
}

/** Gives up waiting for `sessionId` to come back; true when somebody was waited for. */
export function rejectReconnection(room: Room, sessionId: string, why: string): boolean {
  for (const reconnection of Object.values(internalsOf(room)._reconnections)) {
    if (reconnection === undefined || reconnection[0] !== sessionId) continue
    reconnection[1].reject(new Error(why))
    return true
  }
  return false
}

/** A room to which nobody comes for so long is gone. */
export function waitEmpty(room: Room, seconds: number): void {
  internalsOf(room).resetAutoDisposeTimeout(seconds)
}
