/**
 * Who a bot is: a character drawn once from its seed (how quick, how steady, how brave) and the
 * role its class gives it. Skill is spread on purpose: a crowd of equals looks like machines.
 */
import { createPrng, nextBetween, nextFloat, type PrngState } from '@battalion/base/prng.ts'
import type { Balance } from '@battalion/sim/balance.ts'

export type BotRole = 'assault' | 'medic' | 'engineer' | 'recon'

export interface BotProfile {
  /** From seeing an enemy to the first shot (ms): people take 200 to 450. */
  readonly reactionMs: number
  /** Half width of the aim error once settled (degrees). */
  readonly aimErrorDegrees: number
  /** How fast the aim follows (degrees per second). */
  readonly turnDegreesPerSec: number
  /** 0..1: below (1 − courage) / 2 of its hp it looks for cover. */
  readonly courage: number
  /** Length of a burst and of the pause after it (ms). */
  readonly burstMs: number
  readonly pauseMs: number
  /** Metres ahead it aims along its way; spreads a crowd over a road. */
  readonly lookAheadMetres: number
  /** Side it prefers when it strafes or gets stuck. */
  readonly side: 1 | -1
  /** Distance at which it likes to fight, as a share of its weapon's reach. */
  readonly rangeShare: number
}

/** The character of `seed`. */
export function createBotProfile(seed: number): BotProfile {
  const dice = createPrng(seed)
  const skill = nextFloat(dice)
  return {
    reactionMs: 430 - 200 * skill + nextBetween(dice, -30, 30),
    aimErrorDegrees: 5.2 - 2.6 * skill + nextBetween(dice, -0.3, 0.3),
    turnDegreesPerSec: 260 + 240 * skill,
    courage: nextBetween(dice, 0.2, 0.8),
    burstMs: nextBetween(dice, 250, 600),
    pauseMs: nextBetween(dice, 150, 400),
    lookAheadMetres: nextBetween(dice, 4, 12),
    side: nextFloat(dice) < 0.5 ? 1 : -1,
    rangeShare: nextBetween(dice, 0.35, 0.65),
  }
}

/** The role a class plays, by what its ability does. */
export function roleOfClass(balance: Balance, classId: number): BotRole {
  const ability = balance.abilities[balance.classes[classId]?.ability ?? -1]
  if (ability?.form === 'heal') return 'medic'
  if (ability?.form === 'resupply') return 'engineer'
  return ability?.form === 'scan' ? 'recon' : 'assault'
}

/** Share of each role in a team of bots. */
const ROLE_SHARES: Readonly<Record<BotRole, number>> = {
  assault: 0.4,
  medic: 0.25,
  engineer: 0.2,
  recon: 0.15,
}

/** Index of a class for the next life, drawn by ROLE_SHARES. */
export function chooseClass(balance: Balance, dice: PrngState): number {
  const weights = balance.classes.map((_, index) => ROLE_SHARES[roleOfClass(balance, index)])
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  let pick = nextFloat(dice) * total
  for (let index = 0; index < weights.length; index++) {
    pick -= weights[index]!
    if (pick < 0) return index
  }
  return 0
}
