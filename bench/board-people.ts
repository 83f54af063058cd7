/**
 * People as a game has them, for the bench of boards: two in five have an account, some let only
 * friends or nobody see them, half have no friends and a few have a hundred. Ids are random, as
 * real ones are, so that neighbours on a board are far apart in every table. All of it is in the
 * database, because an answer asks for names, wishes and friends, too.
 */
import { createPrng, nextBelow } from '@battalion/base/prng.ts'
import type { PrngState } from '@battalion/base/prng.ts'
import { sql } from 'kysely'

import type { Database, Db } from '../src/db/database.ts'
import { tellProgress } from './bench-voice.ts'

/** In one statement (people, friendships). */
const AT_ONCE = 50_000
/** Of a hundred people, so many let friends alone see their profile, and so many nobody. */
const FRIENDS_ONLY_PERCENT = 10
const NOBODY_PERCENT = 5
/** Of a hundred people, so many ask that many others; as many again ask them, about. */
const ASKING = [
  { percent: 50, least: 0, most: 0 },
  { percent: 35, least: 1, most: 3 },
  { percent: 14, least: 5, most: 20 },
  { percent: 1, least: 40, most: 90 },
] as const
/** Of a hundred who were asked, so many have not answered. */
const UNANSWERED_PERCENT = 10
const SEED = 8

/** Fills `identity.users` and `social.friend_links`; everybody's id. */
export async function insertPeople({ patient }: Database, count: number): Promise<string[]> {
  const { db } = patient
  for (let from = 1; from <= count; from += AT_ONCE) {
    await insertUsers(db, from, Math.min(count, from + AT_ONCE - 1))
  }
  const { rows } = await sql<{ id: string }>`select id from identity.users`.execute(db)
  const ids = rows.map(({ id }) => id)
  await insertFriends(db, ids)
  await sql`vacuum analyze identity.users`.execute(db)
  await sql`vacuum analyze social.friend_links`.execute(db)
  return ids
}

async function insertUsers(db: Db, from: number, to: number): Promise<void> {
  await sql`
    insert into identity.users
      (id, kind, name, name_key, email, email_key, privacy, created_at, last_seen_at)
    select gen_random_uuid(), case when has_account then 'account' else 'guest' end,
      'Soldier ' || n, case when has_account then 'soldier ' || n end, email, email,
      case when wish < ${NOBODY_PERCENT}::int then '{"profile":"nobody"}'
        when wish < ${NOBODY_PERCENT + FRIENDS_ONLY_PERCENT}::int then '{"profile":"friends"}'
        else '{}' end::jsonb, now(), now()
    from (select n, has_account, case when has_account then n || '@example.org' end as email,
        random() * 100 as wish
      from (select n, random() < 0.4 as has_account
        from generate_series(${from}::int, ${to}::int) as n) as numbered) as person`.execute(db)
}

async function insertFriends(db: Db, ids: readonly string[]): Promise<void> {
  const prng = createPrng(SEED)
  let pairs: [string, string][] = []
  let written = 0
  const flush = async (): Promise<void> => {
    tellProgress(`rankings: ${written} friendships`)
    await insertLinks(db, pairs)
    written += pairs.length
    pairs = []
  }
  for (const id of ids) {
    for (let left = drawAsked(prng); left > 0; left--) {
      const other = ids[nextBelow(prng, ids.length)]!
      if (other !== id) pairs.push([id, other])
    }
    if (pairs.length >= AT_ONCE) await flush()
  }
  await flush()
}

function drawAsked(prng: PrngState): number {
  let left = nextBelow(prng, 100)
  for (const { percent, least, most } of ASKING) {
    left -= percent
    if (left < 0) return least + nextBelow(prng, most - least + 1)
  }
  return 0
}

async function insertLinks(db: Db, pairs: readonly (readonly [string, string])[]): Promise<void> {
  const askers = pairs.map(([asker]) => asker)
  const asked = pairs.map(([, other]) => other)
  await sql`
    insert into social.friend_links (lo, hi, asked_by, state, created_at, accepted_at)
    select least(asker, asked), greatest(asker, asked), asker,
      case when answered then 'friends' else 'asked' end, now(), case when answered then now() end
    from (select asker, asked, random() * 100 >= ${UNANSWERED_PERCENT}::int as answered
      from unnest(${askers}::uuid[], ${asked}::uuid[]) as given (asker, asked)) as drawn
    on conflict do nothing`.execute(db)
}
