/** Input frames in each dialect: the same commands, as that server reads them. */
import type { Command } from '@battalion/sim/commands.ts'
import { encodeInputs } from '@battalion/wire/input-codec.ts'
import { BYTES_INPUT } from '@battalion/wire/messages.ts'
import { RoomCode } from '../../loadtest/bots/lean-protocol.ts'
import type { Dialect } from './crowd-talk.ts'

/** Section `Commands` of nengi, and the type of ours in its context. */
const NENGI_COMMANDS = 6
const NENGI_COMMAND_TYPE = 1
const NENGI_COMMAND_BYTES = 15
const FRAME_BYTES_MAX = 40

const frame = Buffer.alloc(FRAME_BYTES_MAX)

/** The payload of one frame; overwritten by the next call. */
export function inputFrame(dialect: Dialect, commands: readonly Command[]): Buffer {
  if (dialect === 'nengi') return nengiFrame(commands)
  frame[0] = RoomCode.bytes
  frame[1] = BYTES_INPUT
  return frame.subarray(0, encodeInputs(commands, frame, 2))
}

/** As `nengi`'s own client writes commands: type, an unused id, fields big-endian. */
function nengiFrame(commands: readonly Command[]): Buffer {
  frame[0] = NENGI_COMMANDS
  frame[1] = commands.length
  for (const [index, command] of commands.entries()) {
    const at = 2 + index * NENGI_COMMAND_BYTES
    frame[at] = NENGI_COMMAND_TYPE
    frame.writeUInt16BE(0, at + 1)
    frame.writeUInt16BE(command.seq, at + 3)
    frame.writeUInt16BE(command.buttons, at + 5)
    frame.writeInt8(command.moveX, at + 7)
    frame.writeInt8(command.moveZ, at + 8)
    frame.writeUInt16BE(command.yaw, at + 9)
    frame.writeUInt16BE(command.aimDistance, at + 11)
    frame.writeUInt16BE(command.viewTime, at + 13)
  }
  return frame.subarray(0, 2 + commands.length * NENGI_COMMAND_BYTES)
}
