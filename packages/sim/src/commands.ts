/**
 * Commands: what one soldier does in one step, already validated (the wire form is
 * `packages/wire/src/input-codec.ts`). At most one command per soldier and step (I-12, I-13); a
 * soldier without one stands still and holds fire.
 */
import { assert } from '@battalion/base/assert.ts'
import type { NetId } from '@battalion/base/ids.ts'
import type { World } from './world.ts'
import { LifeState } from './world.ts'

/** Bits of {@link Command.buttons}. Unknown bits are refused by the wire. */
export const Button = {
  fire: 1 << 0,
  reload: 1 << 1,
  crouch: 1 << 2,
  sprint: 1 << 3,
  /** Start or go on reviving the nearest fallen team mate in reach. */
  revive: 1 << 4,
  ability: 1 << 5,
  /** Weapon in hand: clear = slot 0 (primary), set = slot 1 (sidearm). */
  sidearm: 1 << 6,
} as const
export type Button = (typeof Button)[keyof typeof Button]

/** All bits that mean something. */
export const BUTTONS_MASK = 0x7f

/** One validated command. */
export interface Command {
  /** u16, wraps; the client counts up by one per command. */
  seq: number
  /** Bits of {@link Button}. */
  buttons: number
  /** -127..127 along +x and +z in world axes; longer than 127 together is clamped to the circle. */
  moveX: number
  moveZ: number
  /** Binary angle the soldier looks and aims along (u16). */
  yaw: number
  /** Distance to the point aimed at, 1/16 m (u16): where lobbed things should land. */
  aimDistance: number
  /** What the shooter saw: eighths of a tick, low 16 bits. A claim; the step clamps it. */
  viewTime: number
}

/**
 * The commands of one step, by net id. Length = world capacity. `present` is cleared by the step.
 */
export interface CommandTable {
  readonly present: Uint8Array
  readonly seq: Uint16Array
  readonly buttons: Uint16Array
  readonly moveX: Int8Array
  readonly moveZ: Int8Array
  readonly yaw: Uint16Array
  readonly aimDistance: Uint16Array
  readonly viewTime: Uint16Array
}

/** Longest move along one axis. */
export const MOVE_AXIS_MAX = 127

/**
 * Hands over what a soldier does in the next step; the last call before the step counts. Values are
 * cut to their ranges, so nothing odd can enter the world whoever calls.
 */
export function setCommand(world: World, netId: NetId, command: Command): void {
  const table = world.commands
  if (netId >= world.slotsUsed) return
  if (world.soldiers.state[netId] === LifeState.empty) return
  assert(netId < world.capacity, 'a net id is a slot of the world')
  table.present[netId] = 1
  table.seq[netId] = command.seq
  table.buttons[netId] = command.buttons & BUTTONS_MASK
  table.moveX[netId] = clampAxis(command.moveX)
  table.moveZ[netId] = clampAxis(command.moveZ)
  table.yaw[netId] = command.yaw
  table.aimDistance[netId] = command.aimDistance
  table.viewTime[netId] = command.viewTime
}

/** A whole number within the axis; what is not a number means "stand". */
function clampAxis(value: number): number {
  if (!(value >= -MOVE_AXIS_MAX)) return value < -MOVE_AXIS_MAX ? -MOVE_AXIS_MAX : 0
  return value > MOVE_AXIS_MAX ? MOVE_AXIS_MAX : Math.trunc(value)
}

/** Forgets all commands, so that a soldier without a new one stands still. */
export function clearCommands(table: CommandTable): void {
  table.present.fill(0)
  table.seq.fill(0)
  table.buttons.fill(0)
  table.moveX.fill(0)
  table.moveZ.fill(0)
  table.yaw.fill(0)
  table.aimDistance.fill(0)
  table.viewTime.fill(0)
}
