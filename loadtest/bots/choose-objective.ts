/**
 * Which objective a bot goes for. Squad mates draw the same dice for half a minute, so squads move
 * together and a team spreads over the map; what is near and not ours counts most.
 */
import { createPrng, nextFloat } from '@battalion/base/prng.ts'
import { flowMetres } from './flow-field.ts'
import { findFreeCell } from './nav-grid.ts'
import type { BotSenses } from './bot-senses.ts'

/** How long a squad sticks to one plan (ms). */
export const PLAN_MS = 30_000
/** Metres an objective seems further away when it is ours and quiet. */
const OWN_QUIET_METRES = 160
/** Metres an objective seems nearer when it is ours and under attack. */
const DEFEND_METRES = 40
/** Spread of the squad's dice (m). */
const TASTE_METRES = 90

/** Index of the objective to go for, −1 when the map has none. */
export function chooseObjective(senses: BotSenses): number {
  let best = -1
  let bestCost = Infinity
  for (let index = 0; index < senses.objectives.length; index++) {
    const cost = objectiveCost(senses, index)
    if (cost >= bestCost) continue
    best = index
    bestCost = cost
  }
  return best
}

function objectiveCost(senses: BotSenses, index: number): number {
  const { own, objectives, ground } = senses
  const objective = objectives[index]!
  const field = ground.flows.toward(objective.x, objective.z)
  const metres = flowMetres(ground.nav, field, findFreeCell(ground.nav, own.x, own.z, 2))
  if (metres === Infinity) return Infinity
  const isOurs = objective.owner === own.team
  const isAttacked = objective.capturing >= 0 && objective.capturing !== own.team
  const wish = isOurs ? (isAttacked ? -DEFEND_METRES : OWN_QUIET_METRES) : 0
  return metres + wish + squadTaste(senses, index)
}

/** The same for all of a squad within one plan. */
function squadTaste(senses: BotSenses, index: number): number {
  const { own, nowMs } = senses
  const plan = Math.floor(nowMs / PLAN_MS)
  const dice = createPrng(plan * 7919 + own.team * 104_729 + own.squad * 1301 + index * 31)
  return nextFloat(dice) * TASTE_METRES
}
