/**
 * What the invariant checks look at: the world as it was just before the step (copied columns), the
 * commands it was given, and the world after it. Raw columns and events only; nothing here asks the
 * simulation's own functions.
 */
import type { Balance, BattleMap, Mode } from '@battalion/sim/balance.ts'
import type { Command } from '@battalion/sim/commands.ts'
import type { World } from '@battalion/sim/world.ts'
import { LifeState } from '@battalion/sim/world.ts'
import type { SimOperation } from './sim-operations.ts'
import type { WallOracle } from './wall-oracle.ts'

/** A broken invariant of faults.md, section 3. The id comes first in the message. */
export class InvariantViolation extends Error {
  override readonly name = 'InvariantViolation'
  readonly id: string

  constructor(id: string, message: string) {
    super(`[${id}] ${message}`)
    this.id = id
  }
}

/** Throws {@link InvariantViolation} unless the condition holds. */
export function hold(condition: boolean, id: string, message: () => string): void {
  if (!condition) throw new InvariantViolation(id, message())
}

const COLUMNS = [
  'state',
  'team',
  'classId',
  'px',
  'pz',
  'slot',
  'magazine',
  'reserve',
  'reloadEndTick',
  'protectedUntilTick',
] as const
type ColumnName = (typeof COLUMNS)[number]

/** Columns of the soldiers as they were before the step. */
export type BeginColumns = Readonly<Record<ColumnName, ArrayLike<number>>>

/** One step, seen from outside. */
export interface StepRecord {
  /** After the step. */
  readonly world: World
  readonly map: BattleMap
  readonly walls: WallOracle
  /** The rules as they should be; the world's own copy is not trusted. */
  readonly balance: Balance
  readonly mode: Mode
  readonly begin: BeginColumns
  readonly beginTick: number
  readonly beginPhase: number
  /** Last command of this step by net id, of those who were there. */
  readonly commands: ReadonlyMap<number, Command>
  /** Users who left to come back, and who came back, before this step, by their net id then. */
  readonly leavers: ReadonlyMap<number, number>
  readonly returners: ReadonlyMap<number, number>
  /** Net ids whose clients number their commands anew. */
  readonly reconnected: ReadonlySet<number>
}

/** An operation, and the net id it was given when somebody came. */
export interface AppliedOperation {
  readonly operation: SimOperation
  readonly netId: number | undefined
}

/** What stays the same during a battle. */
export interface BattleFacts {
  readonly map: BattleMap
  readonly walls: WallOracle
  readonly balance: Balance
  readonly mode: Mode
}

/** Copies what a step may change; call after the operations and before the step. */
export function recordBegin(
  world: World,
  facts: BattleFacts,
  operations: readonly AppliedOperation[],
): StepRecord {
  const begin = {} as Record<ColumnName, ArrayLike<number>>
  for (const name of COLUMNS) begin[name] = world.soldiers[name].slice()
  return {
    world,
    ...facts,
    begin,
    beginTick: world.tick,
    beginPhase: world.phase,
    commands: findCommands(world, begin.state, operations),
    ...findComings(operations),
  }
}

function findCommands(
  world: World,
  state: ArrayLike<number>,
  operations: readonly AppliedOperation[],
): Map<number, Command> {
  const commands = new Map<number, Command>()
  for (const { operation } of operations) {
    if (operation.type !== 'command') continue
    const { netId, command } = operation
    if (netId >= world.slotsUsed || state[netId] === LifeState.empty) continue
    commands.set(netId, toTableForm(command))
  }
  return commands
}

function findComings(
  operations: readonly AppliedOperation[],
): Pick<StepRecord, 'leavers' | 'returners' | 'reconnected'> {
  const leavers = new Map<number, number>()
  const returners = new Map<number, number>()
  const reconnected = new Set<number>()
  for (const { operation, netId } of operations) {
    if (operation.type === 'reconnect') reconnected.add(operation.netId)
    if (operation.type === 'leave' && operation.userId !== undefined) {
      leavers.set(operation.netId, operation.userId)
    }
    if (operation.type === 'return' && netId !== undefined) returners.set(netId, operation.userId)
  }
  return { leavers, returners, reconnected }
}

/** What is left of a command in columns of whole numbers. */
function toTableForm(command: Command): Command {
  return {
    seq: command.seq & 0xffff,
    buttons: command.buttons & 0x7f,
    moveX: command.moveX,
    moveZ: command.moveZ,
    yaw: command.yaw & 0xffff,
    aimDistance: command.aimDistance & 0xffff,
    viewTime: command.viewTime & 0xffff,
  }
}

/** Calls `use` for each row of the step's events. */
export function forEachEvent(world: World, use: (row: number, type: number) => void): void {
  for (let row = 0; row < world.events.count; row++) use(row, world.events.type[row]!)
}
