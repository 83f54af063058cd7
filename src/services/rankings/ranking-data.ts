/** A user's places on boards, for the copy he may ask for and their removal [LEG-1]. */
import { sql } from 'kysely'

import type { Db, Trx } from '../../db/database.ts'
import { lockBoards } from './ranking-queries.ts'

export const RANKING_DATA = {
  name: 'rankings',
  read: readRankings,
  erase: eraseRankings,
  findShared: findRanked,
} as const

/** Those of these users who stand on a board. */
async function findRanked(db: Db, userIds: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from unnest(${[...userIds]}::uuid[]) as given (id)
    where exists (select from rankings.entries where user_id = id)`.execute(db)
  return rows.map(({ id }) => id)
}

async function readRankings(db: Db, userId: string): Promise<unknown> {
  const entries = await db
    .selectFrom('rankings.entries')
    .select(['board', 'score', 'updated_at'])
    .where('user_id', '=', userId)
    .orderBy('board')
    .execute()
  const seasons = await db
    .selectFrom('rankings.season_results')
    .select(['season', 'board', 'rank', 'score', 'tier'])
    .where('user_id', '=', userId)
    .orderBy('season')
    .orderBy('board')
    .execute()
  return { entries, seasons }
}

async function eraseRankings(trx: Trx, userId: string): Promise<void> {
  await lockBoards(trx)
  await trx.deleteFrom('rankings.entries').where('user_id', '=', userId).execute()
  await trx.deleteFrom('rankings.season_results').where('user_id', '=', userId).execute()
}
