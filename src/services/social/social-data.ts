/**
 * A user's friends, blocks, groups and party, for the copy he may ask for and for their removal
 * [LEG-1]. What he owned is handed on before he goes, so no group or party is left without head.
 */
import { sql } from 'kysely'

import type { Db, Trx } from '../../db/database.ts'
import { emitToUsers } from '../live-events.ts'
import { touchState } from '../sync/state-versions.ts'
import { listBlocked } from './blocks.ts'
import { selectLinks } from './friend-queries.ts'
import { leaveAllGroups, listGroups } from './groups.ts'
import { findPartyOf, leaveParty } from './parties.ts'
import type { SocialPorts } from './social-ports.ts'

/** The part, on the ports that tell the others. */
export function createSocialData(ports: SocialPorts) {
  return {
    name: 'social',
    read: async (db: Db, userId: string): Promise<unknown> => ({
      friends: await selectLinks(db, userId),
      blocked: await listBlocked(db, userId),
      ...(await listGroups(db, userId)),
      party: (await findPartyOf(db, userId)) ?? null,
    }),
    erase: (trx: Trx, userId: string) => eraseSocial(trx, ports, userId),
    findShared,
    profileChanged: (trx: Trx, change: ProfileChange) => tellProfile(trx, ports, change),
  } as const
}

/** Those of these users who have a row here, or are in one of another user. */
async function findShared(db: Db, userIds: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from unnest(${[...userIds]}::uuid[]) as given (id)
    where exists (select from social.friend_links where lo = id or hi = id)
      or exists (select from social.blocks where user_id = id or blocked_id = id)
      or exists (select from social.group_members where user_id = id)
      or exists (select from social.party_members where user_id = id)
      or exists (select from social.group_invites where user_id = id or invited_by = id)
      or exists (select from social.party_invites where user_id = id or invited_by = id)`.execute(
    db,
  )
  return rows.map((row) => row.id)
}

/** A profile as friends see it. */
export interface ProfileChange {
  readonly userId: string
  readonly name: string
  readonly isRenamed: boolean
  readonly isHidden: boolean
}

/** His own clients hear whether he hides, friends his new name; their state has it, too. */
async function tellProfile(trx: Trx, ports: SocialPorts, change: ProfileChange): Promise<void> {
  const { userId, name, isHidden } = change
  const own = { key: userId, userIds: [userId], type: 'privacy', body: { isHidden } }
  await emitToUsers(trx, ports.outbox, own)
  if (!change.isRenamed) return
  const links = await selectLinks(trx, userId)
  const userIds = links.flatMap(({ otherId, state }) => (state === 'friends' ? [otherId] : []))
  const body = { userId, name, state: 'friends' }
  await emitToUsers(trx, ports.outbox, { key: userId, userIds, type: 'friend', body })
  await touchState(
    trx,
    links.map(({ otherId }) => otherId),
  )
}

async function eraseSocial(trx: Trx, ports: SocialPorts, userId: string): Promise<void> {
  await leaveAllGroups(trx, ports, userId)
  await leaveParty(trx, ports, userId)
  const others = new Set((await selectLinks(trx, userId)).map(({ otherId }) => otherId))
  await trx
    .deleteFrom('social.friend_links')
    .where((eb) => eb.or([eb('lo', '=', userId), eb('hi', '=', userId)]))
    .execute()
  const blocks = await trx
    .deleteFrom('social.blocks')
    .where((eb) => eb.or([eb('user_id', '=', userId), eb('blocked_id', '=', userId)]))
    .returning('user_id')
    .execute()
  for (const { user_id: blockerId } of blocks) others.add(blockerId)
  for (const table of ['social.group_invites', 'social.party_invites'] as const) {
    const invites = await trx
      .deleteFrom(table)
      .where((eb) => eb.or([eb('user_id', '=', userId), eb('invited_by', '=', userId)]))
      .returning('user_id')
      .execute()
    for (const { user_id: invitedId } of invites) others.add(invitedId)
  }
  others.add(userId)
  await touchState(trx, [...others])
}
