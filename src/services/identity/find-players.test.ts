/** Names by their beginning: found whatever they hold, by the index, not by reading everybody. */
import assert from 'node:assert/strict'
import { it } from 'node:test'

import { insertManyUsers } from '@battalion/testkit/many-users.ts'
import { describeDatabase } from '@battalion/testkit/test-database.ts'
import { sql } from 'kysely'

import type { Database } from '../../db/database.ts'
import { findPlayersByName, PLAYERS_FOUND_MAX } from './find-players.ts'

const CROWD = 5000

/** Many accounts whose names begin alike, and a few others. */
async function fill(database: Database, names: readonly string[]): Promise<void> {
  await insertManyUsers(database, CROWD)
  await sql`
    update identity.users set kind = 'account', name = 'Player ' || n, name_key = 'player ' || n
    from (select id as user_id, row_number() over (order by id) as n from identity.users) as held
    where user_id = id`.execute(database.db)
  for (const name of names) {
    await sql`
      insert into identity.users (id, kind, name, name_key, created_at, last_seen_at)
      values (gen_random_uuid(), 'account', ${name}, lower(${name}), now(), now())`.execute(
      database.db,
    )
  }
  await sql`analyze identity.users`.execute(database.db)
}

describeDatabase('players by the beginning of their names', (engine) => {
  it('the index finds them: a rare beginning, a common one, one with signs of LIKE', async (t) => {
    const database = await engine.open(t)
    await fill(database, ['Zoë', 'zoey', '가나다', '100% Zoe', 'zo_x'])
    const namesOf = async (beginning: string) =>
      (await findPlayersByName(database.db, beginning)).map(({ name }) => name)
    assert.deepEqual(await namesOf('ZO'), ['zo_x', 'zoey', 'Zoë'])
    assert.deepEqual(await namesOf('zo_'), ['zo_x'])
    assert.deepEqual(await namesOf('100%'), ['100% Zoe'])
    assert.deepEqual(await namesOf('가나'), ['가나다'])
    assert.equal((await namesOf('player')).length, PLAYERS_FOUND_MAX)
    for (const beginning of ['zo', 'player', '가나', '100\\%']) {
      const plan = await explain(database, `${beginning}%`)
      // PGlite has the collation C, where the unique index serves a few as well.
      const index = engine.name === 'postgres' ? 'users_name_beginning' : 'users_name_'
      assert.match(plan, new RegExp(`Index (Only )?Scan (using|on) ${index}`), plan)
      assert.doesNotMatch(plan, /Seq Scan/, plan)
      // Of many, the first ten of the index are the answer; a few may be sorted.
      if (beginning === 'player') assert.doesNotMatch(plan, /Sort/, plan)
    }
  })
})

/** The statement of findPlayersByName, as the engine would carry it out. */
async function explain(database: Database, pattern: string): Promise<string> {
  const { rows } = await sql<Record<string, string>>`
    explain select id, name, kind from identity.users
    where status = 'active' and kind = 'account' and name_key collate "C" like ${pattern}
    order by name_key collate "C" limit ${PLAYERS_FOUND_MAX}::int4`.execute(database.db)
  return rows.map((row) => Object.values(row)[0]).join('\n')
}
