/** Finished battles by name: the index finds them, and no more of it is read than the page has. */
import assert from 'node:assert/strict'
import { it } from 'node:test'

import { insertManyUsers } from '@battalion/testkit/many-users.ts'
import { describeDatabase } from '@battalion/testkit/test-database.ts'
import { sql } from 'kysely'

import type { Database, Trx } from '../../db/database.ts'
import { searchMatches } from './match-search.ts'

const BATTLES = 3000
const PEOPLE = 8
const LIMIT = 20

/** Battles of the same people; the first of them is called alike in each, the others change. */
async function fill(database: Database): Promise<void> {
  await insertManyUsers(database, PEOPLE)
  await sql`
    insert into matches.game_sessions (match_id, fence, room_id, region, mode, map,
      balance_version, seed, tick_rate_hz, started_at, ended_at, duration_sec, teams, player_count,
      people_count, log_rows, log_dropped, created_at)
    select 'm' || n, 1, 'r', 'test', 'duel', 'front', '1', 1, 20, at, at, 0, '[]', ${PEOPLE}::int4,
      ${PEOPLE}::int4, 0, 0, at
    from generate_series(1, ${BATTLES}::int4) as n,
      lateral (select timestamptz '2030-01-01' + n * interval '1 minute' as at) as moment`.execute(
    database.db,
  )
  await sql`
    insert into matches.session_players (match_id, slot, user_id, is_bot, name, has_left, team,
      squad, class_id, place, outcome, score, kills, deaths, assists, revives, captures,
      damage_done, damage_taken, healed, shots_fired, shots_hit, played_sec, ended_at)
    select match_id, slot, id, false,
      case when slot = 0 then 'Ada' else 'Guest ' || match_id || '-' || slot end, false, 0, 0, 'a',
      slot + 1, 'won', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ended_at
    from matches.game_sessions,
      (select id, (row_number() over (order by id))::int4 - 1 as slot from identity.users) as people
    where slot < ${PEOPLE}::int4`.execute(database.db)
  await sql`analyze matches.game_sessions`.execute(database.db)
  await sql`analyze matches.session_players`.execute(database.db)
}

/** Entries of the index that the transaction has read so far. */
async function readOfIndex(trx: Trx): Promise<number> {
  const { rows } = await sql<{ entries: number }>`
    select pg_stat_get_xact_tuples_returned(
      'matches.session_players_called'::regclass)::int4 as entries`.execute(trx)
  return rows[0]!.entries
}

describeDatabase('finished battles by name', (engine) => {
  it('[ADM-3] a page reads as much of the index as it shows, whoever bore the name', async (t) => {
    const database = await engine.open(t)
    await fill(database)
    const before = { endedAtMs: Date.UTC(2030, 0, 2, 10), matchId: '' }
    for (const [calledAs, mark, count] of [
      ['ADA', undefined, LIMIT],
      ['ada', before, LIMIT],
      ['guest m7-3', undefined, 1],
      ['nobody', undefined, 0],
    ] as const) {
      await database.transact(async (trx) => {
        const was = await readOfIndex(trx)
        const found = await searchMatches(trx, { filter: { calledAs }, before: mark, limit: LIMIT })
        assert.equal(found.length, count, calledAs)
        if (mark !== undefined) assert.equal(found[0]!.matchId, 'm2039')
        const read = (await readOfIndex(trx)) - was
        assert.ok(read >= count && read <= count + 1, `${calledAs}: ${read} entries`)
      })
    }
  })
})
