/**
 * Battles of bots alone are nobody's history: the standing demo leaves one every few minutes. They
 * stay for a day, to be looked at, then they go with log and rows, a few at a time.
 */
import { sql } from 'kysely'

import type { Db } from '../../db/database.ts'

/** How long a battle without people stays (ms). */
export const DEMO_KEEP_MS = 24 * 3_600_000
/** Claims of battles that never came to a result, or whose result is long there (ms). */
const CLAIM_KEEP_MS = 30 * 24 * 3_600_000
/** Battles in one statement: with 100 rows of players each some 50 ms on PGlite. */
const BATCH_COUNT = 100

/** Removes them; how many went. */
export async function pruneMatches(db: Db, nowMs: number): Promise<number> {
  await db
    .deleteFrom('matches.claims')
    .where('claimed_at', '<', new Date(nowMs - CLAIM_KEEP_MS))
    .execute()
  const before = new Date(nowMs - DEMO_KEEP_MS)
  let count = 0
  for (;;) {
    const { numAffectedRows = 0n } = await sql`
      delete from matches.game_sessions where match_id in (
        select match_id from matches.game_sessions
        where people_count = 0 and ended_at < ${before} order by ended_at limit ${BATCH_COUNT}
      )`.execute(db)
    count += Number(numAffectedRows)
    if (numAffectedRows < BigInt(BATCH_COUNT)) return count
  }
}
