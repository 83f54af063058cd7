/**
 * The fairness experiment: battles of one arm, seed after seed, each on both sides, until the
 * marked have killed and died often enough; then the gain with its interval. A fixed number of
 * kills, chosen before: it never goes on until the answer pleases.
 */
import type { Balance } from '@battalion/sim/balance.ts'
import type { BenchRow } from './bench-row.ts'
import { benchRow } from './bench-row.ts'
import type { FairnessArm } from './fairness-arms.ts'
import { HONEST_ARM } from './fairness-arms.ts'
import { playFairnessBattle } from './fairness-battle.ts'
import type { FairnessCluster, FairnessGain } from './fairness-statistics.ts'
import { measureGain } from './fairness-statistics.ts'

/** Length of a battle: 90 s at 20 Hz, some 70 kills a side. */
const BATTLE_STEPS = 1800
const OTHER_SEED = 1_000_000
/** Most that the upper end of a gain's interval may be (%). */
export const GAIN_PERCENT_MAX = 5

/** What one arm came to. */
export interface FairnessReport extends FairnessGain {
  readonly arm: FairnessArm
  readonly seeds: number
  readonly kills: number
  readonly deaths: number
  readonly clamped: number
  readonly frames: number
  readonly dropped: number
  readonly refused: number
}

export interface FairnessWishes {
  readonly balance: Balance
  readonly arm: FairnessArm
  readonly firstSeed: number
  /** Kills by the marked, and deaths of theirs, at the least. */
  readonly killsMin: number
  readonly progress?: (kills: number) => void
}

/** Plays an arm. The same wishes give the same report. */
export function measureFairness(wishes: FairnessWishes): FairnessReport {
  const { balance, arm, firstSeed, killsMin } = wishes
  const clusters: FairnessCluster[] = []
  const sum = { kills: 0, deaths: 0, clamped: 0, frames: 0, dropped: 0, refused: 0 }
  for (let seed = firstSeed; Math.min(sum.kills, sum.deaths) < killsMin; seed++) {
    const cluster = { kills: 0, deaths: 0 }
    for (const markedTeam of [0, 1] as const) {
      // An honest battle is the same on both sides: another one there shows what chance alone does.
      const other = arm.id === HONEST_ARM.id && markedTeam === 1 ? OTHER_SEED : 0
      const battle = { balance, arm, seed: seed + other, markedTeam, steps: BATTLE_STEPS }
      const tally = playFairnessBattle(battle)
      cluster.kills += tally.kills
      cluster.deaths += tally.deaths
      sum.clamped += tally.clamped
      sum.frames += tally.door.frames
      sum.dropped += tally.door.dropped
      sum.refused += tally.door.refused
    }
    clusters.push(cluster)
    sum.kills += cluster.kills
    sum.deaths += cluster.deaths
    wishes.progress?.(sum.kills)
  }
  return { arm, seeds: clusters.length, ...sum, ...measureGain(clusters) }
}

/** The rows of a report; the upper end is what passes or not. */
export function fairnessRows(report: FairnessReport): BenchRow[] {
  const { arm, gain, low, high, kills, deaths } = report
  const row = (name: string, value: number, unit: string, budget: number | null = null) =>
    benchRow({ name: `fairness ${arm.id}: ${name}`, value, unit, budget, better: 'lower' })
  return [
    row('gain in kills per death, upper end of 95 %', percent(high), '%', GAIN_PERCENT_MAX),
    row('gain in kills per death', percent(gain), '%'),
    row('gain in kills per death, lower end of 95 %', percent(low), '%'),
    row('kills', kills, 'kills'),
    row('deaths', deaths, 'deaths'),
  ]
}

function percent(share: number): number {
  return Math.round(share * 1e4) / 100
}
