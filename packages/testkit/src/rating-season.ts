/**
 * Lets a made population fight and rates every battle: our rating, the team's result alone, and the
 * plain mean of performances, which knows the noise and is what no rating can pass for long.
 */
import { createPrng } from '@battalion/base/prng.ts'

import { NEW_SKILL, rateTeams } from '../../../src/services/ratings/openskill.ts'
import type { Skill } from '../../../src/services/ratings/openskill.ts'
import { rateBattle } from '../../../src/services/ratings/rate-battle.ts'
import type { Prior, RatedBattle } from '../../../src/services/ratings/rating-types.ts'
import {
  BATTLE_SEC,
  correlation,
  dealBattles,
  fightBattle,
  FORMULA,
  makePopulation,
} from './rating-population.ts'
import type { MadeBattle, TruePlayer } from './rating-population.ts'

const BATTLE_GAP_MS = 3_600_000

/** One run. */
export interface SeasonPlan extends MadeBattle {
  readonly populationCount: number
  readonly rounds: number
  readonly seed: number
  /** The first so many people have this skill, and come with new accounts in this round. */
  readonly newcomers?: {
    readonly fromRound: number
    readonly count: number
    readonly skill: number
  }
}

/** After each round: how close each way of rating is to the truth (correlation). */
export interface SeasonRound {
  readonly ours: number
  readonly teamAlone: number
  readonly meanScore: number
  /** What no rating can pass at this noise and this many battles. */
  readonly bound: number
}

export interface Season {
  readonly people: readonly TruePlayer[]
  readonly rounds: readonly SeasonRound[]
  readonly ratings: ReadonlyMap<string, Prior>
  /** Battles by user, in order: mu after each. */
  readonly paths: ReadonlyMap<string, readonly number[]>
}

/** Runs it. */
export function runSeason(plan: SeasonPlan): Season {
  const people = arrangePeople(plan)
  const prng = createPrng(plan.seed ^ 0x5eed)
  const ratings = new Map<string, Prior>()
  const byTeam = new Map<string, Skill>()
  const sums = new Map<string, number>()
  const paths = new Map<string, number[]>(people.map(({ userId }) => [userId, []]))
  const rounds: SeasonRound[] = []
  for (let round = 1; round <= plan.rounds; round++) {
    const isHere = round >= (plan.newcomers?.fromRound ?? 1)
    const here = isHere ? people : people.slice(plan.newcomers?.count)
    for (const fighters of dealBattles(here, plan.perTeam, prng)) {
      const fought = fightBattle(fighters, plan, prng)
      const endedAtMs = round * BATTLE_GAP_MS
      const common = { endedAtMs, durationSec: BATTLE_SEC, formula: FORMULA, priors: ratings }
      rateAll({ ...common, ...fought }, ratings, paths)
      rateByTeam(fighters, { winner: fought.winner, perTeam: plan.perTeam }, byTeam)
      for (const [index, { userId }] of fighters.entries()) {
        sums.set(userId, (sums.get(userId) ?? 0) + fought.performances[index]!)
      }
    }
    rounds.push(measure({ people, ratings, byTeam, sums, round, noise: plan.scoreNoise }))
  }
  return { people, rounds, ratings, paths }
}

function arrangePeople({ populationCount, seed, newcomers }: SeasonPlan): TruePlayer[] {
  const people = makePopulation(populationCount, seed)
  if (newcomers === undefined) return people
  return people.map((person, index) =>
    index < newcomers.count ? { ...person, skill: newcomers.skill } : person,
  )
}

function rateAll(
  battle: RatedBattle,
  ratings: Map<string, Prior>,
  paths: ReadonlyMap<string, number[]>,
): void {
  for (const { userId, outcome } of rateBattle(battle).changes) {
    const before = ratings.get(userId)
    ratings.set(userId, {
      mu: outcome.mu,
      sigma: outcome.sigma,
      ratedCount: (before?.ratedCount ?? 0) + 1,
      ratedAtMs: battle.endedAtMs,
    })
    paths.get(userId)?.push(outcome.mu)
  }
}

function rateByTeam(
  fighters: readonly TruePlayer[],
  { winner, perTeam }: { winner: number; perTeam: number },
  byTeam: Map<string, Skill>,
): void {
  const skills = fighters.map(({ userId }) => byTeam.get(userId) ?? NEW_SKILL)
  const teams = [skills.slice(0, perTeam), skills.slice(perTeam)]
  const rated = rateTeams(teams, [winner === 0 ? 0 : 1, winner === 0 ? 1 : 0]).flat()
  for (const [index, { userId }] of fighters.entries()) byTeam.set(userId, rated[index]!)
}

interface Measured {
  readonly people: readonly TruePlayer[]
  readonly ratings: ReadonlyMap<string, Prior>
  readonly byTeam: ReadonlyMap<string, Skill>
  readonly sums: ReadonlyMap<string, number>
  readonly round: number
  readonly noise: number
}

function measure({ people, ratings, byTeam, sums, round, noise }: Measured): SeasonRound {
  const truth = people.map(({ skill }) => skill)
  const against = (valueOf: (userId: string) => number) =>
    correlation(
      truth,
      people.map(({ userId }) => valueOf(userId)),
    )
  return {
    ours: against((userId) => ratings.get(userId)?.mu ?? NEW_SKILL.mu),
    teamAlone: against((userId) => byTeam.get(userId)?.mu ?? NEW_SKILL.mu),
    meanScore: against((userId) => sums.get(userId) ?? 0),
    bound: 1 / Math.sqrt(1 + (noise * noise) / round),
  }
}

const MASS = { perTeam: 127, squadSize: 5, rounds: 10, seed: 2026 } as const

/** The seasons that bench and plots show; the first is the one that counts. */
export const SEASONS: readonly {
  readonly name: string
  readonly budget: boolean
  readonly plan: SeasonPlan
}[] = [
  {
    name: '127 v 127, noise 2',
    budget: true,
    plan: { ...MASS, populationCount: 2032, scoreNoise: 2 },
  },
  {
    name: '127 v 127, noise 1',
    budget: false,
    plan: { ...MASS, populationCount: 1016, scoreNoise: 1 },
  },
  {
    name: '127 v 127, noise 4',
    budget: false,
    plan: { ...MASS, populationCount: 1016, scoreNoise: 4 },
  },
  {
    name: '127 v 127, squads lift by 0.3',
    budget: false,
    plan: { ...MASS, populationCount: 1016, scoreNoise: 2, squadLift: 0.3 },
  },
  {
    name: '5 v 5, noise 2',
    budget: true,
    plan: { ...MASS, perTeam: 5, populationCount: 2000, scoreNoise: 2 },
  },
  {
    name: 'duel, noise 2',
    budget: false,
    plan: { ...MASS, perTeam: 1, squadSize: 1, populationCount: 2000, scoreNoise: 2 },
  },
  {
    name: 'duel, noise 0.5',
    budget: false,
    plan: { ...MASS, perTeam: 1, squadSize: 1, populationCount: 2000, scoreNoise: 0.5 },
  },
]

const SMURF_SKILL = 2.5
const SMURF_COUNT = 50

/**
 * People of high skill with new accounts among those who are rated already: battles until half of
 * them stand above nine tenths of all others.
 */
export function runSmurfs(): { battles: number; shareByBattle: number[] } {
  const rounds = 20
  const warmRounds = 10
  const plan = { ...MASS, populationCount: 1016, scoreNoise: 2, rounds: rounds + warmRounds }
  const season = runSeason({
    ...plan,
    newcomers: { fromRound: warmRounds + 1, count: SMURF_COUNT, skill: SMURF_SKILL },
  })
  const smurfs = season.people.slice(0, SMURF_COUNT)
  const others = season.people.slice(SMURF_COUNT)
  const line = others.map(({ userId }) => season.ratings.get(userId)!.mu).sort((a, b) => a - b)
  const bar = line[Math.floor(line.length * 0.9)]!
  const shareByBattle = Array.from({ length: rounds }, (_, battle) => {
    const above = smurfs.filter(({ userId }) => (season.paths.get(userId)?.[battle] ?? 0) > bar)
    return above.length / SMURF_COUNT
  })
  const found = shareByBattle.findIndex((share) => share >= 0.5)
  return { battles: found < 0 ? Number.POSITIVE_INFINITY : found + 1, shareByBattle }
}

/** Three in ten leave the battles they do badly in. */
export const LEAVERS = { ...MASS, populationCount: 1016, scoreNoise: 2 } as const

/** Half of the people leave three in ten of their bad battles: what they gain by it. */
export function runLeavers(plan: SeasonPlan): { correlation: number; gain: number } {
  const season = runSeason({ ...plan, leaverShare: 0.3, mayLeave: isLeaver })
  const stay = runSeason({ ...plan, leaverShare: 0 })
  const meanMu = (from: Season) => {
    const own = from.people.filter(({ userId }) => isLeaver(userId))
    const sum = own.reduce((total, { userId }) => total + from.ratings.get(userId)!.mu, 0)
    return sum / own.length
  }
  const gain = 40 * (meanMu(season) - meanMu(stay))
  return { correlation: season.rounds.at(-1)!.ours, gain }
}

/** Every other person. */
function isLeaver(userId: string): boolean {
  return Number(userId.at(-1)) % 2 === 0
}
