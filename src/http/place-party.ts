/**
 * A battle for a whole party: places for all of its members are kept in one battle, or nothing is.
 * Each takes his own by `joinById` with his own token, so nobody ever holds the seat of another.
 * Runs in turn with all joins, so that what was free when it looked is free when it takes.
 */
import { AppError } from '@battalion/base/app-error.ts'

import type { PartyCall } from './matchmaking-routes.ts'
import type { PartyRoom } from './room-seats.ts'

/** How long a battle keeps the places of a party (ms): a message to the others and a join. */
export const PARTY_HOLD_MS = 15_000
const RETRY_AFTER_SEC = 5

/** What the gate does with battles. */
export interface PartyPlaces {
  /** Players one team of the wished battle may have; throws for no such battle. */
  teamMax(call: PartyCall): Promise<number>
  /** A battle with places for all, `ownRoomId` before others; undefined: one must be made. */
  find(
    call: PartyCall,
    where: { readonly refused: ReadonlySet<string>; readonly ownRoomId: string | undefined },
  ): Promise<string | undefined>
  /** Makes one; its id. */
  create(call: PartyCall): Promise<string>
  findRoom(roomId: string): PartyRoom | undefined
  /** All running battles of this process. */
  rooms(): Promise<ReadonlyMap<string, PartyRoom>>
  readonly attemptsMax: number
}

/** Keeps the places; the battle's id. Throws AppError when there is none to be had. */
export async function placeParty(call: PartyCall, places: PartyPlaces): Promise<string> {
  const teamMax = await places.teamMax(call)
  const refused = new Set<string>()
  const rooms = await places.rooms()
  const ownRoomId = findBattle(rooms, call.userId)
  for (let attempt = 0; attempt < places.attemptsMax; attempt++) {
    const found = await places.find(call, { refused, ownRoomId })
    refuseBusy(call, { rooms, found })
    if (found === undefined && call.party.members.length > teamMax) {
      throw new AppError('conflict', 'Your party is larger than a team of such a battle.')
    }
    const roomId = found ?? (await places.create(call))
    const userIds = call.party.members.map(({ userId }) => userId)
    const wish = { id: call.party.id, userIds, forMs: PARTY_HOLD_MS }
    const outcome = places.findRoom(roomId)?.holdParty(wish)
    if (outcome === 'held') return roomId
    if (roomId === ownRoomId) throw noRoomInOwn(outcome)
    refused.add(roomId)
  }
  throw new AppError('battle_full', 'No battle has room for your whole party; try again soon.', {
    retryAfterSec: RETRY_AFTER_SEC,
  })
}

/** The battle a user fights in. */
function findBattle(rooms: ReadonlyMap<string, PartyRoom>, userId: string): string | undefined {
  for (const [roomId, room] of rooms) if (room.isFighting(userId)) return roomId
  return undefined
}

/** Throws when a member fights elsewhere than where the party would go. */
function refuseBusy(
  { party }: PartyCall,
  at: { readonly rooms: ReadonlyMap<string, PartyRoom>; readonly found: string | undefined },
): void {
  for (const { userId, name } of party.members) {
    const roomId = findBattle(at.rooms, userId)
    if (roomId === undefined || roomId === at.found) continue
    throw new AppError('conflict', `${name} is in another battle.`)
  }
}

/** Nobody is taken out of a running battle for his party's sake. */
function noRoomInOwn(outcome: 'full' | 'split' | undefined): AppError {
  return new AppError(
    'conflict',
    outcome === 'split'
      ? 'Your party fights on both sides of that battle; leave it first.'
      : 'Your team in this battle has no room for your whole party; leave it first.',
  )
}
