/**
 * Statements about ratings and their calculations. Whole battles go in as array literals that
 * `unnest` opens; a float written by JavaScript and read by PostgreSQL is the same to the last bit.
 */
import { sql } from 'kysely'

import type { Db, Trx } from '../../db/database.ts'
import { NEW_SKILL } from './openskill.ts'
import type { CalculationColumns, Prior, RatingInputs, UnratedReason } from './rating-types.ts'

/** Whose ratings of which mode. */
export interface RatingKeys {
  readonly mode: string
  readonly userIds: readonly string[]
}

/** One row of `mmr_calculations`, as it is read back. */
export interface ReadCalculation {
  readonly matchId: string
  readonly userId: string
  readonly mode: string
  readonly endedAt: Date
  readonly seq: number | null
  readonly reason: UnratedReason | null
  readonly inputs: RatingInputs | Record<string, never>
  readonly mu: number | null
  readonly sigma: number | null
}

/** What is believed of these users; who is missing is new. */
export async function readPriors(db: Db, keys: RatingKeys): Promise<Map<string, Prior>> {
  const rows = await selectRatings(db, keys).execute()
  return toPriors(rows)
}

/** The same, with a row for everybody, held until the transaction ends. */
export async function lockPriors(trx: Trx, keys: RatingKeys): Promise<Map<string, Prior>> {
  const { mu, sigma } = NEW_SKILL
  // Sorted as the lock below is, so two battles with the same people cannot wait for each other.
  await sql`
    insert into ratings.ratings (user_id, mode, mu, sigma, rated_count)
    select id, ${keys.mode}, ${mu}::float8, ${sigma}::float8, 0
    from unnest(${[...keys.userIds]}::uuid[]) as added (id) order by id
    on conflict do nothing`.execute(trx)
  const rows = await selectRatings(trx, keys).orderBy('user_id').forUpdate().execute()
  return toPriors(rows)
}

function selectRatings(db: Db, { mode, userIds }: RatingKeys) {
  return db
    .selectFrom('ratings.ratings')
    .selectAll()
    .where('mode', '=', mode)
    .where(sql<boolean>`user_id = any(${[...userIds]}::uuid[])`)
}

function toPriors(rows: Awaited<ReturnType<ReturnType<typeof selectRatings>['execute']>>) {
  return new Map<string, Prior>(
    rows.map(({ user_id, mu, sigma, rated_count, rated_at }) => [
      user_id,
      { mu, sigma, ratedCount: rated_count, ratedAtMs: rated_at?.getTime() },
    ]),
  )
}

/** A battle's calculations, and the ratings they come to. */
export async function insertCalculations(
  trx: Trx,
  match: { readonly matchId: string; readonly mode: string; readonly endedAtMs: number },
  rated: CalculationColumns,
): Promise<void> {
  const endedAt = new Date(match.endedAtMs)
  const { userIds, seqs, reasons, mus, sigmas, inputs } = rated
  await sql`
    insert into ratings.mmr_calculations
      (match_id, user_id, mode, ended_at, seq, reason, mu, sigma, inputs)
    select ${match.matchId}, id, ${match.mode}, ${endedAt}::timestamptz, seq, reason, mu, sigma,
      kept.inputs
    from unnest(${userIds}::text::uuid[], ${seqs}::text::int[], ${reasons}::text::text[],
      ${mus}::text::float8[], ${sigmas}::text::float8[])
      with ordinality as made (id, seq, reason, mu, sigma, at)
    join jsonb_array_elements(${inputs}::text::jsonb) with ordinality as kept (inputs, at)
      using (at)`.execute(trx)
  await sql`
    update ratings.ratings as held set mu = made.mu, sigma = made.sigma, rated_count = made.seq,
      rated_at = greatest(held.rated_at, ${endedAt}::timestamptz)
    from unnest(${userIds}::text::uuid[], ${seqs}::text::int[], ${mus}::text::float8[],
      ${sigmas}::text::float8[]) as made (id, seq, mu, sigma)
    where held.user_id = made.id and held.mode = ${match.mode} and made.seq is not null`.execute(
    trx,
  )
}

/** Ratings of some users in all their modes. */
export async function readRatings(db: Db, userIds: readonly string[]) {
  return db
    .selectFrom('ratings.ratings')
    .selectAll()
    .where(sql<boolean>`user_id = any(${[...userIds]}::uuid[])`)
    .where('rated_count', '>', 0)
    .orderBy('user_id')
    .orderBy('mode')
    .execute()
}

/** Whose rating a battle moved. */
export async function listRatedUsers(db: Db, matchId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('ratings.mmr_calculations')
    .select('user_id')
    .where('match_id', '=', matchId)
    .where('seq', 'is not', null)
    .execute()
  return rows.map(({ user_id }) => user_id)
}

/** Calculation of one battle for one user. */
export async function findCalculation(
  db: Db,
  { userId, matchId }: { readonly userId: string; readonly matchId: string },
): Promise<ReadCalculation | undefined> {
  const row = await selectCalculations(db, userId)
    .where('match_id', '=', matchId)
    .executeTakeFirst()
  return row && toCalculation(row)
}

/** A user's rated battles of a mode, in order. */
export async function listCalculations(
  db: Db,
  { userId, mode }: { readonly userId: string; readonly mode: string },
): Promise<ReadCalculation[]> {
  const rows = await selectCalculations(db, userId)
    .where('mode', '=', mode)
    .where('seq', 'is not', null)
    .orderBy('seq')
    .execute()
  return rows.map(toCalculation)
}

/** A user's latest battles in all modes, the latest first. */
export async function listLatestCalculations(
  db: Db,
  { userId, limit }: { readonly userId: string; readonly limit: number },
): Promise<ReadCalculation[]> {
  const rows = await selectCalculations(db, userId)
    .orderBy('ended_at', 'desc')
    .orderBy('match_id')
    .limit(limit)
    .execute()
  return rows.map(toCalculation)
}

function selectCalculations(db: Db, userId: string) {
  return db.selectFrom('ratings.mmr_calculations').selectAll().where('user_id', '=', userId)
}

type CalculationRow = Awaited<
  ReturnType<ReturnType<typeof selectCalculations>['executeTakeFirstOrThrow']>
>

function toCalculation(row: CalculationRow): ReadCalculation {
  const {
    user_id: userId,
    match_id: matchId,
    mode,
    seq,
    reason,
    mu,
    sigma,
    ended_at: endedAt,
  } = row
  const inputs = row.inputs as ReadCalculation['inputs']
  return { userId, matchId, mode, seq, reason, inputs, mu, sigma, endedAt }
}
