/**
 * Who may turn to whom: ask for a friendship, write directly. Beside blocks, the other says it in
 * his profile [AUTH-8]. It counts from the moment it is set, also where the two have talked before.
 */
import { AppError } from '@battalion/base/app-error.ts'

import type { Db } from '../../db/database.ts'
import { findContactWishes } from '../identity/profile-privacy.ts'
import { refuseBlocked } from './blocks.ts'
import type { Pair } from './blocks.ts'
import { findLink, selectLinks } from './friend-queries.ts'

/** Throws `forbidden` when the other does not want to be asked to be a friend by this user. */
export async function refuseAsking(db: Db, pair: Pair): Promise<void> {
  const { friendRequests } = await findContactWishes(db, pair.otherId)
  if (friendRequests === 'everyone') return
  if (friendRequests === 'friends_of_friends' && (await haveCommonFriend(db, pair))) return
  throw new AppError('forbidden', 'This player cannot be asked.')
}

/** Throws `forbidden` when one blocks the other, or the other does not want this user's lines. */
export async function refuseWriting(db: Db, pair: Pair): Promise<void> {
  await refuseBlocked(db, pair)
  const { directMessages } = await findContactWishes(db, pair.otherId)
  if (directMessages === 'everyone') return
  if (directMessages === 'friends' && (await areFriends(db, pair))) return
  throw new AppError('forbidden', 'This player does not want to be written to.')
}

/** Whether the two are friends by now. */
export async function areFriends(db: Db, { userId, otherId }: Pair): Promise<boolean> {
  return (await findLink(db, userId, otherId))?.state === 'friends'
}

async function haveCommonFriend(db: Db, { userId, otherId }: Pair): Promise<boolean> {
  const own = new Set(await listFriendIds(db, userId))
  return (await listFriendIds(db, otherId)).some((id) => own.has(id))
}

async function listFriendIds(db: Db, userId: string): Promise<string[]> {
  const links = await selectLinks(db, userId)
  return links.flatMap(({ otherId, state }) => (state === 'friends' ? [otherId] : []))
}
