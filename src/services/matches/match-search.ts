/**
 * Finished battles as staff look for them (DAT-9): by where they were played, when they ended and
 * who was in them. The list of the console and the report as CSV ask by the same filter, so that
 * what is downloaded is what was seen.
 */
import type { Db } from '../../db/database.ts'
import { SESSION_COLUMNS, toSummary } from './match-reads.ts'
import type { HistoryMark, MatchSummary } from './match-reads.ts'

/** What must fit; what is left out fits all. */
export interface MatchFilter {
  readonly mode?: string | undefined
  readonly map?: string | undefined
  readonly region?: string | undefined
  /** Was in it. */
  readonly userId?: string | undefined
  /** Ended then or later. */
  readonly from?: Date | undefined
  /** Ended before. */
  readonly until?: Date | undefined
}

/** A page, newest first. */
export async function searchMatches(
  db: Db,
  page: {
    readonly filter: MatchFilter
    readonly before: HistoryMark | undefined
    readonly limit: number
  },
): Promise<MatchSummary[]> {
  const { filter, before, limit } = page
  let query = select(db, filter)
  if (before !== undefined) {
    query = query.where((eb) =>
      eb(
        eb.refTuple('s.ended_at', 's.match_id'),
        '<',
        eb.tuple(new Date(before.endedAtMs), before.matchId),
      ),
    )
  }
  const rows = await query
    .orderBy('s.ended_at', 'desc')
    .orderBy('s.match_id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(toSummary)
}

/** All of them up to `limit`, oldest first; for reports. */
export async function listSessions(
  db: Db,
  filter: MatchFilter,
  limit: number,
): Promise<MatchSummary[]> {
  const rows = await select(db, filter)
    .orderBy('s.ended_at')
    .orderBy('s.match_id')
    .limit(limit)
    .execute()
  return rows.map(toSummary)
}

function select(db: Db, { mode, map, region, userId, from, until }: MatchFilter) {
  let query = db.selectFrom('matches.game_sessions as s').select(SESSION_COLUMNS)
  if (mode !== undefined) query = query.where('s.mode', '=', mode)
  if (map !== undefined) query = query.where('s.map', '=', map)
  if (region !== undefined) query = query.where('s.region', '=', region)
  if (from !== undefined) query = query.where('s.ended_at', '>=', from)
  if (until !== undefined) query = query.where('s.ended_at', '<', until)
  if (userId === undefined) return query
  return query.where('s.match_id', 'in', (eb) =>
    eb
      .selectFrom('matches.session_players as p')
      .select('p.match_id')
      .where('p.user_id', '=', userId),
  )
}
