/**
 * Input frames: one to three commands of 12 bytes (SPEC.md, section "Input frames"). Writing
 * asserts; reading never throws, takes only the exact length and says why it refused.
 */
import { assert } from '@battalion/base/assert.ts'
import type { Command } from '@battalion/sim/commands.ts'
import { BUTTONS_MASK, MOVE_AXIS_MAX } from '@battalion/sim/commands.ts'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import { COMMANDS_PER_FRAME_MAX, COMMAND_BYTES } from './wire-limits.ts'

/** Why an input frame was refused; a counter moves, repeated refusals disconnect. */
export const INPUT_REJECTIONS = [
  'input_count',
  'input_length',
  'input_buttons',
  'input_axis',
] as const
export type InputRejection = (typeof INPUT_REJECTIONS)[number]

const writer = ByteWriter.fixed()
const reader = new ByteReader()

/** A command at rest, to fill in. */
export function createCommand(): Command {
  return { seq: 0, buttons: 0, moveX: 0, moveZ: 0, yaw: 0, aimDistance: 0, viewTime: 0 }
}

/** Writes the body of an input frame at `offset`; returns where it ends. */
export function encodeInputs(
  commands: readonly Command[],
  out: Uint8Array,
  offset: number,
): number {
  assert(commands.length >= 1, 'an input frame holds a command')
  assert(commands.length <= COMMANDS_PER_FRAME_MAX, 'an input frame holds at most three commands')
  writer.attach(out, offset)
  writer.reserve(1 + commands.length * COMMAND_BYTES)
  writer.u8(commands.length)
  for (const command of commands) writeCommand(command)
  return writer.at
}

/**
 * Reads the body of an input frame into `into` (at least three commands, refilled) and returns how
 * many there are, or why not. A refused frame may have changed `into`; nobody reads it then.
 */
export function decodeInputs(bytes: Uint8Array, into: Command[]): number | InputRejection {
  reader.open(bytes)
  const count = reader.u8()
  if (count < 1 || count > COMMANDS_PER_FRAME_MAX) return 'input_count'
  if (bytes.length !== 1 + count * COMMAND_BYTES) return 'input_length'
  for (let index = 0; index < count; index++) {
    const command = into[index]
    if (command === undefined) return 'input_count'
    readCommand(command)
    if ((command.buttons & ~BUTTONS_MASK) !== 0) return 'input_buttons'
    if (command.moveX < -MOVE_AXIS_MAX || command.moveZ < -MOVE_AXIS_MAX) return 'input_axis'
  }
  return count
}

function writeCommand(command: Command): void {
  assert((command.buttons & ~BUTTONS_MASK) === 0, 'only known buttons are sent')
  assert(Math.abs(command.moveX) <= MOVE_AXIS_MAX, 'moveX is within the axis')
  assert(Math.abs(command.moveZ) <= MOVE_AXIS_MAX, 'moveZ is within the axis')
  writer.u16(command.seq)
  writer.u16(command.buttons)
  writer.u8(command.moveX & 0xff)
  writer.u8(command.moveZ & 0xff)
  writer.u16(command.yaw)
  writer.u16(command.aimDistance)
  writer.u16(command.viewTime)
}

function readCommand(command: Command): void {
  command.seq = reader.u16()
  command.buttons = reader.u16()
  command.moveX = reader.i8()
  command.moveZ = reader.i8()
  command.yaw = reader.u16()
  command.aimDistance = reader.u16()
  command.viewTime = reader.u16()
}
