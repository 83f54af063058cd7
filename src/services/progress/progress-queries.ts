/** Statements about characters, counters and achievements. */
import { sql } from 'kysely'

import type { Db, Trx } from '../../db/database.ts'

/** What a battle adds to one person. */
export interface ProgressGain {
  readonly userId: string
  readonly classId: string
  readonly points: number
  readonly deeds: readonly (readonly [string, number])[]
}

/** Marks a battle as taken in; the users for whom it is new. */
export async function takeMatch(
  trx: Trx,
  taking: { readonly matchId: string; readonly userIds: readonly string[]; readonly now: Date },
): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ user_id: string }>`
    insert into progress.taken (match_id, user_id, taken_at)
    select ${taking.matchId}, id, ${taking.now}::timestamptz
    from unnest(${[...taking.userIds]}::uuid[]) as given (id) order by id
    on conflict do nothing returning user_id`.execute(trx)
  return new Set(rows.map(({ user_id }) => user_id))
}

/** Adds points to characters; what each has now. */
export async function addPoints(trx: Trx, gains: readonly ProgressGain[]) {
  const ids = gains.map(({ userId }) => userId)
  const classes = gains.map(({ classId }) => classId)
  const points = `{${gains.map((gain) => gain.points).join(',')}}`
  const { rows } = await sql<{ user_id: string; class_id: string; points: bigint; level: number }>`
    insert into progress.characters as held (user_id, class_id, points, level, matches)
    select id, class_id, points, 1, 1
    from unnest(${ids}::uuid[], ${classes}::text[], ${points}::text::bigint[])
      as given (id, class_id, points) order by id
    on conflict (user_id, class_id) do update
    set points = held.points + excluded.points, matches = held.matches + 1
    returning user_id, class_id, points, level`.execute(trx)
  return rows.map(({ user_id: userId, class_id: classId, ...row }) => {
    return { userId, classId, points: Number(row.points), level: row.level }
  })
}

/** Raises levels; a level never falls. */
export async function raiseLevels(
  trx: Trx,
  raised: readonly { readonly userId: string; readonly classId: string; readonly level: number }[],
): Promise<void> {
  const ids = raised.map(({ userId }) => userId)
  const classes = raised.map(({ classId }) => classId)
  const levels = `{${raised.map(({ level }) => level).join(',')}}`
  await sql`
    update progress.characters as held set level = greatest(held.level, given.level)
    from unnest(${ids}::uuid[], ${classes}::text[], ${levels}::text::int[])
      as given (id, class_id, level)
    where held.user_id = given.id and held.class_id = given.class_id`.execute(trx)
}

/** Adds deeds; the sums of all deeds that moved. */
export async function addDeeds(trx: Trx, gains: readonly ProgressGain[]) {
  const all = gains.flatMap(({ userId, deeds }) =>
    deeds.filter(([, amount]) => amount > 0).map(([deed, amount]) => ({ userId, deed, amount })),
  )
  const ids = all.map(({ userId }) => userId)
  const deeds = all.map(({ deed }) => deed)
  const amounts = `{${all.map(({ amount }) => amount).join(',')}}`
  const { rows } = await sql<{ user_id: string; deed: string; amount: bigint }>`
    insert into progress.counters as held (user_id, deed, amount)
    select id, deed, amount
    from unnest(${ids}::uuid[], ${deeds}::text[], ${amounts}::text::bigint[])
      as given (id, deed, amount) order by id, deed
    on conflict (user_id, deed) do update set amount = held.amount + excluded.amount
    returning user_id, deed, amount`.execute(trx)
  return rows.map(({ user_id: userId, deed, amount }) => {
    return { userId, deed, amount: Number(amount) }
  })
}

/** Keeps achievements that are new. */
export async function insertAchievements(
  trx: Trx,
  earned: {
    readonly matchId: string
    readonly now: Date
    readonly rows: readonly { readonly userId: string; readonly id: string }[]
  },
): Promise<void> {
  if (earned.rows.length === 0) return
  const ids = earned.rows.map(({ userId }) => userId)
  const names = earned.rows.map(({ id }) => id)
  await sql`
    insert into progress.achievements (user_id, achievement, match_id, earned_at)
    select id, name, ${earned.matchId}, ${earned.now}::timestamptz
    from unnest(${ids}::uuid[], ${names}::text[]) as given (id, name) order by id, name
    on conflict do nothing`.execute(trx)
}

/** Everything of a user. */
export async function readProgress(db: Db, userId: string) {
  const characters = await db
    .selectFrom('progress.characters')
    .select(['class_id', 'points', 'level', 'matches'])
    .where('user_id', '=', userId)
    .orderBy('class_id')
    .execute()
  const counters = await db
    .selectFrom('progress.counters')
    .select(['deed', 'amount'])
    .where('user_id', '=', userId)
    .orderBy('deed')
    .execute()
  const achievements = await db
    .selectFrom('progress.achievements')
    .select(['achievement', 'match_id', 'earned_at'])
    .where('user_id', '=', userId)
    .orderBy('achievement')
    .execute()
  return { characters, counters, achievements }
}

/** Removes everything of a user. */
export async function eraseProgress(trx: Trx, userId: string): Promise<void> {
  await trx.deleteFrom('progress.taken').where('user_id', '=', userId).execute()
  await trx.deleteFrom('progress.characters').where('user_id', '=', userId).execute()
  await trx.deleteFrom('progress.counters').where('user_id', '=', userId).execute()
  await trx.deleteFrom('progress.achievements').where('user_id', '=', userId).execute()
}
