/**
 * Hostile traffic from the protocol's own grammar, seeded: frames that are right but for one thing,
 * all codes at all lengths, every type at its edges, right things at the wrong time, WebSocket
 * frames that bend RFC 6455. Pure: the dice are inside, whole WebSocket frames come out.
 */
import { createPrng, nextBelow, type PrngState } from '@battalion/base/prng.ts'
import { BYTES_INPUT } from '@battalion/wire/messages.ts'
import { RoomCode } from '../bots/lean-protocol.ts'
import { createClientFrame, Opcode } from '../bots/web-socket-frames.ts'
import { messageWithOneFault, rightMessage, wildMessage } from './hostile-messages.ts'
import { brokenSocketFrame, controlFrame, fragment, randomBytes } from './hostile-sockets.ts'

/** What is wrong with a frame. */
export const HOSTILE_KINDS = [
  /** Nothing; the numbers in it are at their edges, and it must do no harm either. */
  'valid',
  /** A code or a type of bytes, at a length; in the long run all of them at all. */
  'sweep',
  /** Inputs and messages with exactly one thing wrong. */
  'input',
  'message',
  /** Right frames cut off, or with one bit turned. */
  'cut',
  'bent',
  /** Msgpack without sense, bytes without sense. */
  'wild',
  'random',
  /** Right at another time: a join acknowledged twice. */
  'early',
  /** What RFC 6455 forbids. */
  'socket',
  /** Close frames of every code, LEAVE_ROOM. */
  'end',
] as const
export type HostileKind = (typeof HOSTILE_KINDS)[number]

export interface HostileFrame {
  readonly kind: HostileKind
  /** One or more whole WebSocket frames, or what pretends to be one. */
  readonly bytes: Buffer
  /** Whoever sends it must be closed; of the others only luck says. */
  readonly isFatal: boolean
}

/** Longest frame of data a room takes by default; sweeps go two beyond. */
export const SWEEP_BYTES_MAX = 1024 + 2
const PING = 18
const FRAME_BYTES_MAX = 2200
const INPUT_BYTES = 12
/** Odd, so that all 256 values come, each at another length than before. */
const SWEEP_STRIDE = 101
/** How often each kind comes among the wrong ones, of 100. */
const SHARES: readonly (readonly [Exclude<HostileKind, 'valid'>, number])[] = [
  ['sweep', 22],
  ['input', 16],
  ['message', 18],
  ['cut', 8],
  ['bent', 8],
  ['wild', 10],
  ['random', 4],
  ['early', 2],
  ['socket', 9],
  ['end', 3],
]

/** One stream of frames for one seed. */
export class HostileStream {
  readonly dice: PrngState
  #sweep: number

  constructor(seed: number) {
    this.dice = createPrng(seed)
    this.#sweep = nextBelow(this.dice, 0x10000)
  }

  /** A frame that harms nobody, its sender included. */
  harmless(): HostileFrame {
    const { dice } = this
    const isControl = nextBelow(dice, 12) === 0
    if (isControl) return { kind: 'valid', bytes: controlFrame(dice), isFatal: false }
    const payload = validPayload(dice)
    const isWhole = nextBelow(dice, 6) > 0
    const bytes = isWhole ? binary(payload) : fragment(dice, payload, 2 + nextBelow(dice, 8))
    return { kind: 'valid', bytes, isFatal: false }
  }

  /** Right from a member of the room, wrong before the join is acknowledged; pings are never. */
  tooEarly(): HostileFrame {
    return { kind: 'early', bytes: binary(inputPayload(this.dice, 1)), isFatal: true }
  }

  /** A frame with something wrong. */
  wrong(): HostileFrame {
    const { dice } = this
    const kind = nextKind(dice)
    if (kind !== 'sweep') return { kind, bytes: MAKERS[kind](dice), isFatal: FATAL.has(kind) }
    const payload = sweepPayload(dice, this.#sweep++)
    return { kind, bytes: binary(payload), isFatal: isSweepFatal(payload) }
  }
}

function nextKind(dice: PrngState): Exclude<HostileKind, 'valid'> {
  let left = nextBelow(dice, 100)
  for (const [kind, share] of SHARES) {
    if (left < share) return kind
    left -= share
  }
  return 'random'
}

const FATAL: ReadonlySet<HostileKind> = new Set(['input', 'message', 'early', 'socket', 'end'])

const MAKERS: Readonly<
  Record<Exclude<HostileKind, 'valid' | 'sweep'>, (dice: PrngState) => Buffer>
> = {
  input: (dice) => binary(wrongInput(dice)),
  message: (dice) => binary(messageWithOneFault(dice)),
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
  wild: (dice) => binary(wildMessage(dice)),
  random: (dice) => binary(randomBytes(dice, nextLength(dice))),
  early: () => binary(Uint8Array.of(RoomCode.join)),
  socket: brokenSocketFrame,
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

/** Turn by turn every code, and every type of bytes, at every length up to beyond the limit. */
function sweepPayload(dice: PrngState, turn: number): Buffer {
  const bytes = randomBytes(dice, turn % (SWEEP_BYTES_MAX + 1))
  const value = ((turn >> 1) * SWEEP_STRIDE) & 0xff
  if (bytes.length > 0) bytes[0] = value
  if (turn % 2 === 0 || bytes.length < 2) return bytes
  bytes[0] = RoomCode.bytes
  bytes[1] = value
  return bytes
}

/** Codes nobody sends are fatal whatever follows; the others are where their rules say so. */
function isSweepFatal(payload: Buffer): boolean {
  const [code = 0, type = 0] = payload
  if (payload.length === 0) return true
  if (code === RoomCode.leave || code === PING) return payload.length !== 1
  if (code === RoomCode.bytes) return payload.length < 2 || type !== BYTES_INPUT
  return code !== RoomCode.data
}

/** An input frame or a message as a client sends it, with numbers at their edges. */
function validPayload(dice: PrngState): Buffer {
  const choice = nextBelow(dice, 10)
  if (choice === 0) return Buffer.from([PING])
  return choice < 7 ? inputPayload(dice, 1 + nextBelow(dice, 3)) : rightMessage(dice)
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

/** Close frames with every code, and LEAVE_ROOM. */
function endFrame(dice: PrngState): Buffer {
  if (nextBelow(dice, 4) === 0) return binary(Uint8Array.of(RoomCode.leave))
  const payload = randomBytes(dice, 2 + nextBelow(dice, 20))
  payload.writeUInt16BE(nextBelow(dice, 5000), 0)
  return createClientFrame(Opcode.close, payload)
}
