/**
 * The rating against openskill's published numbers, and what a battle may and may not do to a
 * person's rating.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { createPrng, nextBelow, nextFloat } from '@battalion/base/prng.ts'
import {
  BATTLE_SEC,
  fightBattle,
  FORMULA,
  makePopulation,
} from '@battalion/testkit/rating-population.ts'
import { runSeason } from '@battalion/testkit/rating-season.ts'
import { rate, rating } from 'openskill'
import { bradleyTerryFull, plackettLuce } from 'openskill/models'

import { explainRating } from './explain-rating.ts'
import { rateTeamResult, sumSkills } from './openskill.ts'
import { rateBattle } from './rate-battle.ts'
import { rateInputs } from './rate-inputs.ts'
import { CLASS_OPPONENTS_MIN } from './rating-rules.ts'
import type { BattlePlayer, Prior, RatedBattle } from './rating-types.ts'

const NOW_MS = 1_000 * 86_400_000
const NEW = rating()

function battleOf(players: BattlePlayer[], over: Partial<RatedBattle> = {}): RatedBattle {
  const common = { endedAtMs: NOW_MS, durationSec: BATTLE_SEC, formula: FORMULA }
  return { ...common, winner: 0, players, priors: new Map(), ...over }
}

function player(userId: string, over: Partial<BattlePlayer> = {}): BattlePlayer {
  return {
    userId,
    isBot: false,
    team: 0,
    squad: 0,
    hasLeft: false,
    classId: 'assault',
    kills: 0,
    assists: 0,
    revives: 0,
    captures: 0,
    healed: 0,
    score: 1000,
    damageDone: 0,
    shotsFired: 0,
    playedSec: BATTLE_SEC,
    ...over,
  }
}

/** What a battle of a minute comes to. */
function rateShort(players: BattlePlayer[], winner: number | null) {
  return rateBattle(battleOf(players, { winner, durationSec: 65 }))
}

/** So many people of whom nothing is known, each for himself. */
function free(count: number) {
  return Array.from({ length: count }, () => [NEW])
}

/** The best of a crowd, as long as he plays. */
function bestOf(playedSec: number): BattlePlayer {
  return player('x', { score: (4000 * playedSec) / BATTLE_SEC, playedSec })
}

/** Uncertainty with which somebody well known comes back. */
function sigmaAfter(days: number): number {
  const ratedAtMs = NOW_MS - days * 86_400_000
  const priors = new Map([['a', { mu: 30, sigma: 1.5, ratedCount: 90, ratedAtMs }]])
  const battle = battleOf([player('a'), player('b', { team: 1 })], { priors })
  return rateBattle(battle).changes[0]!.outcome.sigmaBefore
}

/** A battle of made people, all rated before. */
function madeBattle(seed: number, perTeam: number): RatedBattle {
  const prng = createPrng(seed)
  const people = makePopulation(perTeam * 2, seed)
  const plan = { perTeam, scoreNoise: 2, squadSize: 5, leaverShare: 0.1 }
  const { players, winner } = fightBattle(people, plan, prng)
  const priors = new Map<string, Prior>(
    people.map(({ userId }) => [
      userId,
      {
        mu: 10 + 30 * nextFloat(prng),
        sigma: 2 + 6 * nextFloat(prng),
        ratedCount: nextBelow(prng, 40),
        ratedAtMs: NOW_MS - nextFloat(prng) * 60 * 86_400_000,
      },
    ]),
  )
  return battleOf(players, { winner, priors })
}

describe('openskill 5.0.1 [RANK-2]', () => {
  it('[RANK-2] agrees with the published Plackett-Luce numbers for 2 to 5 players', () => {
    const published = {
      2: [27.63523138347365, 22.36476861652635],
      3: [27.868876552746237, 25.717219138186557, 21.413904309067206],
      4: [27.795084971874736, 26.552824984374855, 24.68943500312503, 20.96265504062538],
      5: [27.666666666666668, 26.833333333333332, 25.72222222222222, 24.055555555555557],
    }
    for (const [count, mus] of Object.entries(published)) {
      const rated = plackettLuce(free(Number(count))).flat()
      for (const [index, mu] of mus.entries()) near(rated[index]!.mu, mu)
    }
    near(plackettLuce(free(2))[0]![0]!.sigma, 8.065506316323548)
    near(plackettLuce(free(4))[0]![0]!.sigma, 8.263160757613477)
  })

  it('[RANK-2] agrees with the published Bradley-Terry numbers, own gamma included', () => {
    const five = bradleyTerryFull(free(5)).flat()
    near(five[0]!.mu, 35.5409255338946)
    near(five[4]!.mu, 14.4590744661054)
    near(five[0]!.sigma, 7.202515895247076)
    const damped = bradleyTerryFull(free(5), { gamma: (_c, k) => 1 / k }).flat()
    near(damped[0]!.sigma, 7.993052538854532)
  })

  it('[RANK-2] agrees with openskill.py 6.2.0 on ranks, scores, ties and teams of unequal size', () => {
    const start = { mu: 20.35125162611535, sigma: 8.33148112355601 }
    const team = (count: number) => Array.from({ length: count }, () => start)
    const ranked = rate([team(1), team(2), team(1), team(2)], { rank: [2, 1, 4, 3] })
    near(ranked[0][0]!.mu, 22.35555943890167)
    near(ranked[1][0]!.sigma, 8.258479912445537)
    near(ranked[3][1]!.mu, 18.364835831043397)
    near(rate([team(1), team(2)], { score: [1, 2] })[0][0]!.mu, 19.4016459546452)
    const tied = rate([team(1), team(2), team(3)], { rank: [1, 2, 1] })
    near(tied[0][0]!.mu, 21.63766806988004)
    near(tied[2][2]!.sigma, 8.237522411103104)
  })

  it('[RANK-2] a duel of ours is the library, to the last published digit', () => {
    const rated = rateBattle(battleOf([player('a'), player('b', { team: 1, score: 5000 })]))
    const [[won], [lost]] = rate([[NEW], [NEW]])
    near(rated.changes[0]!.outcome.mu, won.mu)
    near(rated.changes[0]!.outcome.sigma, won.sigma)
    near(rated.changes[1]!.outcome.mu, lost.mu)
    near(rated.changes[1]!.outcome.sigma, lost.sigma)
  })

  it('[RANK-2] one player against sums is the same as whole teams', () => {
    const prng = createPrng(5)
    for (let round = 0; round < 50; round++) {
      const teams = Array.from({ length: 2 + nextBelow(prng, 3) }, () =>
        Array.from({ length: 1 + nextBelow(prng, 130) }, () => ({
          mu: 10 + 30 * nextFloat(prng),
          sigma: 1 + 7 * nextFloat(prng),
        })),
      )
      const rank = teams.map(() => nextBelow(prng, 3))
      const whole = rate(teams, { rank, tau: 0 })
      const [first, ...others] = teams
      const [own, ...mates] = first!
      const alone = rateTeamResult(own!, {
        place: rank[0]!,
        mates: mates.length === 0 ? undefined : sumSkills(mates),
        others: others.map((team, index) => ({ ...sumSkills(team), place: rank[index + 1]! })),
      })
      near(alone.mu, whole[0]![0]!.mu)
      near(alone.sigma, whole[0]![0]!.sigma)
    }
  })
})

describe('rating a battle', () => {
  it('[RANK-2] kept inputs, also through JSON, give the same rating to the last bit', () => {
    for (let seed = 1; seed <= 20; seed++) {
      for (const { inputs, outcome } of rateBattle(madeBattle(seed, 3 + seed * 2)).changes) {
        const kept = JSON.parse(JSON.stringify(inputs)) as typeof inputs
        assert.deepEqual(rateInputs(kept), outcome)
      }
    }
  })

  it('is the same whatever order the players come in', () => {
    const battle = madeBattle(3, 60)
    const turned = { ...battle, players: battle.players.toReversed() }
    assert.deepEqual(rateBattle(turned), rateBattle(battle))
  })

  it('never lets bots move a rating: as mates, opponents, in means', () => {
    const battle = madeBattle(4, 40)
    const bots = Array.from({ length: 60 }, (_, index) =>
      player(`bot-${index}`, { isBot: true, team: index % 2, score: index * 999, kills: index }),
    )
    const withBots = { ...battle, players: [...battle.players, ...bots] }
    assert.deepEqual(rateBattle(withBots), rateBattle(battle))
  })

  it('rates no battle of more bots than people, and none without other people', () => {
    const bots = [1, 2, 3].map((index) => player(`bot-${index}`, { isBot: true, team: 1 }))
    const few = rateBattle(battleOf([player('a'), player('b', { team: 1 }), ...bots]))
    assert.deepEqual(few.changes, [])
    assert.deepEqual(
      few.unrated.map(({ reason }) => reason),
      ['bots', 'bots'],
    )
    const alone = rateBattle(battleOf([player('a'), player('b')]))
    assert.deepEqual(
      alone.unrated.map(({ reason }) => reason),
      ['alone', 'alone'],
    )
  })

  it('[RANK-2] rates no drawn battle in which nobody did anything, whoever left it', () => {
    const idle = { score: 0, playedSec: 65 }
    const three = (over: Partial<BattlePlayer> = {}) => [
      player('a', idle),
      player('b', { ...idle, team: 1 }),
      player('c', { ...idle, team: 1, ...over }),
    ]
    for (const over of [{}, { hasLeft: true, playedSec: 3 }]) {
      const { changes, unrated } = rateShort(three(over), null)
      assert.deepEqual(changes, [])
      assert.deepEqual(
        unrated.map(({ reason }) => reason),
        ['empty', 'empty', 'empty'],
      )
    }
    assert.equal(rateShort(three(), 1).changes.length, 3, 'a side that wins without a deed has won')
    const counted = ['kills', 'assists', 'revives', 'captures', 'healed', 'score']
    const deeds = [...counted, 'damageDone', 'shotsFired']
    for (const deed of deeds) {
      assert.equal(rateShort(three({ [deed]: 1 }), null).changes.length, 3, `${deed} is something`)
    }
  })

  it('raises who does better than his like, and lowers who does worse, whoever won', () => {
    const players = Array.from({ length: 60 }, (_, index) =>
      player(`p${String(index).padStart(2, '0')}`, { team: index % 2, score: 500 + index * 10 }),
    )
    const { changes } = rateBattle(battleOf(players, { winner: 1 }))
    assert.ok(changes[58]!.outcome.byPerformance > 2, 'the best of the losing team rises')
    assert.ok(changes[1]!.outcome.byPerformance < -2, 'the worst of the winning team falls')
    const byTeam = Math.max(...changes.map(({ outcome }) => Math.abs(outcome.byTeam)))
    assert.ok(byTeam < 0.7, `a result of 30 says little about one: ${byTeam}`)
  })

  it('compares classes with themselves, and credits what a class is for', () => {
    const crowd = Array.from({ length: 200 }, (_, index) => {
      const isMedic = index % 4 < 2
      const own = isMedic ? { classId: 'medic', score: 300 } : { classId: 'recon', score: 2000 }
      return player(`p${String(index).padStart(3, '0')}`, { ...own, team: index % 2 })
    })
    const healer = { score: 600, revives: 6, healed: 300, kills: 0 }
    const hunter = { score: 600, kills: 6 }
    crowd[0] = { ...crowd[0]!, ...healer }
    crowd[4] = { ...crowd[4]!, ...hunter }
    const { changes } = rateBattle(battleOf(crowd))
    assert.ok(changes[0]!.inputs.isWithinClass)
    assert.ok(changes[0]!.inputs.opponentCount >= CLASS_OPPONENTS_MIN)
    assert.ok(changes[0]!.outcome.byPerformance > 2, 'above medics, though far below recons')
    assert.ok(changes[0]!.inputs.performance > changes[4]!.inputs.performance)
  })

  it('counts partial play in part, and nothing below a tenth of the battle', () => {
    const rest = Array.from({ length: 40 }, (_, index) =>
      player(`p${index}`, { team: index % 2, score: 900 + index }),
    )
    const rateOf = (playedSec: number) => rateBattle(battleOf([...rest, bestOf(playedSec)]))
    const whole = rateOf(BATTLE_SEC).changes.find(({ userId }) => userId === 'x')!.outcome
    const half = rateOf(BATTLE_SEC / 2).changes.find(({ userId }) => userId === 'x')!.outcome
    near(half.byPerformance * 2, whole.byPerformance, 1e-9)
    assert.ok(half.sigma > whole.sigma, 'and we are less sure of him')
    assert.deepEqual(rateOf(BATTLE_SEC / 11).unrated, [{ userId: 'x', reason: 'short' }])
  })

  it('lets nobody save points by leaving: a defeat whoever won, and a fall counts whole', () => {
    const rest = Array.from({ length: 40 }, (_, index) =>
      player(`p${index}`, { team: index % 2, score: 900 + index }),
    )
    const outcomeOf = (over: Partial<BattlePlayer>) => {
      const { changes } = rateBattle(battleOf([...rest, player('x', { score: 50, ...over })]))
      return changes.find(({ userId }) => userId === 'x')!.outcome
    }
    const stayed = outcomeOf({})
    const left = outcomeOf({ hasLeft: true, playedSec: BATTLE_SEC / 4, score: 12 })
    assert.ok(left.mu <= stayed.mu)
    assert.ok(left.byTeam < 0, 'his team won without him')
    const early = outcomeOf({ hasLeft: true, playedSec: 5, score: 1 })
    assert.ok(early.mu < 25, 'gone at once is a defeat too')
  })

  it('expects more of who fights in a strong squad, and says so', () => {
    const players = Array.from({ length: 40 }, (_, index) =>
      player(`p${index}`, { team: index % 2, squad: 1 + (index >> 3), score: 900 + index }),
    )
    const priors = new Map(
      players.map(({ userId }) => [userId, { ...NEW, ratedCount: 20, ratedAtMs: NOW_MS }]),
    )
    const rateOf = (squad: number) => {
      const own = player('x', { squad, score: 1500 })
      const mates = ['y', 'z'].map((userId) => player(userId, { squad: 77, score: 900 }))
      const strong = { mu: 40, sigma: 2, ratedCount: 20, ratedAtMs: NOW_MS }
      const known = new Map([...priors, ['x', priors.get('p0')!], ['y', strong], ['z', strong]])
      const { changes } = rateBattle(battleOf([...players, own, ...mates], { priors: known }))
      return changes.find(({ userId }) => userId === 'x')!
    }
    const [helped, alone] = [rateOf(77), rateOf(78)]
    assert.ok(helped.inputs.squadLift > 0)
    assert.equal(alone.inputs.squadLift, 0)
    assert.ok(helped.outcome.byPerformance < alone.outcome.byPerformance)
    const { parts } = explainRating(helped.inputs, helped.outcome)
    assert.ok(parts.some(({ text }) => /Your squad was \w+/.test(text)))
  })

  it('grows uncertain of who stays away, up to a newcomer, and never too sure of anybody', () => {
    assert.ok(sigmaAfter(10) < 1.6)
    assert.ok(sigmaAfter(380) > 4)
    assert.ok(sigmaAfter(20_000) <= NEW.sigma * 1.001)
  })

  it('explains every change: parts add up, in words with the numbers', () => {
    for (const { inputs, outcome } of rateBattle(madeBattle(9, 60)).changes) {
      const told = explainRating(inputs, outcome)
      const sum = told.parts.reduce((total, { points }) => total + points, 0)
      assert.equal(sum, told.after - told.before)
      assert.match(told.summary, /^Your rating (rose by \d+|fell by \d+|stayed): \d+ → \d+\.$/)
      assert.ok(told.parts.length > 0)
      assert.ok(told.parts.every(({ text }) => text.length > 20 && !/NaN|undefined/.test(text)))
    }
  })

  it('learns in mass battles: 127 against 127, 10 battles, noise of 2 (bound 0.845)', () => {
    const plan = { perTeam: 127, scoreNoise: 2, squadSize: 5, populationCount: 254 }
    const last = runSeason({ ...plan, rounds: 10, seed: 2026 }).rounds.at(-1)!
    assert.ok(last.ours >= 0.75, `ours ${last.ours}`)
    assert.ok(last.ours > last.teamAlone + 0.4, `team alone ${last.teamAlone}`)
  })
})

function near(actual: number, expected: number, tolerance = 1e-10): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`)
}
