/**
 * How well each person did: points a minute for what the class is for, over what that class makes
 * on average in this battle. The score already counts objectives; on top a class earns again for
 * its own task, so that a medic who revives is not below one who hunts. Pure.
 */
import { CLASS_PAR_WEIGHT_COUNT } from './rating-rules.ts'
import type { PlayerFigures, ScoreFormula } from './rating-types.ts'

const SEC_PER_MIN = 60
/** Points a minute that nobody is taken to be below on average; keeps ratios finite. */
const PAR_POINTS_MIN = 1

/** How much more than its score a class gets for its own task (ratio of the score's points). */
const TASK_RATIO: Readonly<Record<string, { readonly [deed in Deed]?: number }>> = {
  assault: { capture: 0.5 },
  medic: { revive: 1, heal: 1 },
  engineer: { defend: 1 },
  recon: { assist: 1 },
}
type Deed = 'capture' | 'revive' | 'heal' | 'defend' | 'assist'

/** Points of one player, with those for his class's task. */
export function taskPoints(player: PlayerFigures, formula: ScoreFormula): number {
  const points = {
    capture: player.captures * formula.capture,
    revive: player.revives * formula.revive,
    heal: player.healed * formula.healPerHp,
    assist: player.assists * formula.assist,
    kill: player.kills * formula.kill,
  }
  const known = points.capture + points.revive + points.heal + points.assist + points.kill
  // What the score has beyond the deeds that are counted one by one: defence and supplies.
  const deeds = { ...points, defend: Math.max(0, player.score - known) }
  let sum = player.score
  for (const [deed, ratio] of Object.entries(TASK_RATIO[player.classId] ?? {})) {
    sum += ratio * deeds[deed as Deed]
  }
  return sum
}

/** The performance of each, in the same order: 1 is what his class made on average. */
export function performances(players: readonly PlayerFigures[], formula: ScoreFormula): number[] {
  const rates = players.map((player) => {
    const minutes = Math.max(1, player.playedSec) / SEC_PER_MIN
    return taskPoints(player, formula) / minutes
  })
  const mean = meanOf(rates)
  const parByClass = new Map<string, number>()
  for (const classId of new Set(players.map((player) => player.classId))) {
    const own = rates.filter((_, index) => players[index]!.classId === classId)
    const sum = own.reduce((total, rate) => total + rate, 0)
    const par = (sum + CLASS_PAR_WEIGHT_COUNT * mean) / (own.length + CLASS_PAR_WEIGHT_COUNT)
    parByClass.set(classId, Math.max(PAR_POINTS_MIN, par))
  }
  return rates.map((rate, index) => rate / parByClass.get(players[index]!.classId)!)
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}
