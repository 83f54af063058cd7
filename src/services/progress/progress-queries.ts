/** Statements about characters, deeds and achievements. */
import { sql } from 'kysely'

import type { Db, Trx } from '../../db/database.ts'
import type { DeedsRow } from '../../db/standing-tables.ts'
import { DEEDS } from './achievements.ts'
import type { Deed } from './achievements.ts'

/** What a battle adds to one person. */
export interface ProgressGain {
  readonly userId: string
  readonly classId: string
  readonly points: number
  readonly deeds: Readonly<Record<Deed, number>>
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

/** What somebody's deeds add up to. */
export interface DeedSums {
  readonly userId: string
  readonly sums: Readonly<Record<Deed, number>>
  /** How many achievements are kept for them. */
  readonly earned: number
}

/** Adds deeds; what they add up to now. */
export async function addDeeds(trx: Trx, gains: readonly ProgressGain[]): Promise<DeedSums[]> {
  const ids = gains.map(({ userId }) => userId)
  const amounts = DEEDS.map((deed) => {
    return sql`${`{${gains.map(({ deeds }) => deeds[deed]).join(',')}}`}::text::bigint[]`
  })
  const columns = sql.join(DEEDS.map((deed) => sql.ref(deed)))
  const added = DEEDS.map((deed) => {
    return sql`${sql.ref(deed)} = held.${sql.ref(deed)} + excluded.${sql.ref(deed)}`
  })
  const { rows } = await sql<DeedsRow>`
    insert into progress.deeds as held (user_id, ${columns})
    select id, ${columns}
    from unnest(${ids}::uuid[], ${sql.join(amounts)}) as given (id, ${columns}) order by id
    on conflict (user_id) do update set ${sql.join(added)}
    returning user_id, ${columns}, earned`.execute(trx)
  return rows.map(toDeedSums)
}

function toDeedSums({ user_id: userId, earned, ...row }: DeedsRow): DeedSums {
  const sums = Object.fromEntries(DEEDS.map((deed) => [deed, Number(row[deed])]))
  return { userId, earned, sums: sums as Record<Deed, number> }
}

/** Keeps achievements that are new, and how many each of their owners has now. */
export async function insertAchievements(
  trx: Trx,
  earned: {
    readonly matchId: string
    readonly now: Date
    readonly owners: readonly { readonly userId: string; readonly ids: readonly string[] }[]
  },
): Promise<void> {
  const { owners } = earned
  if (owners.length === 0) return
  const ids = owners.flatMap((owner) => owner.ids.map(() => owner.userId))
  const names = owners.flatMap((owner) => owner.ids)
  await sql`
    insert into progress.achievements (user_id, achievement, match_id, earned_at)
    select id, name, ${earned.matchId}, ${earned.now}::timestamptz
    from unnest(${ids}::uuid[], ${names}::text[]) as given (id, name) order by id, name
    on conflict do nothing`.execute(trx)
  const counts = `{${owners.map((owner) => owner.ids.length).join(',')}}`
  await sql`
    update progress.deeds as held set earned = given.earned
    from unnest(${owners.map(({ userId }) => userId)}::uuid[], ${counts}::text::int[])
      as given (id, earned)
    where held.user_id = given.id`.execute(trx)
}

/** Everything of a user. */
export async function readProgress(db: Db, userId: string) {
  const characters = await db
    .selectFrom('progress.characters')
    .select(['class_id', 'points', 'level', 'matches'])
    .where('user_id', '=', userId)
    .orderBy('class_id')
    .execute()
  const deeds = await db
    .selectFrom('progress.deeds')
    .selectAll()
    .where('user_id', '=', userId)
    .executeTakeFirst()
  const achievements = await db
    .selectFrom('progress.achievements')
    .select(['achievement', 'match_id', 'earned_at'])
    .where('user_id', '=', userId)
    .orderBy('achievement')
    .execute()
  return { characters, sums: deeds && toDeedSums(deeds).sums, achievements }
}

/** Removes everything of a user. */
export async function eraseProgress(trx: Trx, userId: string): Promise<void> {
  await trx.deleteFrom('progress.taken').where('user_id', '=', userId).execute()
  await trx.deleteFrom('progress.characters').where('user_id', '=', userId).execute()
  await trx.deleteFrom('progress.deeds').where('user_id', '=', userId).execute()
  await trx.deleteFrom('progress.achievements').where('user_id', '=', userId).execute()
}
