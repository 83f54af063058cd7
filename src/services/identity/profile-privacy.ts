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

/** Whether friends do not see the user online. */
export function isHidden(privacy: unknown): boolean {
  if (typeof privacy !== 'object' || privacy === null) return false
  return 'presence' in privacy && privacy.presence === 'nobody'
}
