/**
 * A party on its way into a battle: who leads whom, and how the others hear where to come. Places
 * are kept outside (src/http/place-party.ts); whoever is told is a member at that moment.
 */
import { AppError } from '@battalion/base/app-error.ts'

import type { Db, Trx } from '../../db/database.ts'
import { emitToUsers } from '../live-events.ts'
import { findPartyOf } from './parties.ts'
import type { Party } from './parties.ts'
import { lockParty, selectPartyMembers } from './party-queries.ts'
import type { SocialPorts } from './social-ports.ts'

/** A party as its leader takes it along. */
export interface LedParty {
  readonly id: string
  readonly members: readonly { readonly userId: string; readonly name: string }[]
}

/** The party a user leads; throws when he is in none, or leads none. */
export async function findLedParty(
  db: Db,
  ports: Pick<SocialPorts, 'findNames'>,
  userId: string,
): Promise<LedParty> {
  const party = await findPartyOf(db, userId)
  if (party === undefined) throw new AppError('not_found', 'You are in no party.')
  if (party.leaderId !== userId) throw new AppError('forbidden', 'Only the leader does this.')
  const names = await ports.findNames(db, party.memberIds)
  const members = party.memberIds.map((id) => ({ userId: id, name: names.get(id) ?? 'Somebody' }))
  return { id: party.id, members }
}

/**
 * Tells the others which battle keeps places for them; throws `conflict` when the party is not any
 * more what places were kept for.
 */
export async function tellPartyBattle(
  trx: Trx,
  { outbox }: Pick<SocialPorts, 'outbox'>,
  battle: {
    readonly party: LedParty
    readonly leaderId: Party['leaderId']
    readonly roomId: string
    readonly expiresInSec: number
  },
): Promise<void> {
  const { party, leaderId, roomId, expiresInSec } = battle
  await lockParty(trx, party.id)
  const now = await selectPartyMembers(trx, party.id)
  const isSame =
    now.length === party.members.length &&
    now.every((one) => party.members.some(({ userId }) => userId === one.userId)) &&
    now.some((one) => one.isLeader && one.userId === leaderId)
  if (!isSame) throw new AppError('conflict', 'Your party has just changed; try again.')
  const userIds = now.map((one) => one.userId).filter((userId) => userId !== leaderId)
  const body = { partyId: party.id, leaderId, roomId, expiresInSec }
  await emitToUsers(trx, outbox, { key: party.id, userIds, type: 'party_battle', body })
}
