/** Progress from battles: levels by the curve, achievements once, replays change nothing. */
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'

import { loadShippedBalance } from '@battalion/testkit/load-shipped-balance.ts'
import { levelOfPoints } from '@battalion/sim/battle-result.ts'
import { makeMatchReport } from '@battalion/testkit/made-match.ts'
import { insertTestUser, openSocialWorld } from '@battalion/testkit/social-world.ts'
import type { SocialWorld } from '@battalion/testkit/social-world.ts'
import { describeDatabase, TEST_PORTS } from '@battalion/testkit/test-database.ts'
import { sql } from 'kysely'

import { openDatabase } from '../../db/database.ts'
import { deedsMigration } from '../../db/migrations/0019-deeds.ts'
import { ALL_MIGRATIONS } from '../../db/migrations/all-migrations.ts'
import type { MatchRecord } from '../matches/match-record.ts'
import { packMatch } from '../matches/pack-match.ts'
import { readStateVersion } from '../sync/state-versions.ts'
import { readMyProgress, takeProgress } from './progress.ts'

/** Two people and bots; everybody a medic with this score. */
function matchOf(matchId: string, userIds: string[], score: number): MatchRecord {
  const { match } = packMatch(makeMatchReport({ matchId, userIds, botsFrom: 2 }))
  const players = match.players.map((player) => ({ ...player, score, classId: 'medic' }))
  return { ...match, players }
}

describeDatabase('progress', (engine) => {
  let world: SocialWorld
  const { levels } = loadShippedBalance()
  before(async () => {
    world = await openSocialWorld(engine)
  })
  after(() => world.close())

  const take = (match: MatchRecord) =>
    world.run((trx) => takeProgress(trx, { clock: world.clock, levels: () => levels }, match))

  it('[PLY-1] points cross the level table, and a level never falls', async () => {
    const userIds = await world.users('level a', 'level b', 'level bot')
    let points = 0
    let last = 1
    for (const [index, score] of [400, 3000, -5000, 20_000].entries()) {
      await take(matchOf(`level-${index}`, userIds, score))
      points += Math.max(0, score)
      const { characters } = await readMyProgress(world.database.db, levels, userIds[0]!)
      assert.equal(characters[0]!.points, points)
      assert.equal(characters[0]!.level, levelOfPoints(levels, points))
      assert.ok(characters[0]!.level >= last)
      last = characters[0]!.level
    }
    const bot = await readMyProgress(world.database.db, levels, userIds[2]!)
    assert.deepEqual(bot.characters, [])
  })

  it('[PLY-3] match events advance achievements exactly once on replay', async () => {
    const userIds = await world.users('once a', 'once b')
    const match = matchOf('once', userIds, 1000)
    await take(match)
    const first = await readMyProgress(world.database.db, levels, userIds[0]!)
    const version = await readStateVersion(world.database.db, userIds[0]!)
    await Promise.all([take(match), take(match), take(match)])
    assert.deepEqual(await readMyProgress(world.database.db, levels, userIds[0]!), first)
    assert.equal(await readStateVersion(world.database.db, userIds[0]!), version)
    const won = first.achievements.find(({ id }) => id === 'first-battle')!
    assert.deepEqual(
      { ...won, earnedAt: won.earnedAt !== null },
      {
        id: 'first-battle',
        name: 'First battle',
        progress: 1,
        amount: 1,
        earnedAt: true,
      },
    )
  })

  it('[PLY-3] who had done enough before the list had it gets it with his next battle', async () => {
    const userIds = await world.users('late a', 'late b')
    await take(matchOf('late-1', userIds, 1000))
    const forget = sql`delete from progress.achievements where user_id = ${userIds[0]}`
    await forget.execute(world.database.db)
    await sql`update progress.deeds set earned = 0 where user_id = ${userIds[0]}`.execute(
      world.database.db,
    )
    await take(matchOf('late-2', userIds, 1000))
    const mine = await readMyProgress(world.database.db, levels, userIds[0]!)
    const first = mine.achievements.find(({ id }) => id === 'first-battle')!
    assert.notEqual(first.earnedAt, null)
    assert.equal(first.progress, 1)
  })

  it('[PLY-3] counters of before migration 0019 are the same deeds after it', async (t) => {
    const place = await engine.place(t, 'empty')
    const migrations = ALL_MIGRATIONS.slice(0, ALL_MIGRATIONS.indexOf(deedsMigration))
    const older = openDatabase({ ...TEST_PORTS, place, migrations })
    await older.ready
    const userId = await insertTestUser(older, 'older')
    await sql`insert into progress.counters (user_id, deed, amount)
      values (${userId}, 'kills', 99), (${userId}, 'matches', 3)`.execute(older.db)
    await older.transact((trx) => deedsMigration.up(trx))
    const { achievements } = await readMyProgress(older.db, levels, userId)
    const progress = new Map(achievements.map((row) => [row.id, row.progress]))
    assert.deepEqual(
      ['marksman', 'veteran', 'victor'].map((id) => progress.get(id)),
      [99, 3, 0],
    )
    await older.close()
  })
})
