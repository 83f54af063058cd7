/** Boards as battles move them. */
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'

import { makeMatchReport } from '@battalion/testkit/made-match.ts'
import { FORMULA } from '@battalion/testkit/rating-population.ts'
import { openSocialWorld } from '@battalion/testkit/social-world.ts'
import type { SocialWorld } from '@battalion/testkit/social-world.ts'
import { describeDatabase } from '@battalion/testkit/test-database.ts'

import { findNames } from '../identity/find-names.ts'
import { packMatch } from '../matches/pack-match.ts'
import { writeMatch } from '../matches/write-match.ts'
import { rateBattle } from '../ratings/rate-battle.ts'
import { createMatchRating } from '../ratings/rate-match.ts'
import { PLACEMENT_COUNT } from '../ratings/rating-rules.ts'
import { createMatchRanking } from './rank-match.ts'
import { findScore } from './ranking-queries.ts'

describeDatabase('boards after battles', (engine) => {
  let world: SocialWorld
  before(async () => void (world = await openSocialWorld(engine)))
  after(() => world.close())

  async function play(battle: {
    matchId: string
    userIds: string[]
    region: string
    seed: number
  }) {
    const { database, clock, social } = world
    const worker = { rate: async (given: Parameters<typeof rateBattle>[0]) => rateBattle(given) }
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
})
