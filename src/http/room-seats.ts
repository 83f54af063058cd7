/**
 * Looks into the seats of a Colyseus room of this process: whose they are. Colyseus keeps them in
 * fields that are private by convention and offers no call for this; the test of [B-13] fails when
 * an upgrade moves them. Reads only.
 */
import type { Room } from '@colyseus/core'
import { matchMaker } from '@colyseus/core'

type SeatRow = readonly [options: unknown, auth: unknown, isConsumed: boolean, isReconnect: boolean]

/** What a battle room does for parties (rooms/battlefield-room.ts). */
export interface PartyRoom {
  holdParty(wish: {
    readonly id: string
    readonly userIds: readonly string[]
    readonly forMs: number
  }): 'held' | 'full' | 'split'
  releaseParty(partyId: string, userId?: string): void
  isFighting(userId: string): boolean
}

interface RoomInternals {
  readonly _reservedSeats: Readonly<Record<string, SeatRow | undefined>>
  readonly _reconnections: Readonly<Record<string, readonly [sessionId: string] | undefined>>
}

function internalsOf(room: Room): RoomInternals {
  return room as unknown as RoomInternals
}

function userIdOf(auth: unknown): string | undefined {
  const userId = (auth as { userId?: unknown } | undefined)?.userId
  return typeof userId === 'string' ? userId : undefined
}

/**
 * User of the seat that waits for this reconnection token, or of the client that still holds it.
 */
export function seatOwner(room: Room, reconnectionToken: string): string | undefined {
  const { _reconnections: reconnections, _reservedSeats: seats } = internalsOf(room)
  const sessionId = Object.hasOwn(reconnections, reconnectionToken)
    ? reconnections[reconnectionToken]?.[0]
    : undefined
  if (sessionId !== undefined) return userIdOf(seats[sessionId]?.[1])
  const client = room.clients.find((one) => one.reconnectionToken === reconnectionToken)
  return userIdOf(client?.auth)
}

/** `roomId` when this user still sits in that room or may come back to it. */
export function findOwnRoom(roomId: string | undefined, userId: string): string | undefined {
  const room = roomId === undefined ? undefined : matchMaker.getLocalRoomById(roomId)
  if (room === undefined) return undefined
  const isConnected = room.clients.some((client) => userIdOf(client.auth) === userId)
  const waiting = Object.values(internalsOf(room)._reservedSeats)
  const isAwaited = waiting.some((row) => userIdOf(row?.[1]) === userId)
  return isConnected || isAwaited ? roomId : undefined
}

/** The battle of this process with that id, as parties see it. */
export function findPartyRoom(roomId: string): PartyRoom | undefined {
  const room = matchMaker.getLocalRoomById(roomId) as (Room & Partial<PartyRoom>) | undefined
  return typeof room?.holdParty === 'function' ? (room as Room & PartyRoom) : undefined
}

/** All battles of this process, as parties see them. */
export async function listPartyRooms(roomName: string): Promise<ReadonlyMap<string, PartyRoom>> {
  const rooms = new Map<string, PartyRoom>()
  for (const { roomId } of await matchMaker.query({ name: roomName })) {
    const room = findPartyRoom(roomId)
    if (room !== undefined) rooms.set(roomId, room)
  }
  return rooms
}
