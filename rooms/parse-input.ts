/**
 * From an input frame to waiting commands. Nothing here throws: a frame that is not one is refused
 * with a reason (the gate closes its sender), a command that is not new is counted and dropped.
 */
import type { Command } from '@battalion/sim/commands.ts'
import { createCommand, decodeInputs } from '@battalion/wire/input-codec.ts'
import { COMMANDS_PER_FRAME_MAX } from '@battalion/wire/wire-limits.ts'
import type { InputQueues } from './input-queues.ts'
import type { RoomMetrics } from './ports.ts'

/** Metric label of each way a command can fail to be queued. */
const REJECTION_LABELS = { full: 'rate', replay: 'replay', jump: 'jump' } as const

const commands: Command[] = Array.from({ length: COMMANDS_PER_FRAME_MAX }, createCommand)

/** What an input frame did. */
export interface InputOutcome {
  /** Why the whole frame was refused. */
  readonly rejection: string | undefined
  /** True when somebody pressed, moved or turned: the player is not idle. */
  readonly isActive: boolean
}

/** The usual outcomes, made once: a thousand clients send ten thousand frames a second. */
const ACTIVE: InputOutcome = { rejection: undefined, isActive: true }
const IDLE: InputOutcome = { rejection: undefined, isActive: false }

/** What the last frame of a client looked like, to tell a player from a hand off the mouse. */
export interface LastInput {
  buttons: number
  moveX: number
  moveZ: number
  yaw: number
}

/** Queues the commands of `bytes` for `netId`. */
export function parseInput(
  bytes: Uint8Array,
  target: { readonly queues: InputQueues; readonly netId: number; readonly last: LastInput },
  metrics: Pick<RoomMetrics, 'inputRejected'>,
): InputOutcome {
  const decoded = decodeInputs(bytes, commands)
  if (typeof decoded === 'string') {
    metrics.inputRejected(decoded)
    return { rejection: decoded, isActive: false }
  }
  let isActive = false
  for (let index = 0; index < decoded; index++) {
    const command = commands[index]!
    if (noteChange(target.last, command)) isActive = true
    const outcome = target.queues.push(target.netId, command)
    if (outcome !== 'taken') metrics.inputRejected(REJECTION_LABELS[outcome])
  }
  return isActive ? ACTIVE : IDLE
}

function noteChange(last: LastInput, command: Command): boolean {
  const isSame =
    last.buttons === command.buttons &&
    last.moveX === command.moveX &&
    last.moveZ === command.moveZ &&
    last.yaw === command.yaw
  if (isSame) return false
  last.buttons = command.buttons
  last.moveX = command.moveX
  last.moveZ = command.moveZ
  last.yaw = command.yaw
  return true
}
