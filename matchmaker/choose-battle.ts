/**
 * Which battle a join goes to: one pure function over the listings of running battles. It decides
 * and does nothing; whoever calls it joins or creates the room. Order of the rules: one's own
 * running battle before all, then the fullest battle that fits (fill first), then a new one, but
 * none beside a battle that is already short of time.
 */
import { assert } from '@battalion/base/assert.ts'

/** What of a battle the matchmaker may know; a room publishes it as its metadata. */
export interface BattleMetadata {
  readonly mode: string
  readonly map: string
  readonly region: string
  /** Seats taken or reserved by players. */
  readonly players: number
  readonly playersMax: number
  readonly spectators: number
  readonly spectatorsMax: number
  readonly phase: 'warmup' | 'running' | 'ended'
  /** True: nobody new is let in (overloaded, draining). */
  readonly locked: boolean
  /** True: its process can't keep the pace; a further battle there would take from this one. */
  readonly overloaded: boolean
}

/** One running battle. */
export interface BattleListing extends BattleMetadata {
  readonly roomId: string
}

/** What a player asked for; undefined = does not matter. */
export interface BattleRequest {
  readonly mode?: string | undefined
  readonly map?: string | undefined
  readonly region?: string | undefined
  readonly spectate?: boolean | undefined
  /** Places wanted together; 1 when left out. */
  readonly places?: number | undefined
  /** The running battle in which this user holds a seat, joined or waiting for a reconnect. */
  readonly ownRoomId?: string | undefined
  /** True while this process takes nobody in any more. */
  readonly isDraining?: boolean | undefined
  /** False where no further room may be made; then a join that needs one is refused. */
  readonly mayCreate?: boolean | undefined
}

export type BattleChoice =
  | { readonly join: string }
  | {
      readonly create: {
        readonly mode: string | undefined
        readonly map: string | undefined
        readonly region: string | undefined
      }
    }
  | { readonly refuse: 'battle_full' | 'draining' | 'overloaded' }

/** Decides where a join goes. */
export function chooseBattle(
  request: BattleRequest,
  listings: readonly BattleListing[],
): BattleChoice {
  const own = listings.find((listing) => listing.roomId === request.ownRoomId)
  if (own !== undefined && own.phase !== 'ended') return { join: own.roomId }
  if (request.isDraining === true) return { refuse: 'draining' }
  const best = findFullestOpen(request, listings)
  if (best !== undefined) return { join: best.roomId }
  if (listings.some((listing) => listing.overloaded)) return { refuse: 'overloaded' }
  if (request.mayCreate === false) return { refuse: 'battle_full' }
  return { create: { mode: request.mode, map: request.map, region: request.region } }
}

/** The open battle with the most players; of equal ones the first by room id. */
function findFullestOpen(
  request: BattleRequest,
  listings: readonly BattleListing[],
): BattleListing | undefined {
  let best: BattleListing | undefined
  for (const listing of listings) {
    if (!isWanted(request, listing) || !hasRoom(request, listing)) continue
    if (best === undefined || isBetter(listing, best)) best = listing
  }
  return best
}

/** Running battles before ones whose result is on the screen, then the fuller, then by id. */
function isBetter(listing: BattleListing, best: BattleListing): boolean {
  const isOver = listing.phase === 'ended'
  if (isOver !== (best.phase === 'ended')) return !isOver
  if (listing.players !== best.players) return listing.players > best.players
  return listing.roomId < best.roomId
}

function isWanted(request: BattleRequest, listing: BattleListing): boolean {
  return (
    (request.mode === undefined || request.mode === listing.mode) &&
    (request.map === undefined || request.map === listing.map) &&
    (request.region === undefined || request.region === listing.region)
  )
}

function hasRoom(request: BattleRequest, listing: BattleListing): boolean {
  assert(listing.players >= 0, 'a battle counts its players')
  assert(listing.playersMax > 0, 'a battle has room for somebody')
  if (listing.locked) return false
  if (request.spectate === true) return listing.spectators < listing.spectatorsMax
  return listing.players + (request.places ?? 1) <= listing.playersMax
}
