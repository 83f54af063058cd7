/** Boards as battles move them. */
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'

import { makeMatchReport } from '@battalion/testkit/made-match.ts'
import { FORMULA } from '@battalion/testkit/rating-population.ts'
import { openSocialWorld } from '@battalion/testkit/social-world.ts'
import type { SocialWorld } from '@battalion/testkit/social-world.ts'
import { describeDatabase } from '@battalion/testkit/test-database.ts'
import { sql } from 'kysely'

import { findNames } from '../identity/find-names.ts'
import { packMatch } from '../matches/pack-match.ts'
import { writeMatch } from '../matches/write-match.ts'
import { rateIntoColumns } from '../ratings/rating-columns.ts'
import { createMatchRating } from '../ratings/rate-match.ts'
import { PLACEMENT_COUNT } from '../ratings/rating-rules.ts'
import { createMatchRanking } from './rank-match.ts'
import { findScore } from './ranking-queries.ts'
import { findOpenSeason } from './season-queries.ts'
import { turnSeason } from './seasons.ts'

describeDatabase('boards after battles', (engine) => {
  let world: SocialWorld
  before(async () => void (world = await openSocialWorld(engine)))
  after(() => world.close())

  async function play(battle: {
    matchId: string
    userIds: string[]
    region: string
    seed: number
    botsFrom?: number
    mode?: string
  }) {
    const { database, clock, social } = world
    const worker = {
      rate: async (given: Parameters<typeof rateIntoColumns>[0]) => rateIntoColumns(given),
    }
    const rating = createMatchRating({ database, worker, findFormula: async () => FORMULA })
    const findKnownUsers = async (db: typeof database.db, ids: readonly string[]) =>
      new Set((await findNames(db, ids)).keys())
    const afterMatch = [rating, createMatchRanking({ clock })]
    const ports = { clock, outbox: social.outbox, findKnownUsers, afterMatch }
    const { match, ...packed } = packMatch(makeMatchReport(battle))
    const players = match.players.map((player) => ({ ...player, playedSec: 590 }))
    const played = { ...match, region: battle.region, players }
    assert.equal(await writeMatch(database, ports, { ...packed, match: played }), 'stored')
  }

  const scoreOf = (board: string, userId: string) => findScore(world.database.db, { board, userId })

  it('[RANK-1] a rating is the same on the boards of world and regions, wherever it moved', async () => {
    const userIds = await world.users('Ann', 'Bob', 'Cat', 'Dan', 'Eve', 'Fay')
    for (let seed = 1; seed <= PLACEMENT_COUNT; seed++) {
      await play({ matchId: `eu-${seed}`, userIds, region: 'eu', seed })
    }
    const earlier = await Promise.all(userIds.map((userId) => scoreOf('global', userId)))
    await play({ matchId: 'us-1', userIds, region: 'us', seed: 99 })
    let moved = 0
    for (const [index, userId] of userIds.entries()) {
      const score = await scoreOf('global', userId)
      assert.ok(score !== undefined)
      if (score !== earlier[index]) moved++
      assert.equal(await scoreOf('region:us', userId), score)
      assert.equal(await scoreOf('region:eu', userId), score)
    }
    assert.ok(moved > 0)
  })

  it('[RANK-1] a mode has its own board, a season sums points; bots stand on none', async () => {
    const userIds = await world.users('Gil', 'Hal', 'Ida', 'Jon', 'Kim', 'Lea')
    const people = userIds.slice(0, 4)
    const { database } = world
    await turnSeason(database, world.clock.wallMs())
    const { id } = (await findOpenSeason(database.db))!
    for (let seed = 1; seed <= PLACEMENT_COUNT; seed++) {
      const battle = { userIds, region: 'asia', seed, botsFrom: 4, mode: 'front' }
      await play({ ...battle, matchId: `asia-${seed}` })
    }
    const { rows } = await sql<{ board: string; user_id: string; score: number }>`
      select board, user_id, score from rankings.entries
      where user_id = any(${userIds}::uuid[])`.execute(database.db)
    const byBoard = Map.groupBy(rows, ({ board }) => board)
    const boards = ['global', 'mode:front', 'region:asia', `season:${id}`]
    assert.deepEqual(new Set(byBoard.keys()), new Set(boards))
    for (const [board, entries] of byBoard) {
      assert.deepEqual(new Set(entries.map(({ user_id }) => user_id)), new Set(people), board)
    }
    const { rows: sums } = await sql<{ user_id: string; score: number }>`
      select user_id, sum(score)::int4 as score from matches.session_players
      where match_id like 'asia-%' and user_id = any(${people}::uuid[])
      group by user_id`.execute(database.db)
    for (const { user_id: userId, score } of sums) {
      assert.equal(await scoreOf(`season:${id}`, userId), score)
    }
    assert.equal(sums.length, people.length)
  })
})
