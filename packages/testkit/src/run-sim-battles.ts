/**
 * Runs the battles of one plan: drives a world, steps a twin with the same operations, checks every
 * invariant after every step, and now and then replaces the twin by a restored save (I-15). Pure
 * but for what it is given; also runs in a browser.
 */
import type { Balance } from '@battalion/sim/balance.ts'
import { createWorld } from '@battalion/sim/create-world.ts'
import { EventType } from '@battalion/sim/events.ts'
import { stepWorld } from '@battalion/sim/step-world.ts'
import { hashWorld, restoreWorld, saveWorld } from '@battalion/sim/world-state.ts'
import type { World } from '@battalion/sim/world.ts'
import { Phase } from '@battalion/sim/world.ts'
import { nextFloat } from '@battalion/base/prng.ts'
import { InvariantChecker } from './invariant-checker.ts'
import type { PlantedFault } from './planted-faults.ts'
import { SimDriver } from './sim-driver.ts'
import { OperationLog, applyOperation } from './sim-operations.ts'
import type { SimPlan } from './sim-plan.ts'
import { balanceOfPlan } from './sim-plan.ts'
import type { AppliedOperation } from './step-record.ts'
import { InvariantViolation } from './step-record.ts'

/** Room beyond the soldiers a plan keeps in the battle, so that joins also meet a full one. */
const SPARE_PLACES = 2

/** What a run came to. */
export interface SimReport {
  steps: number
  battles: number
  restores: number
  /** Soldiers who came back to a battle they had left (W9), and connections taken up again. */
  returns: number
  reconnects: number
  /** Events by name. */
  readonly events: Record<string, number>
  hash: string
}

/** A run that broke: where, which invariant, and what came before. */
export class SimFailure extends Error {
  override readonly name = 'SimFailure'
  readonly step: number
  /** Of faults.md, or `crash` for anything else that was thrown. */
  readonly invariantId: string
  readonly operations: readonly string[]

  constructor(step: number, cause: unknown, operations: readonly string[]) {
    const id = cause instanceof InvariantViolation ? cause.id : 'crash'
    super(`step ${step}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.step = step
    this.invariantId = id
    this.operations = operations
  }
}

/** Hooks of a run. */
export interface SimRunOptions {
  readonly fault?: PlantedFault | undefined
  /** After every step; a false stops the run. */
  readonly onStep?: ((step: number, world: World) => boolean) | undefined
}

/** Plays the plan to its end or throws {@link SimFailure}. */
export function runSimBattles(
  balance: Balance,
  plan: SimPlan,
  options: SimRunOptions = {},
): SimReport {
  return new SimRun(balance, plan, options).run()
}

class SimRun {
  readonly #plan: SimPlan
  readonly #options: SimRunOptions
  readonly #balance: Balance
  readonly #driver: SimDriver
  readonly #log = new OperationLog()
  readonly #report: SimReport
  #world: World
  #twin: World
  #checker: InvariantChecker

  constructor(balance: Balance, plan: SimPlan, options: SimRunOptions) {
    this.#plan = plan
    this.#options = options
    this.#balance = balanceOfPlan(balance, plan)
    this.#driver = new SimDriver(plan)
    const counts = { steps: 0, battles: 0, restores: 0, returns: 0, reconnects: 0 }
    this.#report = { ...counts, events: {}, hash: '' }
    this.#world = this.#createWorld()
    this.#twin = this.#createWorld()
    this.#checker = new InvariantChecker(this.#world, this.#balance)
  }

  run(): SimReport {
    const report = this.#report
    while (report.steps < this.#plan.steps) {
      report.steps++
      try {
        this.#step()
      } catch (error) {
        throw new SimFailure(report.steps, error, this.#log.last())
      }
      if (this.#options.onStep?.(report.steps, this.#world) === false) break
      const { phase, tick, phaseEndTick } = this.#world
      if (phase === Phase.ended && tick >= phaseEndTick) this.#startNext()
    }
    report.hash = hashWorld(this.#world)
    return report
  }

  #createWorld(): World {
    const { fault } = this.#options
    const balance = fault?.spoilBalance?.(this.#balance) ?? this.#balance
    return createWorld({
      balance,
      modeId: this.#plan.modeId,
      mapId: this.#plan.mapId,
      seed: (this.#plan.seed * 1000 + this.#report.battles) >>> 0,
      capacity: this.#plan.players + SPARE_PLACES,
    })
  }

  #startNext(): void {
    this.#report.battles++
    this.#driver.reset()
    this.#world = this.#createWorld()
    this.#twin = this.#createWorld()
    this.#checker = new InvariantChecker(this.#world, this.#balance)
  }

  #step(): void {
    const { fault } = this.#options
    const applied: AppliedOperation[] = []
    for (const operation of this.#driver.nextOperations(this.#world)) {
      this.#log.note(this.#report.steps, operation)
      const netId = applyOperation(this.#world, operation)
      const twinId = applyOperation(this.#twin, operation)
      if (netId !== twinId) throw new InvariantViolation('I-15', `joined as ${netId} and ${twinId}`)
      applied.push({ operation, netId })
      if (operation.type === 'return' && netId !== undefined) {
        this.#report.returns++
        for (const world of [this.#world, this.#twin]) fault?.afterReturn?.(world, netId)
      }
      if (operation.type === 'reconnect') this.#report.reconnects++
    }
    const record = this.#checker.begin(this.#world, applied)
    for (const world of [this.#world, this.#twin]) {
      fault?.beforeStep?.(world)
      stepWorld(world)
      fault?.afterStep?.(world, record)
    }
    fault?.spoilTwin?.(this.#twin)
    this.#countEvents()
    this.#checker.check(record)
    this.#compareTwin('its twin')
    if (nextFloat(this.#driver.prng) < this.#plan.restorePerStep) this.#restoreTwin()
  }

  #restoreTwin(): void {
    this.#report.restores++
    this.#twin = restoreWorld(this.#world.balance, saveWorld(this.#world))
    this.#options.fault?.afterRestore?.(this.#twin)
    this.#compareTwin('its saved and restored copy')
  }

  #compareTwin(what: string): void {
    const hash = hashWorld(this.#world)
    const other = hashWorld(this.#twin)
    if (hash === other) return
    throw new InvariantViolation('I-15', `the world hashes to ${hash}, ${what} to ${other}`)
  }

  #countEvents(): void {
    const { events } = this.#world
    for (let row = 0; row < events.count; row++) {
      const name = EVENT_NAMES[events.type[row]!] ?? 'unknown'
      this.#report.events[name] = (this.#report.events[name] ?? 0) + 1
    }
  }
}

const EVENT_NAMES: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(EventType).map(([name, type]) => [type, name]),
)
