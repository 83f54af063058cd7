/** Statements about seasons and where people stood at their end. */
import { sql } from 'kysely'

import type { Db, Trx } from '../../db/database.ts'

/** A season. */
export interface Season {
  readonly id: number
  readonly startsAt: Date
  readonly endsAt: Date
}

/** The one that runs. */
export async function findOpenSeason(db: Db): Promise<Season | undefined> {
  const row = await db
    .selectFrom('rankings.seasons')
    .selectAll()
    .where('closed_at', 'is', null)
    .executeTakeFirst()
  return row && { id: row.id, startsAt: row.starts_at, endsAt: row.ends_at }
}

/** The same, and nobody else closes it meanwhile. */
export async function lockOpenSeason(trx: Trx): Promise<Season | undefined> {
  const row = await trx
    .selectFrom('rankings.seasons')
    .selectAll()
    .where('closed_at', 'is', null)
    .forUpdate()
    .executeTakeFirst()
  return row && { id: row.id, startsAt: row.starts_at, endsAt: row.ends_at }
}

/** The one that runs; who closes it waits until this transaction ends. */
export async function shareOpenSeason(trx: Trx): Promise<{ readonly id: number } | undefined> {
  // Who waited for a close finds the season closed, and does not see yet which one that opened.
  return (await selectShared(trx)) ?? (await selectShared(trx))
}

function selectShared(trx: Trx): Promise<{ readonly id: number } | undefined> {
  return trx
    .selectFrom('rankings.seasons')
    .select('id')
    .where('closed_at', 'is', null)
    .forShare()
    .executeTakeFirst()
}

/** Opens a season; false when one is open or this one was. */
export async function insertSeason(trx: Trx, { id, startsAt, endsAt }: Season): Promise<boolean> {
  const { rows } = await sql`
    insert into rankings.seasons (id, starts_at, ends_at)
    values (${id}, ${startsAt}::timestamptz, ${endsAt}::timestamptz)
    on conflict do nothing returning id`.execute(trx)
  return rows.length > 0
}

/** Where everybody stands on all boards of now goes into the season's results, once. */
export async function archiveBoards(
  trx: Trx,
  { season, own }: { readonly season: number; readonly own: string },
): Promise<void> {
  await sql`
    insert into rankings.season_results (season, board, user_id, rank, score)
    select ${season}::int, board, user_id,
      rank() over (partition by board order by score desc)::int, score
    from rankings.entries
    where board = ${own} or board not like 'season:%'
    on conflict do nothing`.execute(trx)
}

/** Marks it closed, gives tiers, and clears its own board: its entries are in the results now. */
export async function finishSeason(
  trx: Trx,
  end: {
    readonly season: number
    readonly own: string
    readonly now: Date
    readonly tiers: readonly (readonly [string, number])[]
  },
): Promise<void> {
  const names = end.tiers.map(([name]) => name)
  const floors = `{${end.tiers.map(([, least]) => least).join(',')}}`
  await sql`
    update rankings.season_results as result set tier = (
      select name from unnest(${names}::text[], ${floors}::text::int[]) as tier (name, least)
      where result.score >= least order by least desc limit 1)
    where season = ${end.season}::int and board not like 'season:%' and tier is null`.execute(trx)
  await trx.deleteFrom('rankings.entries').where('board', '=', end.own).execute()
  await trx
    .updateTable('rankings.seasons')
    .set({ closed_at: end.now })
    .where('id', '=', end.season)
    .execute()
}

/** Where a user stood in seasons that are over, the latest first. */
export async function listSeasonResults(db: Db, userId: string, limit: number) {
  return db
    .selectFrom('rankings.season_results')
    .select(['season', 'board', 'rank', 'score', 'tier'])
    .where('user_id', '=', userId)
    .orderBy('season', 'desc')
    .orderBy('board')
    .limit(limit)
    .execute()
}
