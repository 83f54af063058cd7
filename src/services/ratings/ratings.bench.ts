/**
 * How well ratings learn, on a made population (docs/ratings.md says how it is made), and what they
 * cost. Each correlation stands beside the team's result alone and beside the bound that no rating
 * can pass. Correlations are figures of the algorithm: the same on every machine.
 */
import type { BenchOptions, BenchRow } from '@battalion/testkit/bench-row.ts'
import { benchRow } from '@battalion/testkit/bench-row.ts'
import { createPrng } from '@battalion/base/prng.ts'
import {
  BATTLE_SEC,
  fightBattle,
  FORMULA,
  makePopulation,
} from '@battalion/testkit/rating-population.ts'
import {
  LEAVERS,
  runLeavers,
  runSeason,
  runSmurfs,
  SEASONS,
} from '@battalion/testkit/rating-season.ts'
import { rateBattle } from './rate-battle.ts'
import type { RatedBattle } from './rating-types.ts'
import { RatingWorker } from './rating-worker.ts'

const LEARNED_MIN = 0.75
const RATE_MS_MAX = 500
const BATTLES_TIMED = 9

export async function runBench({ small }: BenchOptions): Promise<BenchRow[]> {
  const rows: BenchRow[] = []
  for (const { name, budget, plan } of SEASONS) {
    const size = small ? { populationCount: Math.max(254, plan.populationCount / 8) } : {}
    const last = runSeason({ ...plan, ...size }).rounds.at(-1)!
    const title = `ratings: ${name}`
    rows.push(figure(`${title}: ours`, last.ours, budget ? LEARNED_MIN : null))
    rows.push(figure(`${title}: by team alone`, last.teamAlone, null))
    rows.push(figure(`${title}: mean of scores`, last.meanScore, null))
    rows.push(figure(`${title}: bound`, last.bound, null))
  }
  const smurfs = runSmurfs()
  rows.push(count('ratings: battles until half of smurfs are placed right', smurfs.battles, 10))
  const leavers = runLeavers(LEAVERS)
  rows.push(figure('ratings: 30 % leave when losing, correlation', leavers.correlation, null))
  rows.push(points('ratings: what leaving gains, rating points', leavers.gain))
  rows.push(...(await timeBattles(small)))
  return rows
}

/** A battle of 1,000 through the thread, as the server does it: wall time of the answer. */
async function timeBattles(small: boolean): Promise<BenchRow[]> {
  const battle = bigBattle()
  const worker = new RatingWorker()
  await worker.rate(battle)
  const times: number[] = []
  for (let round = 0; round < (small ? 3 : BATTLES_TIMED); round++) {
    const startedMs = performance.now()
    await worker.rate(battle)
    times.push(performance.now() - startedMs)
  }
  await worker.stop()
  const cpuBefore = process.cpuUsage()
  rateBattle(battle)
  const used = process.cpuUsage(cpuBefore)
  times.sort((a, b) => a - b)
  const name = 'ratings: battle of 1,000, in its thread'
  return [
    benchRow({ name, value: times[times.length >> 1]!, unit: 'ms', ...lower(RATE_MS_MAX) }),
    benchRow({
      name: 'ratings: battle of 1,000, CPU on first call',
      value: (used.user + used.system) / 1000,
      unit: 'ms',
      ...lower(null),
    }),
  ]
}

function bigBattle(): RatedBattle {
  const plan = { perTeam: 500, scoreNoise: 2, squadSize: 8 }
  const { players, winner } = fightBattle(makePopulation(1000, 7), plan, createPrng(7))
  const priors = new Map()
  return { endedAtMs: 0, durationSec: BATTLE_SEC, formula: FORMULA, players, winner, priors }
}

function lower(budget: number | null) {
  return { budget, better: 'lower' } as const
}

function figure(name: string, value: number, budget: number | null): BenchRow {
  return benchRow({ name, value, unit: 'r', budget, better: 'higher' })
}

function count(name: string, value: number, budget: number): BenchRow {
  return benchRow({ name, value, unit: 'battles', ...lower(budget) })
}

/** Zero or less: leaving gains nothing. */
function points(name: string, value: number): BenchRow {
  return benchRow({ name, value, unit: 'points', ...lower(0) })
}
