/**
 * A user's ratings and their calculations, for the copy he may ask for and for their removal
 * [LEG-1].
 */
import type { Db, Trx } from '../../db/database.ts'
import { readRatings } from './rating-queries.ts'

export const RATING_DATA = { name: 'ratings', read: readRatingData, erase: eraseRatings } as const

async function readRatingData(db: Db, userId: string): Promise<unknown> {
  const calculations = await db
    .selectFrom('ratings.mmr_calculations')
    .selectAll()
    .where('user_id', '=', userId)
    .orderBy('ended_at')
    .orderBy('match_id')
    .execute()
  return { ratings: await readRatings(db, [userId]), calculations }
}

async function eraseRatings(trx: Trx, userId: string): Promise<void> {
  await trx.deleteFrom('ratings.mmr_calculations').where('user_id', '=', userId).execute()
  await trx.deleteFrom('ratings.ratings').where('user_id', '=', userId).execute()
}
