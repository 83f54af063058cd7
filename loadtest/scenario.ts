/**
 * Scenarios: named data files that say how many bots of which kind do what, for how long, over
 * which network, and what must hold. A wrong value stops the run with the file and the field.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { NetworkConditions } from './delay-line.ts'

/** Figures a scenario may put a budget on; what they mean stands in `load-report.ts`. */
export const BUDGET_NAMES = [
  'tick_work_p99_ms',
  'tick_lateness_p99_ms',
  'bytes_per_client_per_sec',
  'round_trip_p95_ms',
  'join_p95_ms',
  'snapshots_missing_percent',
  'joins_failed',
  'disconnects_unexpected',
  'decode_failures',
  'battles_ended',
  'rss_less_young_mb_per_min',
  'live_heap_mb_per_min',
  'rooms_left',
  'seats_left',
  'clients_left',
  'sockets_left',
  'timers_left',
  'own_error_p99_m',
  'hits_confirmed_percent',
  'hits_behind_cover_percent',
] as const
export type BudgetName = (typeof BUDGET_NAMES)[number]

export interface Scenario {
  readonly name: string
  /** One sentence: what it is for. */
  readonly about: string
  readonly mode: string
  readonly map: string
  readonly fullBots: number
  readonly leanBots: number
  readonly joinsPerSec: number
  /** Between the last join and the first measured second (s): the march to where it happens. */
  readonly settleSec: number
  /** Measured time (s). */
  readonly durationSec: number
  /** Bots that leave and come back per second. */
  readonly churnPerSec: number
  /** Where lean bots gather (m), null = they spread over the objectives. */
  readonly gather: { readonly x: number; readonly z: number } | null
  /** Null = loopback as it is. */
  readonly network: NetworkConditions | null
  readonly budgets: Readonly<Partial<Record<BudgetName, number>>>
}

/** A wrong scenario; `message` is the whole line for the terminal. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError'
}

const FOLDER = join(import.meta.dirname, 'scenarios')

/** Names of all scenarios, sorted. */
export function listScenarios(folder = FOLDER): string[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
  return files.map((name) => name.slice(0, -'.json'.length)).sort()
}

/** The scenario called `name`. */
export function loadScenario(name: string, folder = FOLDER): Scenario {
  const names = listScenarios(folder)
  if (!names.includes(name)) {
    throw new ScenarioError(`There is no scenario "${name}"; there are ${names.join(', ')}.`)
  }
  const file = `scenarios/${name}.json`
  const scenario = parseScenario(
    JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')),
    file,
  )
  if (scenario.name === name) return scenario
  throw new ScenarioError(`${file}: name is "${scenario.name}", the file says "${name}".`)
}

/**
 * A checked scenario from parsed JSON; unknown fields are refused, so that a typo is no default.
 */
export function parseScenario(value: unknown, file: string): Scenario {
  const node = new ScenarioNode(value, file, '')
  const network = node.optional('network')
  const gather = node.optional('gather')
  const scenario: Scenario = {
    name: node.text('name', /^[a-z0-9][a-z0-9-]{0,31}$/),
    about: node.text('about', /^.{10,200}$/),
    mode: node.text('mode', /^[a-z0-9-]{1,32}$/),
    map: node.text('map', /^[a-z0-9-]{1,32}$/),
    fullBots: node.whole('fullBots', 0, 5000),
    leanBots: node.whole('leanBots', 0, 5000),
    joinsPerSec: node.whole('joinsPerSec', 1, 500),
    settleSec: node.whole('settleSec', 0, 600),
    durationSec: node.whole('durationSec', 1, 86_400),
    churnPerSec: node.number('churnPerSec', 0, 100),
    gather: gather === undefined ? null : parsePlace(gather),
    network: network === undefined ? null : parseNetwork(network),
    budgets: parseBudgets(node.child('budgets')),
  }
  if (scenario.fullBots + scenario.leanBots === 0) node.fail('fullBots', 'a scenario has bots')
  node.refuseUnknown()
  return scenario
}

function parsePlace(node: ScenarioNode): { x: number; z: number } {
  const place = { x: node.number('x', 0, 4096), z: node.number('z', 0, 4096) }
  node.refuseUnknown()
  return place
}

function parseNetwork(node: ScenarioNode): NetworkConditions {
  const network = {
    latencyMs: node.number('latencyMs', 0, 5000),
    jitterMs: node.number('jitterMs', 0, 5000),
    lossRatio: node.number('lossRatio', 0, 0.5),
    bytesPerSec: node.number('bytesPerSec', 0, 1e9),
  }
  node.refuseUnknown()
  return network
}

function parseBudgets(node: ScenarioNode): Partial<Record<BudgetName, number>> {
  const budgets: Partial<Record<BudgetName, number>> = {}
  for (const name of BUDGET_NAMES) {
    if (node.has(name)) budgets[name] = node.number(name, 0, 1e9)
  }
  node.refuseUnknown()
  return budgets
}

/** One object of a scenario file, with its place for messages. */
class ScenarioNode {
  readonly #fields: Record<string, unknown>
  readonly #file: string
  readonly #path: string
  readonly #known = new Set<string>()

  constructor(value: unknown, file: string, path: string) {
    this.#file = file
    this.#path = path
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new ScenarioError(`${file}: ${path === '' ? 'it' : path} is not an object.`)
    }
    this.#fields = value as Record<string, unknown>
  }

  has(name: string): boolean {
    this.#known.add(name)
    return this.#fields[name] !== undefined && this.#fields[name] !== null
  }

  child(name: string): ScenarioNode {
    this.#known.add(name)
    return new ScenarioNode(this.#fields[name], this.#file, this.#pathOf(name))
  }

  optional(name: string): ScenarioNode | undefined {
    return this.has(name) ? this.child(name) : undefined
  }

  text(name: string, pattern: RegExp): string {
    this.#known.add(name)
    const value = this.#fields[name]
    if (typeof value === 'string' && pattern.test(value)) return value
    return this.fail(name, `a text like ${String(pattern)}`)
  }

  number(name: string, min: number, max: number): number {
    this.#known.add(name)
    const value = this.#fields[name]
    if (typeof value === 'number' && value >= min && value <= max) return value
    return this.fail(name, `a number from ${min} to ${max}`)
  }

  whole(name: string, min: number, max: number): number {
    const value = this.number(name, min, max)
    return Number.isInteger(value) ? value : this.fail(name, 'a whole number')
  }

  fail(name: string, wanted: string): never {
    throw new ScenarioError(`${this.#file}: ${this.#pathOf(name)} must be ${wanted}.`)
  }

  refuseUnknown(): void {
    for (const name of Object.keys(this.#fields)) {
      if (this.#known.has(name)) continue
      throw new ScenarioError(`${this.#file}: ${this.#pathOf(name)} is not known.`)
    }
  }

  #pathOf(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`
  }
}
