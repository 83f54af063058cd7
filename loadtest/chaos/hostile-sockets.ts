/**
 * WebSocket frames that bend RFC 6455, and such as it allows and nobody sends. Pure: dice in, bytes
 * out.
 */
import { nextBelow, nextUint32, type PrngState } from '@battalion/base/prng.ts'
import { createClientFrame, Opcode } from '../bots/web-socket-frames.ts'

const FIN = 0x80
/** A message in more pieces closes its sender. */
const FRAGMENTS_MAX = 16
const CONTINUATION = 0

export function randomBytes(dice: PrngState, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  for (let at = 0; at < length; at++) bytes[at] = nextUint32(dice)
  return bytes
}

/** `payload` in up to `pieces` frames, pings between them; some pieces may be empty. */
export function fragment(dice: PrngState, payload: Buffer, pieces: number): Buffer {
  const frames: Buffer[] = []
  let at = 0
  for (let piece = 0; piece < pieces; piece++) {
    const isLast = piece === pieces - 1
    const end = isLast ? payload.length : at + nextBelow(dice, payload.length - at + 1)
    const opcode = piece === 0 ? Opcode.binary : CONTINUATION
    const frame = createClientFrame(opcode, payload.subarray(at, end))
    if (!isLast) frame[0] = frame[0]! & ~FIN
    frames.push(frame)
    if (nextBelow(dice, 6) === 0) frames.push(createClientFrame(Opcode.ping, Buffer.alloc(2)))
    at = end
  }
  return Buffer.concat(frames)
}

/** Ping or pong of any length that is allowed. */
export function controlFrame(dice: PrngState): Buffer {
  const opcode = nextBelow(dice, 2) === 0 ? Opcode.ping : Opcode.pong
  return createClientFrame(opcode, randomBytes(dice, nextBelow(dice, 126)))
}

const BREAKS: readonly ((dice: PrngState, payload: Buffer) => Buffer)[] = [
  // Extension bits nobody agreed on.
  (dice, payload) => {
    const frame = createClientFrame(Opcode.binary, payload)
    frame[0] = frame[0]! | (0x10 << nextBelow(dice, 3))
    return frame
  },
  // Not masked.
  (_, payload) => Buffer.concat([Buffer.from([0x82, payload.length & 0x7d]), payload]),
  // Opcodes nobody has.
  (dice, payload) => createClientFrame([3, 4, 5, 6, 7, 11, 15][nextBelow(dice, 7)]!, payload),
  // A piece of nothing.
  (_, payload) => createClientFrame(CONTINUATION, payload),
  // A new message inside another.
  (dice, payload) => {
    const open = createClientFrame(Opcode.binary, payload)
    open[0] = open[0]! & ~FIN
    return Buffer.concat([open, createClientFrame(1 + nextBelow(dice, 2), payload)])
  },
  // A control frame in pieces, or too long.
  (dice) => {
    const frame = createClientFrame(8 + nextBelow(dice, 3), randomBytes(dice, 100))
    frame[0] = frame[0]! & ~FIN
    return frame
  },
  (dice) => createClientFrame(9 + nextBelow(dice, 2), randomBytes(dice, 126)),
  // Text, right and wrong UTF-8.
  (_, payload) => createClientFrame(Opcode.text, payload),
  () => createClientFrame(Opcode.text, Buffer.from('hello')),
  // More pieces than anybody needs.
  (dice, payload) => fragment(dice, payload, FRAGMENTS_MAX + 1 + nextBelow(dice, 100)),
  // Far more announced than comes.
  (dice) => {
    const head = Buffer.alloc(14)
    head[0] = 0x82
    head[1] = 0xff
    head.writeBigUInt64BE(1n << BigInt(12 + nextBelow(dice, 52)), 2)
    return head
  },
  // A close frame of one byte.
  () => createClientFrame(Opcode.close, Buffer.from([3])),
]

/** What RFC 6455 or our limits forbid; it must close its sender. */
export function brokenSocketFrame(dice: PrngState): Buffer {
  const payload = randomBytes(dice, 1 + nextBelow(dice, 120))
  return BREAKS[nextBelow(dice, BREAKS.length)]!(dice, payload)
}
