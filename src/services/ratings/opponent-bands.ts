/**
 * Opponents of a battle in bands of equal size by performance, and where a player's own performance
 * lies among them. Sorted once per team and class, so a battle of 1,000 costs a sort and a search
 * each. Pure.
 */
import { sumSkills } from './openskill.ts'
import type { PlacedSkill, Skill } from './openskill.ts'
import { BAND_COUNT, CLASS_OPPONENTS_MIN } from './rating-rules.ts'
import type { BattlePlayer, Prior } from './rating-types.ts'

/** A person in the battle, with what was believed of him and how he did. */
export interface Fighter {
  readonly player: BattlePlayer
  readonly prior: Prior
  readonly idleDays: number
  /** The prior with the uncertainty it enters the battle with. */
  readonly skill: Skill
  readonly performance: number
  /** There too briefly for a performance; counts for his team alone. */
  readonly isShort: boolean
}

/** Consecutive opponents; between `low` and `high` they all lie. */
interface Band {
  readonly skill: Skill
  readonly low: number
  readonly high: number
}

interface Pool {
  readonly bands: readonly Band[]
  readonly count: number
}

/** For each team the opponents of all its players: all of them, and by class. */
export type Opponents = ReadonlyMap<
  number,
  { readonly all: Pool; readonly byClass: ReadonlyMap<string, Pool> }
>

/** Sorts the opponents of every team. */
export function sortOpponents(fighters: readonly Fighter[]): Opponents {
  const sorted = fighters.filter(({ isShort }) => !isShort).sort(comparePerformance)
  const opponents = new Map()
  for (const team of new Set(fighters.map(({ player }) => player.team))) {
    const rivals = sorted.filter(({ player }) => player.team !== team)
    const classes = Map.groupBy(rivals, ({ player }) => player.classId)
    const byClass = new Map<string, Pool>()
    for (const [classId, members] of classes) {
      if (members.length >= CLASS_OPPONENTS_MIN) byClass.set(classId, makePool(members))
    }
    opponents.set(team, { all: makePool(rivals), byClass })
  }
  return opponents
}

/** The bands that a player is measured by, and his place among them. */
export function placeAmongBands(
  opponents: Opponents,
  { player, performance }: Fighter,
): { bands: PlacedSkill[]; opponentCount: number; isWithinClass: boolean } {
  const own = opponents.get(player.team)!
  const classPool = own.byClass.get(player.classId)
  const pool = classPool ?? own.all
  const bands = pool.bands.map(({ skill, low, high }) => ({
    ...skill,
    place: performance > high ? 1 : performance < low ? -1 : 0,
  }))
  return { bands, opponentCount: pool.count, isWithinClass: classPool !== undefined }
}

/** By performance, then id: the same order whatever order the players came in. */
function comparePerformance(a: Fighter, b: Fighter): number {
  return a.performance - b.performance || (a.player.userId < b.player.userId ? -1 : 1)
}

function makePool(sorted: readonly Fighter[]): Pool {
  const bandCount = Math.min(BAND_COUNT, sorted.length)
  const bands = Array.from({ length: bandCount }, (_, index) => {
    const start = Math.floor((index * sorted.length) / bandCount)
    const end = Math.floor(((index + 1) * sorted.length) / bandCount)
    return makeBand(sorted.slice(start, end))
  })
  return { bands, count: sorted.length }
}

/** A band stands for one opponent out of it: mean of means, mean of variances. */
function makeBand(members: readonly Fighter[]): Band {
  const sum = sumSkills(members.map(({ skill }) => skill))
  const skill = {
    mu: sum.mu / members.length,
    sigma: sum.sigma / Math.sqrt(members.length),
  }
  return { skill, low: members[0]!.performance, high: members.at(-1)!.performance }
}
