/**
 * Seasons: a quarter each, numbered from the first. A job closes one that is over and opens the
 * next; run twice, or by two processes at once, it changes nothing more [RANK-3].
 */
import type { Database } from '../../db/database.ts'
import { seasonBoard, TIERS } from './boards.ts'
import { archiveBoards, finishSeason, insertSeason, lockOpenSeason } from './season-queries.ts'
import type { Season } from './season-queries.ts'

/** Kind of the job. */
export const SEASON_JOB = 'rankings.seasons'
/** Season 1 is the first quarter of this year (UTC). */
const FIRST_YEAR = 2026
const MONTHS = 3

/** The season that a moment lies in. */
export function seasonAt(nowMs: number): Season {
  const now = new Date(nowMs)
  const quarter = Math.floor(now.getUTCMonth() / MONTHS)
  const startOf = (at: number) => new Date(Date.UTC(now.getUTCFullYear(), at * MONTHS, 1))
  const id = Math.max(1, (now.getUTCFullYear() - FIRST_YEAR) * 4 + quarter + 1)
  return { id, startsAt: startOf(quarter), endsAt: startOf(quarter + 1) }
}

/** Closes what is over, opens what runs. The season that was closed, if any. */
export async function turnSeason(
  database: Pick<Database, 'patient'>,
  nowMs: number,
): Promise<number | undefined> {
  return database.patient.transact(async (trx) => {
    const open = await lockOpenSeason(trx)
    const isOver = open !== undefined && open.endsAt.getTime() <= nowMs
    if (isOver) {
      const own = seasonBoard(open.id)
      await archiveBoards(trx, { season: open.id, own })
      await finishSeason(trx, { season: open.id, own, now: new Date(nowMs), tiers: TIERS })
    }
    if (isOver || open === undefined) await insertSeason(trx, seasonAt(nowMs))
    return isOver ? open.id : undefined
  })
}
