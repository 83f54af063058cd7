/**
 * Whose profile a viewer may see: his own, those of everyone who lets everyone, and of friends who
 * let friends. Put together here, because who is friends and what users want are two modules.
 */
import type { Db } from './db/database.ts'
import { findProfilePrivacy } from './services/identity/profile-privacy.ts'
import { selectLinks } from './services/social/friend-queries.ts'

/** Which of these users the viewer may see; undefined is anybody at all. */
export async function listVisible(
  db: Db,
  viewerId: string | undefined,
  userIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const privacy = await findProfilePrivacy(db, userIds)
  const wantsFriends = [...privacy.values()].includes('friends') && viewerId !== undefined
  const links = wantsFriends ? await selectLinks(db, viewerId) : []
  const friends = new Set(
    links.filter(({ state }) => state === 'friends').map(({ otherId }) => otherId),
  )
  const isSeen = (id: string, wish: string) =>
    id === viewerId || wish === 'everyone' || (wish === 'friends' && friends.has(id))
  return new Set([...privacy].filter(([id, wish]) => isSeen(id, wish)).map(([id]) => id))
}
