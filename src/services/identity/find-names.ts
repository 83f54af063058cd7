/** Names of users for other modules, and back: who is deleted or unknown is left out. */
import { sql } from 'kysely'

import type { Db } from '../../db/database.ts'
import { toLoginKey } from './account-fields.ts'

/** By id; at most as many as were asked for. */
export async function findNames(
  db: Db,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (userIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('identity.users')
    .select(['id', 'name'])
    .where('status', '=', 'active')
    .where('id', '=', sql<string>`any(${[...userIds]}::uuid[])`)
    .execute()
  return new Map(rows.map(({ id, name }) => [id, name]))
}

/** The account of this name, however it is written. */
export async function findUserId(db: Db, name: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('identity.users')
    .select('id')
    .where('status', '=', 'active')
    .where('name_key', '=', toLoginKey(name))
    .executeTakeFirst()
  return row?.id
}
