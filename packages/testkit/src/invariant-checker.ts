/**
 * All invariants of a battle (faults.md, I-10 to I-13 and I-16, E-04) and its course (W9 among it),
 * checked after each step of one world from raw columns and events. I-15 needs a twin and lives in
 * `run-sim-battles.ts`. Never changes the world.
 */
import { assertDefined } from '@battalion/base/assert.ts'
import type { Balance } from '@battalion/sim/balance.ts'
import type { World } from '@battalion/sim/world.ts'
import { BoundsCheck } from './check-bounds.ts'
import { CommandCheck } from './check-commands.ts'
import { CourseCheck } from './check-course.ts'
import { LedgerCheck } from './check-ledger.ts'
import { LimitsCheck } from './check-limits.ts'
import { MovementCheck } from './check-movement.ts'
import { ProjectileCheck } from './check-projectiles.ts'
import { ReturnsCheck } from './check-returns.ts'
import { RewindCheck } from './check-rewind.ts'
import type { AppliedOperation, BattleFacts, StepRecord } from './step-record.ts'
import { recordBegin } from './step-record.ts'
import { WallOracle } from './wall-oracle.ts'

export class InvariantChecker {
  readonly #facts: BattleFacts
  readonly #bounds: BoundsCheck
  readonly #commands: CommandCheck
  readonly #course: CourseCheck
  readonly #ledger: LedgerCheck
  readonly #limits: LimitsCheck
  readonly #movement: MovementCheck
  readonly #projectiles = new ProjectileCheck()
  readonly #returns = new ReturnsCheck()
  readonly #rewind: RewindCheck

  /** `balance` is the one that should hold; the world's own is not asked. */
  constructor(world: World, balance: Balance) {
    const map = assertDefined(balance.maps[world.mapIndex], 'the world is on a map of the balance')
    const mode = assertDefined(
      balance.modes[world.modeIndex],
      'the world has a mode of the balance',
    )
    this.#facts = { map, mode, balance, walls: new WallOracle(map) }
    this.#bounds = new BoundsCheck(world.capacity)
    this.#commands = new CommandCheck(world.capacity)
    this.#course = new CourseCheck(world.capacity)
    this.#ledger = new LedgerCheck(world.capacity)
    this.#limits = new LimitsCheck(world.capacity)
    this.#movement = new MovementCheck(world.capacity)
    this.#rewind = new RewindCheck(world.capacity)
  }

  /** Call after the operations and before the step; throws like `check`. */
  begin(world: World, operations: readonly AppliedOperation[]): StepRecord {
    const step = recordBegin(world, this.#facts, operations)
    this.#returns.begin(step)
    return step
  }

  /** Throws `InvariantViolation` for the first invariant that does not hold. */
  check(step: StepRecord): void {
    this.#limits.check(step)
    this.#returns.check(step)
    this.#commands.check(step)
    this.#bounds.check(step)
    this.#movement.check(step, this.#commands)
    this.#ledger.check(step)
    this.#rewind.check(step)
    this.#projectiles.check(step)
    this.#course.check(step, this.#commands)
  }
}
