/**
 * Finished battles as staff look for them (DAT-9): by where they were played, when they ended and
 * who was in them. The list of the console and the report as CSV ask by the same filter, so that
 * what is downloaded is what was seen.
 *
 * Who was in them is asked of the players' rows first, which an index has in the order of the
 * answer: no more of them are read than fit it. The other way round, for each battle whether he was
 * in it, PostgreSQL took 2 s for a name that nobody bore (100,000 battles of 40 players).
 */
import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'

import type { Db } from '../../db/database.ts'
import { SESSION_COLUMNS, toSummary } from './match-reads.ts'
import type { HistoryMark, MatchSummary } from './match-reads.ts'

/** What must fit; what is left out fits all. Of `userId` and `calledAs` either will do. */
export interface MatchFilter {
  readonly mode?: string | undefined
  readonly map?: string | undefined
  readonly region?: string | undefined
  /** Was in it. */
  readonly userId?: string | undefined
  /** A person was called so in it, however it is written; not bots. */
  readonly calledAs?: string | undefined
  /** Ended then or later. */
  readonly from?: Date | undefined
  /** Ended before. */
  readonly until?: Date | undefined
}

/** What of the order is asked for. */
interface Slice {
  readonly order: 'asc' | 'desc'
  readonly before?: HistoryMark | undefined
  readonly limit: number
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
  return find(db, filter, { order: 'desc', before, limit })
}

/** All of them up to `limit`, oldest first; for reports. */
export async function listSessions(
  db: Db,
  filter: MatchFilter,
  limit: number,
): Promise<MatchSummary[]> {
  return find(db, filter, { order: 'asc', limit })
}

async function find(db: Db, filter: MatchFilter, slice: Slice): Promise<MatchSummary[]> {
  const { userId, calledAs } = filter
  const { order, limit } = slice
  const query = db.selectFrom('matches.game_sessions as s').select(SESSION_COLUMNS)
  const isAnybodys = userId === undefined && calledAs === undefined
  const rows = await (
    isAnybodys
      ? query.where(fits(filter, slice, 's'))
      : query.where('s.match_id', 'in', selectOf(db, filter, slice))
  )
    .orderBy('s.ended_at', order)
    .orderBy('s.match_id', order)
    .limit(limit)
    .execute()
  return rows.map(toSummary)
}

/** Ids of battles that he was in, no more of each way than the answer has. */
function selectOf(db: Db, filter: MatchFilter, slice: Slice) {
  const { userId, calledAs } = filter
  const byId =
    userId === undefined ? sql<boolean>`false` : sql<boolean>`p.user_id = ${userId}::uuid`
  const byName =
    calledAs === undefined
      ? sql<boolean>`false`
      : // Word for word as the index has it (migration 0023).
        sql<boolean>`p.user_id is not null and not p.is_bot
          and lower(normalize(p.name, NFKC)) = lower(normalize(${calledAs}::text, NFKC))`
  const [one, other] = [byId, byName].map((isHis) => selectSeats(db, filter, slice).where(isHis))
  return db
    .selectFrom(one!.as('one'))
    .select('match_id')
    .unionAll(db.selectFrom(other!.as('other')).select('match_id'))
}

/** In the order of the index; a battle once, though two were called the same in it. */
function selectSeats(db: Db, filter: MatchFilter, slice: Slice) {
  const { order, limit } = slice
  return db
    .selectFrom('matches.session_players as p')
    .innerJoin('matches.game_sessions as s', 's.match_id', 'p.match_id')
    .select('p.match_id')
    .distinctOn(['p.ended_at', 'p.match_id'])
    .where(fits(filter, slice, 'p'))
    .orderBy('p.ended_at', order)
    .orderBy('p.match_id', order)
    .limit(limit)
}

/** All of the filter but who; a battle's end stands in `s` and, for the index, in `p` as well. */
function fits(filter: MatchFilter, { before }: Slice, row: 's' | 'p'): RawBuilder<boolean> {
  const { mode, map, region, from, until } = filter
  const endedAt = sql.ref(`${row}.ended_at`)
  const parts = [sql`true`]
  if (mode !== undefined) parts.push(sql`s.mode = ${mode}`)
  if (map !== undefined) parts.push(sql`s.map = ${map}`)
  if (region !== undefined) parts.push(sql`s.region = ${region}`)
  if (from !== undefined) parts.push(sql`${endedAt} >= ${from}::timestamptz`)
  if (until !== undefined) parts.push(sql`${endedAt} < ${until}::timestamptz`)
  if (before !== undefined) {
    const { endedAtMs, matchId } = before
    const mark = sql`(${new Date(endedAtMs)}::timestamptz, ${matchId}::text)`
    parts.push(sql`(${endedAt}, ${sql.ref(`${row}.match_id`)}) < ${mark}`)
  }
  return sql<boolean>`${sql.join(parts, sql` and `)}`
}
