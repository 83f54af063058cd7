/** Who may see a user's profile, for modules that show him to others. */
import { sql } from 'kysely'

import type { Db } from '../../db/database.ts'

/** Who may see what a user has played; what is not set is everyone. */
export type ProfilePrivacy = 'everyone' | 'friends' | 'nobody'

/** By id; who is deleted or unknown is left out. */
export async function findProfilePrivacy(
  db: Db,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, ProfilePrivacy>> {
  if (userIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('identity.users')
    .select(['id', sql<string | null>`privacy ->> 'profile'`.as('profile')])
    .where('status', '=', 'active')
    .where('id', '=', sql<string>`any(${[...userIds]}::uuid[])`)
    .execute()
  return new Map(rows.map(({ id, profile }) => [id, readPrivacy(profile)]))
}

function readPrivacy(profile: string | null): ProfilePrivacy {
  return profile === 'friends' || profile === 'nobody' ? profile : 'everyone'
}

/** Who may turn to a user; what is not set is everyone. */
export interface ContactWishes {
  readonly friendRequests: 'everyone' | 'friends_of_friends' | 'nobody'
  readonly directMessages: 'everyone' | 'friends' | 'nobody'
}

/** What a user wishes of those who turn to him; who is gone wishes for nobody. */
export async function findContactWishes(db: Db, userId: string): Promise<ContactWishes> {
  const row = await db
    .selectFrom('identity.users')
    .select(sql<string | null>`privacy ->> 'friendRequests'`.as('asking'))
    .select(sql<string | null>`privacy ->> 'directMessages'`.as('writing'))
    .where('status', '=', 'active')
    .where('id', '=', userId)
    .executeTakeFirst()
  if (row === undefined) return { friendRequests: 'nobody', directMessages: 'nobody' }
  const { asking, writing } = row
  const isClosing = asking === 'friends_of_friends' || asking === 'nobody'
  return { friendRequests: isClosing ? asking : 'everyone', directMessages: readPrivacy(writing) }
}

/** Whether friends do not see the user online. */
export function isHidden(privacy: unknown): boolean {
  if (typeof privacy !== 'object' || privacy === null) return false
  return 'presence' in privacy && privacy.presence === 'nobody'
}
