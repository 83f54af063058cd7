/**
 * A user's battles, for the copy he may ask for and for his removal [LEG-1]. Results stay, since
 * they are others' too: his seat keeps its figures under a name that says nothing.
 */
import { sql } from 'kysely'

import type { Db, Trx } from '../../db/database.ts'

/** What stands where a name was. */
export const DELETED_NAME = 'Deleted'

export const MATCH_DATA = {
  name: 'matches',
  read: readMatches,
  erase: eraseMatches,
  findShared: findPlayers,
} as const

/** Those of these users who fought in a battle: his row in it, with his name, outlives a guest. */
async function findPlayers(db: Db, userIds: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from unnest(${[...userIds]}::uuid[]) as given (id)
    where exists (select from matches.session_players where user_id = id)`.execute(db)
  return rows.map(({ id }) => id)
}

/** int8 does not survive JSON. */
function plain(row: object): Record<string, unknown> {
  const entries = Object.entries(row) as [string, unknown][]
  return Object.fromEntries(entries.map(([name, value]) => [name, plainValue(value)]))
}

function plainValue(value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value
}

async function readMatches(db: Db, userId: string): Promise<unknown> {
  const seats = await db
    .selectFrom('matches.session_players')
    .selectAll()
    .where('user_id', '=', userId)
    .orderBy('ended_at')
    .execute()
  const stats = await db
    .selectFrom('matches.player_stats')
    .selectAll()
    .where('user_id', '=', userId)
    .executeTakeFirst()
  const shares = await db
    .selectFrom('matches.shares')
    .select(['match_id', 'created_at'])
    .where('user_id', '=', userId)
    .execute()
  return { seats: seats.map(plain), stats: stats === undefined ? null : plain(stats), shares }
}

async function eraseMatches(trx: Trx, userId: string): Promise<void> {
  await trx
    .updateTable('matches.session_players')
    .set({ name: DELETED_NAME, user_id: null })
    .where('user_id', '=', userId)
    .execute()
  await trx.deleteFrom('matches.player_stats').where('user_id', '=', userId).execute()
  await trx.deleteFrom('matches.shares').where('user_id', '=', userId).execute()
}
