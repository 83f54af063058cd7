/**
 * Links that show one battle of one player to anybody who has them (SOC-6). The code is random and
 * is all it takes; the player takes it back by deleting it, and it shows nothing while his profile
 * is not public.
 */
import type { Db, Trx } from '../../db/database.ts'

/** What a link shows. */
export interface MatchShare {
  readonly code: string
  readonly matchId: string
  readonly userId: string
}

/** The link of a player's battle; the same one when there is one already. */
export async function putShare(trx: Trx, share: MatchShare, nowMs: number): Promise<string> {
  const { code, matchId, userId } = share
  await trx
    .insertInto('matches.shares')
    .values({ code, match_id: matchId, user_id: userId, created_at: new Date(nowMs) })
    .onConflict((conflict) => conflict.columns(['match_id', 'user_id']).doNothing())
    .execute()
  const row = await trx
    .selectFrom('matches.shares')
    .select('code')
    .where('match_id', '=', matchId)
    .where('user_id', '=', userId)
    .executeTakeFirstOrThrow()
  return row.code
}

/** What a code shows, undefined when it is none or was taken back. */
export async function findShare(db: Db, code: string): Promise<MatchShare | undefined> {
  const row = await db
    .selectFrom('matches.shares')
    .select(['match_id', 'user_id'])
    .where('code', '=', code)
    .executeTakeFirst()
  return row && { code, matchId: row.match_id, userId: row.user_id }
}

/** Takes the link of a player's battle back. */
export async function deleteShare(
  db: Db,
  { matchId, userId }: Omit<MatchShare, 'code'>,
): Promise<void> {
  await db
    .deleteFrom('matches.shares')
    .where('match_id', '=', matchId)
    .where('user_id', '=', userId)
    .execute()
}
