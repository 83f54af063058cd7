/**
 * Program behind `npm run sim -- --fairness [--kills N] [--arm ID] [--seed N] [--json FILE]`: what
 * each cheat gains, with its 95 % interval; `--arm planted` plays an advantage that is really
 * allowed, and must fail. Exit code 0 = nobody gains over 5 %, 1 = somebody may, 2 = wrong use.
 */
import { writeFileSync } from 'node:fs'
import type { FairnessArm } from './fairness-arms.ts'
import { FAIRNESS_ARMS, HONEST_ARM, PLANTED_ARM } from './fairness-arms.ts'
import { loadShippedBalance } from './load-shipped-balance.ts'
import type { FairnessReport } from './measure-fairness.ts'
import { GAIN_PERCENT_MAX, fairnessRows, measureFairness } from './measure-fairness.ts'

/** Kills of each arm unless asked for: 95 % of the gain lie within some 2 %. */
export const FAIRNESS_KILLS_DEFAULT = 20_000
const PROGRESS_MS = 10_000

export interface FairnessRun {
  readonly killsMin: number
  readonly firstSeed: number
  /** One arm instead of all. */
  readonly armId?: string
  readonly jsonPath?: string
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Plays what is asked for and prints it; the exit code. */
export function runFairness(run: FairnessRun): number {
  const arms = chooseArms(run.armId)
  if (arms.length === 0) {
    const known = [HONEST_ARM, ...FAIRNESS_ARMS, PLANTED_ARM].map(({ id }) => id)
    process.stderr.write(`--arm knows ${known.join(', ')}, not ${run.armId}\n`)
    return 2
  }
  print('6 against 6 on the duel map, both sides of each seed; all of one team cheats.')
  print('gain = kills per death of the cheats against an honest team, which has 1 by construction;')
  print('95 % interval by resampling whole seeds (kills of one battle hang together).')
  const rows = arms.map((arm) => fairnessRows(playArm(arm, run))).flat()
  if (run.jsonPath !== undefined) writeFileSync(run.jsonPath, `${JSON.stringify(rows, null, 2)}\n`)
  const isFair = rows.every(({ pass }) => pass)
  print(isFair ? 'fair: no cheat gains' : `UNFAIR: a gain may be over ${GAIN_PERCENT_MAX} %`)
  return isFair ? 0 : 1
}

/** All cheats, or the one asked for; the planted advantage only then. */
function chooseArms(armId: string | undefined): FairnessArm[] {
  if (armId === undefined) return [HONEST_ARM, ...FAIRNESS_ARMS]
  return [HONEST_ARM, ...FAIRNESS_ARMS, PLANTED_ARM].filter(({ id }) => id === armId)
}

function playArm(arm: FairnessArm, { killsMin, firstSeed }: FairnessRun): FairnessReport {
  print(`${arm.id}: ${arm.what}`)
  let nextMs = performance.now() + PROGRESS_MS
  const progress = (kills: number): void => {
    if (performance.now() < nextMs) return
    nextMs += PROGRESS_MS
    print(`  ${kills} of ${killsMin} kills`)
  }
  const balance = loadShippedBalance()
  const report = measureFairness({ balance, arm, firstSeed, killsMin, progress })
  print(formatReport(report))
  return report
}

function formatReport(report: FairnessReport): string {
  const { kills, deaths, seeds, gain, low, high, frames, dropped, refused, clamped } = report
  const verdict = high * 100 <= GAIN_PERCENT_MAX ? 'ok' : `OVER ${GAIN_PERCENT_MAX} %`
  return [
    `  gain ${percent(gain)}, 95 % ${percent(low)} to ${percent(high)}: ${verdict}`,
    `  ${kills} kills, ${deaths} deaths, ${seeds} seeds; ${frames} frames of cheats at the door,`,
    `  ${refused} refused, ${dropped} commands dropped; ${clamped} shots clamped (both teams)`,
  ].join('\n')
}

function percent(share: number): string {
  return `${share < 0 ? '' : '+'}${(share * 100).toFixed(1)} %`
}
