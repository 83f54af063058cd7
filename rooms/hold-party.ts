/**
 * Places in a battle for a whole party, or for nobody. Looks at who fights there already, at who
 * left it (W9: he comes back into his team only), and at what the teams can take.
 */
import { toUserId } from '@battalion/base/ids.ts'
import type { UserId } from '@battalion/base/ids.ts'
import type { BattleMatch } from './battle-match.ts'
import type { BattleSession } from './battle-session.ts'
import type { Participant } from './participant.ts'
import type { PartyHolds } from './party-holds.ts'

/** A party that asks for places. */
export interface HoldWish {
  readonly id: string
  readonly userIds: readonly string[]
  /** How long they are kept (ms). */
  readonly forMs: number
}

/** `split`: members fight on different sides there already. */
export type HoldOutcome = 'held' | 'full' | 'split'

/** Keeps them; a party that asks again gives up the places it had. */
export function holdParty(
  { session, holds }: { readonly session: BattleSession; readonly holds: PartyHolds },
  { id, userIds, forMs }: HoldWish,
): HoldOutcome {
  const { roster, match } = session
  const all = userIds.map((userId) => toUserId(userId))
  const here = Array.from(roster.players()).filter(({ userId }) => all.includes(userId))
  const coming = all.filter((userId) => !here.some((one) => one.userId === userId))
  holds.release(id)
  const wanting = coming.filter((userId) => !holds.isReserved(userId, id))
  const { locked, players, playersMax } = session.metadata
  if (locked || players + wanting.length > playersMax) return 'full'
  // Who is there when a battle is over is put into the next one anew.
  const sides = match.isOver ? [] : findSides(match, { here, coming })
  if (new Set(sides.map(({ team }) => team)).size > 1) return 'split'
  const party = { id, size: all.length }
  if (!match.parties.muster(party, wanting.length, sides[0])) return 'full'
  for (const participant of here) participant.party = party
  holds.keep(party, coming, forMs)
  return 'held'
}

/** Where members fight, or fought before they left. */
function findSides(
  match: BattleMatch,
  { here, coming }: { readonly here: readonly Participant[]; readonly coming: readonly UserId[] },
): { readonly team: number; readonly squad: number }[] {
  const { team, squad } = match.world.soldiers
  const fighting = here.map(({ netId }) => ({ team: team[netId]!, squad: squad[netId]! }))
  return [...fighting, ...coming.flatMap((userId) => match.sideOfLeaver(userId))]
}
