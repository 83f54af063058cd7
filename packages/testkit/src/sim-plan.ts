/**
 * What one seed of the simulation harness means: mode, map, number of soldiers, how hostile they
 * are, and small changes to the rules, so that many seeds try many battles. Pure: no clock, no
 * files; runs in a browser too.
 */
import { assertDefined } from '@battalion/base/assert.ts'
import { createPrng, nextBelow, nextFloat } from '@battalion/base/prng.ts'
import type { PrngState } from '@battalion/base/prng.ts'
import type { Balance, Mode } from '@battalion/sim/balance.ts'

/** What may be asked for on the command line; the rest comes from the seed. */
export interface SimWishes {
  readonly seed: number
  readonly steps: number
  readonly players?: number
  readonly modeId?: string
  readonly mapId?: string
  /** False: nobody comes back or reconnects, as in plans older than W9; for their regressions. */
  readonly returns?: false
}

/** A seed, fully expanded. Printed at the start of every run. */
export interface SimPlan {
  readonly seed: number
  readonly steps: number
  readonly players: number
  readonly modeId: string
  readonly mapId: string
  /** Share of soldiers that send rubbish (0..1). */
  readonly hostileShare: number
  /** Chance per step that somebody joins or leaves. */
  readonly churnPerStep: number
  /** Chance per step that somebody leaves to come back; as big, that one who left does (W9). */
  readonly returnPerStep: number
  /** Chance per step that a connection is lost, to come back numbering anew. */
  readonly reconnectPerStep: number
  /** Chance per step that the twin world is replaced by a restored save. */
  readonly restorePerStep: number
  /** Share of every weapon's reserve that soldiers start with (0..1). */
  readonly reserveShare: number
  readonly rules: Partial<Mode>
}

export const SIM_PLAYERS_DEFAULT = 64

/** Expands a seed. The same wishes give the same plan for ever: regressions rest on it. */
export function planSim(balance: Balance, wishes: SimWishes): SimPlan {
  const prng = createPrng(wishes.seed)
  const modeId = wishes.modeId ?? 'conquest'
  const mode = assertDefined(
    balance.modes.find((entry) => entry.id === modeId),
    `the balance has a mode "${modeId}"`,
  )
  const rules = planRules(prng, mode)
  return {
    seed: wishes.seed,
    steps: wishes.steps,
    players: wishes.players ?? (mode.form === 'duel' ? 2 : SIM_PLAYERS_DEFAULT),
    modeId,
    mapId: wishes.mapId ?? mode.maps[0]!,
    hostileShare: 0.1 + 0.2 * nextFloat(prng),
    churnPerStep: mode.form === 'duel' ? 0.002 : 0.02,
    returnPerStep: wishes.returns === false ? 0 : mode.form === 'duel' ? 0.004 : 0.03,
    reconnectPerStep: wishes.returns === false ? 0 : mode.form === 'duel' ? 0.004 : 0.03,
    restorePerStep: 0.01,
    reserveShare: [1, 0.3, 0][nextBelow(prng, 3)]!,
    rules,
  }
}

function planRules(prng: PrngState, mode: Mode): Partial<Mode> {
  const rates = [20, 20, 20, 10, 30, 60, 128, 1]
  const tickRateHz = rates[nextBelow(prng, rates.length)]!
  return {
    tickRateHz,
    warmupSec: 2,
    endedSec: 2,
    roundSec: 60 + nextBelow(prng, 240),
    tickets: mode.form === 'duel' ? 3 : 20 + nextBelow(prng, 80),
    respawnSec: nextBelow(prng, 5),
    protectionSec: nextBelow(prng, 3),
    downSec: nextBelow(prng, 4) === 0 ? 0 : 4 + nextBelow(prng, 8),
    captureSec: 3 + nextBelow(prng, 6),
    bleedTicketsPerMinute: 20 + nextBelow(prng, 40),
    friendlyFireRatio: nextBelow(prng, 3) === 0 ? 0.5 : 0,
  }
}

/** The balance with the plan's rules in its mode, and its share of rounds. */
export function balanceOfPlan(balance: Balance, plan: SimPlan): Balance {
  const modes = balance.modes.map((mode) =>
    mode.id === plan.modeId ? { ...mode, ...plan.rules } : mode,
  )
  const weapons = balance.weapons.map((weapon) => ({
    ...weapon,
    reserveRounds: Math.floor(weapon.reserveRounds * plan.reserveShare),
  }))
  return { ...balance, modes, weapons }
}
