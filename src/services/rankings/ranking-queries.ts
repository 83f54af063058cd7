/** Statements about boards; order is score from the top, then the user's id. Ties share a rank. */
import { sql } from 'kysely'

import type { Db, Trx } from '../../db/database.ts'
import { bucketRange } from './boards.ts'

const LOCK_KEY = 'rankings.boards'

/** Somebody's place in the order of a board. */
export interface EntryPlace {
  readonly userId: string
  readonly score: number
}

/** New scores of a board; a score is put in place of what there was. */
export interface BoardScores {
  readonly board: string
  readonly scores: readonly EntryPlace[]
  readonly now: Date
}

/**
 * One transaction at a time moves entries. Each of its statements books in the buckets first who
 * came and then who moved, so two at once would take the same buckets in different orders and wait
 * for each other: of eight battles at once with newcomers, one in seven was undone and written
 * again. Nearly all battles meet in a bucket of `global` anyway, so hardly any waits longer.
 */
export async function lockBoards(trx: Trx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${LOCK_KEY}, 0))`.execute(trx)
}

/** Puts ratings on boards. */
export async function putScores(trx: Trx, { board, scores, now }: BoardScores): Promise<void> {
  if (scores.length === 0) return
  await sql`
    insert into rankings.entries (board, user_id, score, updated_at)
    select ${board}, id, score, ${now}::timestamptz
    from ${unnestScores(scores)} order by id
    on conflict (board, user_id) do update
    set score = excluded.score, updated_at = excluded.updated_at`.execute(trx)
}

/**
 * Ratings over all are the same on the boards of all regions that show somebody: they move on
 * those, too, where he did not fight this time.
 */
export async function moveOtherRegions(
  trx: Trx,
  { board, scores, now }: BoardScores,
): Promise<void> {
  if (scores.length === 0) return
  await sql`
    update rankings.entries as held set score = given.score, updated_at = ${now}::timestamptz
    from ${unnestScores(scores)}
    where held.user_id = given.id and held.board like 'region:%' and held.board <> ${board}
      and held.score <> given.score`.execute(trx)
}

/** Adds points to what there is; a score never falls below 0. */
export async function addScores(trx: Trx, { board, scores, now }: BoardScores): Promise<void> {
  if (scores.length === 0) return
  await sql`
    insert into rankings.entries as held (board, user_id, score, updated_at)
    select ${board}, id, greatest(0, score), ${now}::timestamptz
    from ${unnestScores(scores)} order by id
    on conflict (board, user_id) do update
    set score = least(2147483647, greatest(0, held.score::bigint + excluded.score))::int,
      updated_at = excluded.updated_at`.execute(trx)
}

function unnestScores(scores: readonly EntryPlace[]) {
  const ids = scores.map(({ userId }) => userId)
  const values = `{${scores.map(({ score }) => score).join(',')}}`
  return sql`unnest(${ids}::uuid[], ${values}::text::int[]) as given (id, score)`
}

/** A user's score on a board. */
export async function findScore(
  db: Db,
  { board, userId }: { readonly board: string; readonly userId: string },
): Promise<number | undefined> {
  const row = await db
    .selectFrom('rankings.entries')
    .select('score')
    .where('board', '=', board)
    .where('user_id', '=', userId)
    .executeTakeFirst()
  return row?.score
}

/** How many have more than this score, and how many the same but stand before. */
export async function countBefore(
  db: Db,
  board: string,
  { userId, score }: EntryPlace,
): Promise<{ readonly above: number; readonly tied: number }> {
  const [, end] = bucketRange(board, score)
  const { rows } = await sql<{ above: number; tied: number }>`
    select (
      coalesce((select sum(players) from rankings.buckets
        where board = ${board} and bucket > rankings.bucket_of(${board}, ${score}::int)), 0) +
      (select count(*) from rankings.entries
        where board = ${board} and score > ${score}::int and score < ${end}::int)
    )::int as above,
    (select count(*)::int from rankings.entries
      where board = ${board} and score = ${score}::int and user_id < ${userId}::uuid) as tied
  `.execute(db)
  return rows[0]!
}

/** How many are on a board. */
export async function countBoard(db: Db, board: string): Promise<number> {
  const { rows } = await sql<{ players: number }>`
    select coalesce(sum(players), 0)::int as players
    from rankings.buckets where board = ${board}`.execute(db)
  return rows[0]!.players
}

/** A part of a board's order. */
export interface BoardSlice {
  readonly board: string
  readonly limit: number
}

/** From the top, or behind somebody. */
export async function listBehind(
  db: Db,
  { board, limit }: BoardSlice,
  after?: EntryPlace,
): Promise<EntryPlace[]> {
  // Two index scans in a row: a comparison of rows with mixed order would read the whole board.
  if (after === undefined) return selectSlice(db, sql`board = ${board}`, limit)
  const { userId, score } = after
  const tied = sql`board = ${board} and score = ${score}::int and user_id > ${userId}::uuid`
  const rows = await selectSlice(db, tied, limit)
  if (rows.length === limit) return rows
  const below = sql`board = ${board} and score < ${score}::int`
  return [...rows, ...(await selectSlice(db, below, limit - rows.length))]
}

/** Those who stand right before somebody, in the board's order. */
export async function listBefore(
  db: Db,
  { board, limit }: BoardSlice,
  { userId, score }: EntryPlace,
): Promise<EntryPlace[]> {
  const tied = sql`board = ${board} and score = ${score}::int and user_id < ${userId}::uuid`
  const rows = await selectSlice(db, tied, limit, sql`score, user_id desc`)
  if (rows.length < limit) {
    const above = sql`board = ${board} and score > ${score}::int`
    rows.push(...(await selectSlice(db, above, limit - rows.length, sql`score, user_id desc`)))
  }
  return rows.toReversed()
}

async function selectSlice(
  db: Db,
  where: ReturnType<typeof sql>,
  limit: number,
  order = sql`score desc, user_id`,
): Promise<EntryPlace[]> {
  const { rows } = await sql<{ user_id: string; score: number }>`
    select user_id, score from rankings.entries
    where ${where} order by ${order} limit ${limit}::int`.execute(db)
  return rows.map(({ user_id: userId, score }) => ({ userId, score }))
}

/** Entries of these users alone, in the board's order. */
export async function listAmong(
  db: Db,
  { board, userIds }: { readonly board: string; readonly userIds: readonly string[] },
): Promise<EntryPlace[]> {
  const among = sql`board = ${board} and user_id = any(${[...userIds]}::uuid[])`
  return selectSlice(db, among, userIds.length)
}
