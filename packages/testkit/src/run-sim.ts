/**
 * Program: long seeded battles with every invariant checked after every step.
 *
 * `npm run sim -- --seed N [--steps N] [--players N] [--mode ID] [--map ID] [--until N] [--trace]`
 * `npm run sim -- --nightly [--minutes N]`
 *
 * Prints the seed, what it expands to and how it goes on; a failure prints the step, the invariant,
 * the last operations and the command that repeats it. Exit code 0 = all held, 1 = one broke, 2 =
 * wrong use.
 */
import { execFileSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import type { Balance } from '@battalion/sim/balance.ts'
import { hashWorld } from '@battalion/sim/world-state.ts'
import type { World } from '@battalion/sim/world.ts'
import { loadShippedBalance } from './load-shipped-balance.ts'
import type { SimReport } from './run-sim-battles.ts'
import { SimFailure, runSimBattles } from './run-sim-battles.ts'
import type { SimPlan, SimWishes } from './sim-plan.ts'
import { planSim } from './sim-plan.ts'

const STEPS_DEFAULT = 20_000
const PROGRESS_STEPS = 5000
const TRACE_STEPS = 100
const NIGHTLY_STEPS = 20_000
const NIGHTLY_MINUTES_MAX = 60
const NIGHTLY_MINUTES_DEFAULT = 55
/** Modes a nightly run goes through, with the soldiers in each. */
const NIGHTLY_BATTLES: readonly Partial<SimWishes>[] = [
  {},
  { modeId: 'duel' },
  { modeId: 'four-corners', players: 48 },
  { mapId: 'front', players: 120 },
]

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
} as const

interface SimArguments {
  readonly wishes: SimWishes
  readonly trace: boolean
  readonly nightly: boolean
  readonly minutes: number
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

function readArguments(): SimArguments {
  const values = parseValues()
  const number = (name: 'seed' | 'steps' | 'players' | 'until' | 'minutes') => {
    const text = values[name]
    return text === undefined ? undefined : wholeNumber(name, text)
  }
  const players = number('players')
  const wishes: SimWishes = {
    seed: number('seed') ?? 1,
    steps: number('until') ?? number('steps') ?? STEPS_DEFAULT,
    ...(players === undefined ? {} : { players }),
    ...(values.mode === undefined ? {} : { modeId: values.mode }),
    ...(values.map === undefined ? {} : { mapId: values.map }),
  }
  const minutes = Math.min(number('minutes') ?? NIGHTLY_MINUTES_DEFAULT, NIGHTLY_MINUTES_MAX)
  return { wishes, trace: values.trace === true, nightly: values.nightly === true, minutes }
}

function parseValues() {
  try {
    return parseArgs({ options: OPTIONS, strict: true }).values
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error))
  }
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
  const facts = `steps=${report.steps} battles=${report.battles} restores=${report.restores}`
  return `ok ${facts} ${events.join(' ')} hash=${report.hash}`
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
function playNightly(balance: Balance, first: number, minutes: number): boolean {
  const endMs = performance.now() + minutes * 60_000
  let isGood = true
  for (let seed = first; performance.now() < endMs; seed++) {
    const battle = NIGHTLY_BATTLES[seed % NIGHTLY_BATTLES.length]!
    const wishes = { seed, steps: NIGHTLY_STEPS, ...battle }
    if (!playSeed(balance, wishes, { trace: false, endMs })) isGood = false
  }
  return isGood
}

const { wishes, trace, nightly, minutes } = readArguments()
const balance = loadShippedBalance()
print(`commit ${readCommit()}, node ${process.version}, balance ${balance.version}`)
const isGood = nightly
  ? playNightly(balance, wishes.seed, minutes)
  : playSeed(balance, wishes, { trace, endMs: Infinity })
process.exitCode = isGood ? 0 : 1
