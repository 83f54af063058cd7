/**
 * A made population for ratings: people with a true skill who fight, and the rows their battles
 * leave. The model is stated here and in docs/ratings.md; a rating sees the rows and nothing else.
 *
 * Skill s is normal (0, 1). In each battle a player's performance is x = s + noise, the noise
 * normal with `scoreNoise` (2: twice the scatter of skills). Points a minute are his class's par ×
 * e^(x / 4), split into deeds as the class splits them. The team that wins is the one whose sum of
 * s + another noise of the same size is larger, so a result tells something that no score does.
 */
import { createPrng, nextBelow, nextFloat } from '@battalion/base/prng.ts'
import type { PrngState } from '@battalion/base/prng.ts'

import type { BattlePlayer, ScoreFormula } from '../../../src/services/ratings/rating-types.ts'

/** Points per deed, as the shipped balance has them. */
export const FORMULA: ScoreFormula = {
  kill: 100,
  assist: 50,
  revive: 75,
  healPerHp: 0.5,
  capture: 150,
}
export const BATTLE_SEC = 1200
const SPREAD = 0.25
const CLASS_LOYALTY = 0.7

/** Points a minute of a class, and what part of them its deeds make. */
const CLASSES = [
  { id: 'assault', par: 130, kill: 0.5, assist: 0.1, revive: 0, heal: 0, capture: 0.3 },
  { id: 'medic', par: 90, kill: 0.2, assist: 0.1, revive: 0.3, heal: 0.3, capture: 0.05 },
  { id: 'engineer', par: 100, kill: 0.35, assist: 0.15, revive: 0, heal: 0, capture: 0.1 },
  { id: 'recon', par: 110, kill: 0.65, assist: 0.3, revive: 0, heal: 0, capture: 0 },
] as const

/** One person of the population. */
export interface TruePlayer {
  readonly userId: string
  readonly skill: number
  readonly classIndex: number
}

/** How battles are made. */
export interface MadeBattle {
  readonly perTeam: number
  readonly scoreNoise: number
  readonly squadSize: number
  /** How much of the mates' mean skill lifts a performance. */
  readonly squadLift?: number
  /** Share of players that leave before the end when they do badly. */
  readonly leaverShare?: number
  /** Who does so; everybody when absent. */
  readonly mayLeave?: (userId: string) => boolean
}

/** A population of so many people. */
export function makePopulation(count: number, seed: number): TruePlayer[] {
  const prng = createPrng(seed)
  return Array.from({ length: count }, (_, index) => ({
    userId: `player-${String(index).padStart(6, '0')}`,
    skill: nextNormal(prng),
    classIndex: nextBelow(prng, CLASSES.length),
  }))
}

/** Everybody in battles of `perTeam` a side; who is left over sits out. */
export function dealBattles<T>(people: readonly T[], perTeam: number, prng: PrngState): T[][] {
  const order = shuffle(people, prng)
  const size = perTeam * 2
  const battles = []
  for (let start = 0; start + size <= order.length; start += size) {
    battles.push(order.slice(start, start + size))
  }
  return battles
}

/** What a battle of these people, first half against second, leaves behind. */
export function fightBattle(
  people: readonly TruePlayer[],
  plan: MadeBattle,
  prng: PrngState,
): { players: BattlePlayer[]; winner: number; performances: number[] } {
  const lifts = squadLifts(people, plan)
  const performances = people.map(
    ({ skill }, index) => skill + lifts[index]! + plan.scoreNoise * nextNormal(prng),
  )
  const margin = people.reduce((sum, { skill }, index) => {
    const part = skill + plan.scoreNoise * nextNormal(prng)
    return index < plan.perTeam ? sum + part : sum - part
  }, 0)
  const players = people.map((person, index) =>
    toRow(person, { index, plan, performance: performances[index]!, prng }),
  )
  return { players, winner: margin > 0 ? 0 : 1, performances }
}

interface RowMaking {
  readonly index: number
  readonly plan: MadeBattle
  readonly performance: number
  readonly prng: PrngState
}

function toRow(person: TruePlayer, { index, plan, performance, prng }: RowMaking): BattlePlayer {
  const isLoyal = nextFloat(prng) < CLASS_LOYALTY
  const classIndex = isLoyal ? person.classIndex : nextBelow(prng, CLASSES.length)
  const kind = CLASSES[classIndex]!
  const inTeam = index % plan.perTeam
  const isFedUp = performance < 0 && nextFloat(prng) < (plan.leaverShare ?? 0)
  const hasLeft = isFedUp && (plan.mayLeave?.(person.userId) ?? true)
  const playedSec = hasLeft ? BATTLE_SEC * (0.2 + 0.6 * nextFloat(prng)) : BATTLE_SEC
  const score = kind.par * Math.exp(SPREAD * performance) * (playedSec / 60)
  return {
    userId: person.userId,
    isBot: false,
    team: index < plan.perTeam ? 0 : 1,
    squad: Math.floor(inTeam / plan.squadSize),
    hasLeft,
    classId: kind.id,
    kills: Math.round((score * kind.kill) / FORMULA.kill),
    assists: Math.round((score * kind.assist) / FORMULA.assist),
    revives: Math.round((score * kind.revive) / FORMULA.revive),
    captures: Math.round((score * kind.capture) / FORMULA.capture),
    healed: Math.round((score * kind.heal) / FORMULA.healPerHp),
    score: Math.round(score),
    damageDone: 0,
    shotsFired: 0,
    playedSec,
  }
}

function squadLifts(people: readonly TruePlayer[], plan: MadeBattle): number[] {
  const lift = plan.squadLift ?? 0
  return people.map((person, index) => {
    const team = Math.floor(index / plan.perTeam)
    const start = Math.floor((index % plan.perTeam) / plan.squadSize) * plan.squadSize
    const from = team * plan.perTeam + start
    const squad = people.slice(from, Math.min(from + plan.squadSize, (team + 1) * plan.perTeam))
    if (squad.length < 2) return 0
    const sum = squad.reduce((total, { skill }) => total + skill, 0) - person.skill
    return (lift * sum) / (squad.length - 1)
  })
}

/** A normal number (0, 1), by Box and Muller. */
export function nextNormal(prng: PrngState): number {
  const radius = Math.sqrt(-2 * Math.log(1 - nextFloat(prng)))
  return radius * Math.cos(2 * Math.PI * nextFloat(prng))
}

function shuffle<T>(items: readonly T[], prng: PrngState): T[] {
  const order = [...items]
  for (let last = order.length - 1; last > 0; last--) {
    const other = nextBelow(prng, last + 1)
    ;[order[last], order[other]] = [order[other]!, order[last]!]
  }
  return order
}

/** Pearson's correlation. */
export function correlation(xs: readonly number[], ys: readonly number[]): number {
  const [mx, my] = [meanOf(xs), meanOf(ys)]
  let [xy, xx, yy] = [0, 0, 0]
  for (const [index, x] of xs.entries()) {
    const y = ys[index]!
    xy += (x - mx) * (y - my)
    xx += (x - mx) ** 2
    yy += (y - my) ** 2
  }
  return xy / Math.sqrt(xx * yy)
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
