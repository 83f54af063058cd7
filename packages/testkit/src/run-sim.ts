/**
 * Program: long seeded battles with every invariant checked after every step.
 *
 * `npm run sim -- --seed N [--steps N] [--players N] [--mode ID] [--map ID] [--until N] [--trace]`
 * `npm run sim -- --nightly [--minutes N | --seconds N] [--seed N]`
 * `npm run sim -- --fairness [--kills N] [--arm ID] [--seed N] [--json FILE]` (run-fairness.ts)
 * `npm run sim -- --cover [--json FILE]`: enemies on the wire that stand behind walls
 *
 * Prints the seed, what it expands to and how it goes on; a failure prints the step, the invariant,
 * the last operations and the command that repeats it. Exit code 0 = all held, 1 = one broke, 2 =
 * wrong use.
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import type { Balance } from '@battalion/sim/balance.ts'
import { hashWorld } from '@battalion/sim/world-state.ts'
import type { World } from '@battalion/sim/world.ts'
import { loadShippedBalance } from './load-shipped-balance.ts'
import { readArguments } from './read-arguments.ts'
import type { FairnessRun } from './run-fairness.ts'
import { FAIRNESS_KILLS_DEFAULT, runFairness } from './run-fairness.ts'
import { COVER_BATTLES, coverRows, measureCover } from './measure-cover.ts'
import type { SimReport } from './run-sim-battles.ts'
import { SimFailure, runSimBattles } from './run-sim-battles.ts'
import type { SimPlan, SimWishes } from './sim-plan.ts'
import { planSim } from './sim-plan.ts'

/** Steps in which everybody's surroundings are looked at: five seconds. */
const COVER_STEPS = 100
const STEPS_DEFAULT = 20_000
const PROGRESS_STEPS = 5000
const TRACE_STEPS = 100
const NIGHTLY_STEPS = 20_000
const NIGHTLY_MINUTES_MAX = 60
const NIGHTLY_MINUTES_DEFAULT = 55
/** Modes a nightly run goes through; 64 soldiers in each but the duel. */
const NIGHTLY_BATTLES: readonly Partial<SimWishes>[] = [
  {},
  { modeId: 'duel' },
  { modeId: 'four-corners', players: 64 },
  { mapId: 'front' },
]

const USAGE = `npm run sim -- --seed N [--steps N] [--players N] [--mode ID] [--map ID] [--until N] [--trace]
npm run sim -- --nightly [--minutes N | --seconds N] [--seed N]
npm run sim -- --fairness [--kills N] [--arm ID] [--seed N] [--json FILE]
npm run sim -- --cover [--json FILE]`
const OPTIONS = {
  seed: { type: 'string' },
  steps: { type: 'string' },
  players: { type: 'string' },
  mode: { type: 'string' },
  map: { type: 'string' },
  until: { type: 'string' },
  trace: { type: 'boolean' },
  nightly: { type: 'boolean' },
  minutes: { type: 'string' },
  seconds: { type: 'string' },
  fairness: { type: 'boolean' },
  cover: { type: 'boolean' },
  kills: { type: 'string' },
  arm: { type: 'string' },
  json: { type: 'string' },
} as const

type NumberOption = 'seed' | 'steps' | 'players' | 'until' | 'minutes' | 'seconds' | 'kills'

interface SimArguments {
  readonly wishes: SimWishes
  readonly trace: boolean
  readonly nightly: boolean
  /** How long a nightly run goes on (s). */
  readonly nightlySec: number
  readonly fairness: FairnessRun | undefined
  readonly cover: boolean
  readonly jsonPath: string | undefined
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

function fail(line: string): never {
  process.stderr.write(`${line}\n`)
  process.exit(2)
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0) fail(`--${name} wants a whole number, got ${text}`)
  return value
}

function readWishes(): SimArguments {
  const values = readArguments({ options: OPTIONS }, USAGE).values
  const number = (name: NumberOption) => {
    const text = values[name]
    return text === undefined ? undefined : wholeNumber(name, text)
  }
  const players = number('players')
  const wishes: SimWishes = {
    seed: number('seed') ?? (values.nightly === true ? seedOfTonight() : 1),
    steps: number('until') ?? number('steps') ?? STEPS_DEFAULT,
    ...(players === undefined ? {} : { players }),
    ...(values.mode === undefined ? {} : { modeId: values.mode }),
    ...(values.map === undefined ? {} : { mapId: values.map }),
  }
  const minutes = Math.min(number('minutes') ?? NIGHTLY_MINUTES_DEFAULT, NIGHTLY_MINUTES_MAX)
  const nightlySec = Math.min(number('seconds') ?? Infinity, minutes * 60)
  const fairness: FairnessRun = {
    killsMin: number('kills') ?? FAIRNESS_KILLS_DEFAULT,
    firstSeed: wishes.seed,
    ...(values.arm === undefined ? {} : { armId: values.arm }),
    ...(values.json === undefined ? {} : { jsonPath: values.json }),
  }
  return {
    wishes,
    trace: values.trace === true,
    nightly: values.nightly === true,
    nightlySec,
    fairness: values.fairness === true ? fairness : undefined,
    cover: values.cover === true,
    jsonPath: values.json,
  }
}

/** A night never plays the seeds of another: 10,000 a day, more than fit into an hour. */
function seedOfTonight(): number {
  return Math.floor(Date.now() / 86_400_000) * 10_000
}

/** The commit, or that there is none: a copy of the code may have no git. */
function readCommit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return 'unknown'
  }
}

function formatPlan(plan: SimPlan): string {
  const { rules, ...rest } = plan
  return Object.entries({ ...rest, ...rules })
    .map(([key, value]) => `${key}=${typeof value === 'number' ? round(value) : String(value)}`)
    .join(' ')
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}

function repeatCommand(wishes: SimWishes, step: number): string {
  const parts = [`npm run sim -- --seed ${wishes.seed}`]
  if (wishes.players !== undefined) parts.push(`--players ${wishes.players}`)
  if (wishes.modeId !== undefined) parts.push(`--mode ${wishes.modeId}`)
  if (wishes.mapId !== undefined) parts.push(`--map ${wishes.mapId}`)
  return [...parts, `--until ${step}`, '--trace'].join(' ')
}

/** How a seed is played. */
interface PlayOptions {
  readonly trace: boolean
  /** Stops there, unfinished, when it comes to that (ms of `performance.now`). */
  readonly endMs: number
}

/** Plays one seed; false when it broke. */
function playSeed(balance: Balance, wishes: SimWishes, { trace, endMs }: PlayOptions): boolean {
  const plan = planSim(balance, wishes)
  print(`seed ${wishes.seed}: ${formatPlan(plan)}`)
  const startMs = performance.now()
  const onStep = (step: number, world: World): boolean => {
    if (trace && step % TRACE_STEPS === 0)
      print(`step ${step} tick ${world.tick} ${hashWorld(world)}`)
    if (!trace && step % PROGRESS_STEPS === 0) print(formatProgress(step, plan, startMs))
    return performance.now() < endMs
  }
  try {
    print(formatReport(runSimBattles(balance, plan, { onStep })))
    return true
  } catch (error) {
    if (!(error instanceof SimFailure)) throw error
    reportFailure(error, wishes)
    return false
  }
}

function formatProgress(step: number, plan: SimPlan, startMs: number): string {
  const sec = (performance.now() - startMs) / 1000
  return `step ${step} of ${plan.steps}, ${Math.round(step / sec)} steps/s`
}

function formatReport(report: SimReport): string {
  const events = Object.entries(report.events).map(([name, count]) => `${name}=${count}`)
  const { hash: _, events: __, ...counts } = report
  const facts = Object.entries(counts).map(([name, count]) => `${name}=${count}`)
  return `ok ${facts.join(' ')} ${events.join(' ')} hash=${report.hash}`
}

function reportFailure(failure: SimFailure, wishes: SimWishes): void {
  print(`FAILED at step ${failure.step}, invariant ${failure.invariantId}: ${failure.message}`)
  if (failure.invariantId === 'crash' && failure.cause instanceof Error) {
    print(failure.cause.stack ?? '')
  }
  print(`last ${failure.operations.length} operations:`)
  for (const line of failure.operations) print(`  ${line}`)
  print(`repeat with: ${repeatCommand(wishes, failure.step)}`)
}

/** Fresh seeds until the time is over. */
function playNightly(balance: Balance, first: number, nightlySec: number): boolean {
  const endMs = performance.now() + nightlySec * 1000
  let isGood = true
  for (let seed = first; performance.now() < endMs; seed++) {
    const battle = NIGHTLY_BATTLES[seed % NIGHTLY_BATTLES.length]!
    const wishes = { seed, steps: NIGHTLY_STEPS, ...battle }
    if (!playSeed(balance, wishes, { trace: false, endMs })) isGood = false
  }
  return isGood
}

/** Prints what walls would hide in battles of several sizes; nothing of it has a limit. */
function runCover(balance: Balance, jsonPath: string | undefined): number {
  const rows = COVER_BATTLES.flatMap((battle) => {
    const some = coverRows(battle, measureCover(balance, battle, COVER_STEPS))
    for (const { name, value, unit } of some) print(`${name}: ${value} ${unit}`)
    return some
  })
  if (jsonPath !== undefined) writeFileSync(jsonPath, `${JSON.stringify(rows, null, 2)}\n`)
  return 0
}

function runSim(asked: SimArguments): number {
  const { wishes, trace, nightly, nightlySec, fairness } = asked
  const balance = loadShippedBalance()
  print(`commit ${readCommit()}, node ${process.version}, balance ${balance.version}`)
  if (fairness !== undefined) return runFairness(fairness)
  if (asked.cover) return runCover(balance, asked.jsonPath)
  const isGood = nightly
    ? playNightly(balance, wishes.seed, nightlySec)
    : playSeed(balance, wishes, { trace, endMs: Infinity })
  return isGood ? 0 : 1
}

process.exitCode = runSim(readWishes())
