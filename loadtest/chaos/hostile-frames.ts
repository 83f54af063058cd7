/**
 * Hostile traffic from the protocol's own grammar, seeded: frames that are right but for one thing,
 * all codes at all lengths, every type at its edges, right things at the wrong time, WebSocket
 * frames that bend RFC 6455. Pure: the dice come in, whole WebSocket frames come out.
 */
import { nextBelow, nextUint32, type PrngState } from '@battalion/base/prng.ts'
import { BYTES_INPUT } from '@battalion/wire/messages.ts'
import { RoomCode } from '../bots/lean-protocol.ts'
import { createClientFrame, Opcode } from '../bots/web-socket-frames.ts'
import { packHostileMap, packHostileValue, packText } from './hostile-msgpack.ts'

/** What a generated frame is; `valid` ones must do no harm either. */
export type HostileKind =
  | 'valid'
  | 'code'
  | 'input'
  | 'message'
  | 'cut'
  | 'bent'
  | 'random'
  | 'early'
  | 'socket'
  | 'end'

export interface HostileFrame {
  readonly kind: HostileKind
  /** A whole WebSocket frame, or what pretends to be one. */
  readonly bytes: Buffer
}

const PING = 18
const FRAME_BYTES_MAX = 2200
const INPUT_BYTES = 12
const MESSAGES = ['rtt', 'loadout', 'giveUp', 'look', 'addBots'] as const
/** How often each kind comes, of 100. */
const SHARES: readonly (readonly [HostileKind, number])[] = [
  ['valid', 30],
  ['input', 15],
  ['message', 15],
  ['code', 12],
  ['cut', 8],
  ['bent', 8],
  ['random', 5],
  ['early', 2],
  ['socket', 4],
  ['end', 1],
]

/** The next frame of this seed. */
export function nextHostileFrame(dice: PrngState): HostileFrame {
  const kind = nextKind(dice)
  return { kind, bytes: MAKERS[kind](dice) }
}

function nextKind(dice: PrngState): HostileKind {
  let left = nextBelow(dice, 100)
  for (const [kind, share] of SHARES) {
    if (left < share) return kind
    left -= share
  }
  return 'random'
}

const MAKERS: Readonly<Record<HostileKind, (dice: PrngState) => Buffer>> = {
  valid: (dice) => binary(validPayload(dice)),
  code: (dice) => binary(codePayload(dice)),
  input: (dice) => binary(wrongInput(dice)),
  message: (dice) => binary(wrongMessage(dice)),
  cut: (dice) => {
    const whole = validPayload(dice)
    return binary(whole.subarray(0, nextBelow(dice, whole.length)))
  },
  bent: (dice) => {
    const whole = Buffer.from(validPayload(dice))
    const at = nextBelow(dice, whole.length)
    whole[at] = whole[at]! ^ (1 << nextBelow(dice, 8))
    return binary(whole)
  },
  random: (dice) => binary(randomBytes(dice, nextLength(dice))),
  early: () => binary(Uint8Array.of(RoomCode.join)),
  socket: socketFrame,
  end: endFrame,
}

function binary(payload: Uint8Array): Buffer {
  return createClientFrame(Opcode.binary, payload)
}

/** Lengths at the edges of every limit more often than others. */
function nextLength(dice: PrngState): number {
  const edges = [0, 1, 2, 3, 13, 14, 15, 125, 126, 127, 1023, 1024, 1025, 2047, 2048, 2049]
  if (nextBelow(dice, 2) === 0) return edges[nextBelow(dice, edges.length)]!
  return nextBelow(dice, FRAME_BYTES_MAX)
}

function randomBytes(dice: PrngState, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  for (let at = 0; at < length; at++) bytes[at] = nextUint32(dice)
  return bytes
}

function codePayload(dice: PrngState): Buffer {
  const bytes = randomBytes(dice, Math.max(1, nextLength(dice)))
  bytes[0] = nextBelow(dice, 256)
  return bytes
}

/** An input frame or a message as a client sends it, with numbers at their edges. */
function validPayload(dice: PrngState): Buffer {
  const choice = nextBelow(dice, 10)
  if (choice === 0) return Buffer.from([PING])
  if (choice < 7) return inputPayload(dice, 1 + nextBelow(dice, 3))
  const id = Buffer.concat([packText('id'), Buffer.from([nextBelow(dice, 128)])])
  return Buffer.concat([messageHead('rtt'), Buffer.from([0x81]), id])
}

function inputPayload(dice: PrngState, count: number): Buffer {
  const bytes = randomBytes(dice, 3 + count * INPUT_BYTES)
  bytes[0] = RoomCode.bytes
  bytes[1] = BYTES_INPUT
  bytes[2] = count
  for (let at = 3; at < bytes.length; at += INPUT_BYTES) {
    bytes.writeUInt16LE(nextBelow(dice, 128), at + 2)
    for (const axis of [4, 5]) if (bytes[at + axis] === 0x80) bytes[at + axis] = 0x81
  }
  return bytes
}

/** A right input frame with one thing wrong. */
function wrongInput(dice: PrngState): Buffer {
  const count = 1 + nextBelow(dice, 3)
  const bytes = inputPayload(dice, count)
  switch (nextBelow(dice, 6)) {
    case 0:
      bytes[2] = [0, 4, 255, count === 3 ? 1 : 3][nextBelow(dice, 4)]!
      return bytes
    case 1:
      return Buffer.concat([bytes, randomBytes(dice, 1 + nextBelow(dice, 40))])
    case 2:
      bytes.writeUInt16LE(0x80 << nextBelow(dice, 9), 5)
      return bytes
    case 3:
      bytes[7 + nextBelow(dice, 2)] = 0x80
      return bytes
    case 4:
      bytes[1] = (BYTES_INPUT + 1 + nextBelow(dice, 255)) & 0xff
      return bytes
    default:
      return bytes.subarray(0, bytes.length - 1 - nextBelow(dice, 12))
  }
}

function messageHead(name: string): Buffer {
  return Buffer.concat([Buffer.from([RoomCode.data]), packText(name)])
}

/** A message by a right or wrong name, with a value that is not what its schema says. */
function wrongMessage(dice: PrngState): Buffer {
  const names = [...MESSAGES, '__proto__', 'constructor', 'position', '*', '']
  const name = names[nextBelow(dice, names.length)]!
  const value = nextBelow(dice, 3) === 0 ? packHostileValue(dice, 0) : packHostileMap(dice)
  const whole = Buffer.concat([messageHead(name), value])
  return nextBelow(dice, 4) === 0 ? whole.subarray(0, nextBelow(dice, whole.length)) : whole
}

/** What RFC 6455 forbids, or allows and nobody does. */
function socketFrame(dice: PrngState): Buffer {
  const payload = randomBytes(dice, nextBelow(dice, 130))
  const frame = createClientFrame(nextBelow(dice, 16), payload)
  switch (nextBelow(dice, 6)) {
    case 0:
      return frame
    case 1:
      frame[0] = frame[0]! & 0x7f
      return frame
    case 2:
      frame[0] = frame[0]! | (0x10 << nextBelow(dice, 3))
      return frame
    case 3:
      return Buffer.concat([Buffer.from([0x82, payload.length & 0x7f]), payload])
    case 4:
      return declaredLength(dice)
    default:
      return createClientFrame(Opcode.text, payload)
  }
}

/** A frame that announces far more than it brings. */
function declaredLength(dice: PrngState): Buffer {
  const head = Buffer.alloc(14)
  head[0] = 0x82
  head[1] = 0xff
  head.writeBigUInt64BE(1n << BigInt(11 + nextBelow(dice, 53)), 2)
  return head
}

/** Close frames with every code, and LEAVE_ROOM. */
function endFrame(dice: PrngState): Buffer {
  if (nextBelow(dice, 4) === 0) return binary(Uint8Array.of(RoomCode.leave))
  const payload = randomBytes(dice, 2 + nextBelow(dice, 20))
  payload.writeUInt16BE(nextBelow(dice, 5000), 0)
  return createClientFrame(Opcode.close, payload)
}
