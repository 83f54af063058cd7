/** Ratings in the database: with the result or not at all, once each, and recomputable. */
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
import { rateIntoColumns } from './rating-columns.ts'
import { createMatchRating } from './rate-match.ts'
import type { MatchRatingPorts } from './rate-match.ts'
import { readPriors } from './rating-queries.ts'
import { RatingWorker } from './rating-worker.ts'
import { explainMyRating, findBrokenCalculation, readMyRatings } from './read-ratings.ts'

const DAY_MS = 86_400_000
/** Figures of who did not do a thing. */
const NOTHING = {
  kills: 0,
  assists: 0,
  revives: 0,
  captures: 0,
  healed: 0,
  score: 0,
  damageDone: 0,
  shotsFired: 0,
}
const START_MS = Date.UTC(2030, 0, 2, 12)

describeDatabase('ratings of matches', (engine) => {
  let world: SocialWorld
  const worker = new RatingWorker()
  before(async () => {
    world = await openSocialWorld(engine)
  })
  after(async () => {
    await worker.stop()
    await world.close()
  })

  function write(
    report: Parameters<typeof makeMatchReport>[0],
    over: Partial<MatchRatingPorts> = {},
    isEmpty = false,
  ) {
    const { database, clock, social } = world
    const rating = createMatchRating({
      database,
      worker,
      findFormula: async () => FORMULA,
      ...over,
    })
    const findKnownUsers = async (db: typeof database.db, ids: readonly string[]) =>
      new Set((await findNames(db, ids)).keys())
    const ports = { clock, outbox: social.outbox, findKnownUsers, afterMatch: [rating] }
    const packed = packMatch(makeMatchReport(report))
    const players = packed.match.players.map((player) => ({
      ...player,
      ...(isEmpty ? NOTHING : {}),
      playedSec: 590,
    }))
    const winner = isEmpty ? null : packed.match.winner
    return writeMatch(database, ports, { ...packed, match: { ...packed.match, players, winner } })
  }

  it('[RANK-2] every calculation is kept, gives the same rating again, and they are a chain', async () => {
    const people = await world.users(...Array.from({ length: 24 }, (_, index) => `chain ${index}`))
    for (let battle = 0; battle < 12; battle++) {
      // Others each time, and a month's pause in between.
      const userIds = people.filter((_, index) => (index * 7 + battle) % 4 !== 0)
      const endedAtMs = START_MS + battle * DAY_MS + (battle > 6 ? 30 * DAY_MS : 0)
      const matchId = `chain-${battle}`
      assert.equal(await write({ matchId, userIds, endedAtMs, seed: battle + 1 }), 'stored')
    }
    for (const userId of people) {
      const broken = await findBrokenCalculation(world.database.db, { userId, mode: 'conquest' })
      assert.equal(broken, undefined, broken?.why)
      const { ratings } = await readMyRatings(world.database.db, userId)
      assert.equal(ratings[0]?.ratedCount, 9)
    }
    await world.database.db
      .updateTable('ratings.ratings')
      .set({ mu: 49 })
      .where('user_id', '=', people[0]!)
      .execute()
    const who = { userId: people[0]!, mode: 'conquest' }
    assert.match((await findBrokenCalculation(world.database.db, who))!.why, /not what/)
  })

  it('[RANK-2] a duplicate report rates nobody again', async () => {
    const userIds = await world.users('dup a', 'dup b')
    const report = { matchId: 'dup', userIds, mode: 'duel' }
    const outcomes = await Promise.all([write(report), write(report), write(report)])
    assert.deepEqual(outcomes.toSorted(), ['duplicate', 'duplicate', 'stored'])
    for (const userId of userIds) {
      const { ratings } = await readMyRatings(world.database.db, userId)
      assert.equal(ratings[0]!.ratedCount, 1)
    }
  })

  it('[RANK-2] battles of the same people that end at once count one after another', async () => {
    const userIds = await world.users(...Array.from({ length: 8 }, (_, index) => `race ${index}`))
    const matches = Array.from({ length: 6 }, (_, index) => {
      const turned = index % 2 === 0 ? userIds : userIds.toReversed()
      return { matchId: `race-${index}`, userIds: turned, seed: index + 1, mode: 'front' }
    })
    // All read the same ratings before any of them writes.
    let waiting = 0
    const gate = Promise.withResolvers<void>()
    const together: MatchRatingPorts['worker'] = {
      async rate(battle) {
        waiting++
        if (waiting === matches.length) gate.resolve()
        await gate.promise
        return rateIntoColumns(battle)
      },
    }
    const outcomes = await Promise.all(matches.map((match) => write(match, { worker: together })))
    assert.deepEqual(new Set(outcomes), new Set(['stored']))
    assert.ok(waiting > matches.length, 'those that came later were rated again')
    for (const userId of userIds) {
      const broken = await findBrokenCalculation(world.database.db, { userId, mode: 'front' })
      assert.equal(broken, undefined, broken?.why)
      const { ratings } = await readMyRatings(world.database.db, userId)
      assert.equal(ratings[0]!.ratedCount, 6)
    }
  })

  it('a result that cannot be written leaves no rating behind', async () => {
    const userIds = await world.users('lone a', 'lone b')
    const failing = { rate: () => Promise.reject(new Error('the thread is gone')) }
    const report = { matchId: 'lone', userIds, mode: 'duel' }
    await assert.rejects(() => write(report, { worker: failing }), /thread is gone/)
    const priors = await readPriors(world.database.db, { mode: 'duel', userIds })
    assert.equal(priors.size, 0)
    assert.equal(await write(report), 'stored')
  })

  it('bots have no rating and move none; their battles say why they do not count', async () => {
    const userIds = await world.users('bots a', 'bots b', 'bots c', 'bots d', 'bots e')
    assert.equal(await write({ matchId: 'bots', userIds, botsFrom: 2 }), 'stored')
    const { ratings } = await readMyRatings(world.database.db, userIds[0]!)
    assert.deepEqual(ratings, [])
    const told = await explainMyRating(world.database.db, {
      userId: userIds[0]!,
      matchId: 'bots',
    })
    assert.equal(told.isRated, false)
    assert.match(told.summary, /More bots than people/)
    await assert.rejects(() =>
      explainMyRating(world.database.db, { userId: userIds[3]!, matchId: 'bots' }),
    )
  })

  it('[RANK-2] a drawn battle in which nobody did anything is kept and moves no rating', async () => {
    const userIds = await world.users('idle a', 'idle b', 'idle c')
    assert.equal(await write({ matchId: 'idle', userIds }, {}, true), 'stored')
    const { db } = world.database
    for (const userId of userIds) assert.deepEqual((await readMyRatings(db, userId)).ratings, [])
    const told = await explainMyRating(db, { userId: userIds[0]!, matchId: 'idle' })
    assert.equal(told.isRated, false)
    assert.match(told.summary, /nobody did anything/)
  })

  it('explains a change to who it concerns, and to nobody else', async () => {
    const userIds = await world.users('told a', 'told b', 'told c', 'told d')
    await write({ matchId: 'told', userIds })
    const { db } = world.database
    const told = await explainMyRating(db, { userId: userIds[0]!, matchId: 'told' })
    const sum = told.parts.reduce((total, { points }) => total + points, 0)
    assert.equal(sum, told.after! - told.before!)
    const [stranger] = await world.users('told stranger')
    const who = { userId: stranger!, matchId: 'told' }
    await assert.rejects(() => explainMyRating(db, who), /no rating/)
  })

  it('a thread that dies fails what it had, and the next battle finds a new one', async () => {
    const own = new RatingWorker()
    const battle = { endedAtMs: 0, durationSec: 1, winner: null, players: [], formula: FORMULA }
    const empty = { ...battle, priors: new Map() }
    const first = own.rate(empty)
    await own.stop()
    await assert.rejects(first)
    assert.equal((await own.rate(empty)).userIds, '{}')
    await own.stop()
  })
})
