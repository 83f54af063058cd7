/**
 * Everything that reaches a world from outside, as plain data: a list of operations replays a
 * battle on any world. Holds the last ones for the report of a failure.
 */
import type { NetId } from '@battalion/base/ids.ts'
import type { Command } from '@battalion/sim/commands.ts'
import { setCommand } from '@battalion/sim/commands.ts'
import type { PlayerStats } from '@battalion/sim/battle-result.ts'
import {
  addSoldier,
  forgetAck,
  giveUp,
  removeSoldier,
  setClassWish,
} from '@battalion/sim/soldiers.ts'
import type { World } from '@battalion/sim/world.ts'

/** Somebody goes; `userId` when he means to come back. */
export interface LeaveOperation {
  readonly type: 'leave'
  readonly netId: NetId
  readonly userId?: number
}

/** Who left as `userId` comes back with what he had then (W9). */
export interface ReturnOperation {
  readonly type: 'return'
  readonly userId: number
  readonly figures: PlayerStats
  readonly classId: number
}

export type SimOperation =
  | { readonly type: 'join'; readonly team: number | undefined; readonly classId: number }
  | LeaveOperation
  | ReturnOperation
  | { readonly type: 'reconnect'; readonly netId: NetId }
  | { readonly type: 'class'; readonly netId: NetId; readonly classId: number }
  | { readonly type: 'giveUp'; readonly netId: NetId }
  | { readonly type: 'command'; readonly netId: NetId; readonly command: Command }

/** Does one operation to a world; the net id a join or return got, or undefined. */
export function applyOperation(world: World, operation: SimOperation): NetId | undefined {
  if (operation.type === 'join') {
    const { team, classId } = operation
    return addSoldier(world, team === undefined ? { classId } : { team, classId })
  }
  if (operation.type === 'return') {
    const { classId, figures } = operation
    return addSoldier(world, { classId, returning: figures })
  }
  if (operation.type === 'leave') removeSoldier(world, operation.netId)
  else if (operation.type === 'class') setClassWish(world, operation.netId, operation.classId)
  else if (operation.type === 'giveUp') giveUp(world, operation.netId)
  else if (operation.type === 'reconnect') forgetAck(world, operation.netId)
  else setCommand(world, operation.netId, operation.command)
  return undefined
}

/** One line for people. */
export function formatOperation(operation: SimOperation): string {
  if (operation.type === 'join') {
    return `join team=${operation.team ?? 'any'} class=${operation.classId}`
  }
  if (operation.type === 'return') {
    const { figures } = operation
    return `return user=${operation.userId} team=${figures.team} kills=${figures.kills}`
  }
  if (operation.type === 'class') return `class #${operation.netId} ${operation.classId}`
  if (operation.type !== 'command') return `${operation.type} #${operation.netId}`
  const { command: c } = operation
  const move = `move=${c.moveX},${c.moveZ} yaw=${c.yaw}`
  return `command #${operation.netId} seq=${c.seq} buttons=${c.buttons} ${move} view=${c.viewTime}`
}

/** Operations kept for a failure report. */
export const OPERATIONS_KEPT_MAX = 50

/** The last operations with the step they belong to. */
export class OperationLog {
  readonly #lines: string[] = []

  note(step: number, operation: SimOperation): void {
    this.#lines.push(`step ${step}: ${formatOperation(operation)}`)
    if (this.#lines.length > OPERATIONS_KEPT_MAX * 2) this.#lines.splice(0, OPERATIONS_KEPT_MAX)
  }

  last(): string[] {
    return this.#lines.slice(-OPERATIONS_KEPT_MAX)
  }
}
