/**
 * WebSocket frames as a client writes them, right or wrong, and a sink that remembers what a parser
 * made of them. For tests and benches only.
 */
import { nextUint32 } from '@battalion/base/prng.ts'
import type { PrngState } from '@battalion/base/prng.ts'
import type { FrameSink } from '../lean-frame-parser.ts'
import type { FrameViolation } from '../lean-violation.ts'

/** A frame; everything but the opcode has the value of a good, short, whole one. */
export interface ClientFrame {
  readonly opcode: number
  readonly payload?: Uint8Array
  readonly isFinal?: boolean
  /** RSV1 = 4, RSV2 = 2, RSV3 = 1. */
  readonly reservedBits?: number
  readonly isMasked?: boolean
  readonly mask?: readonly [number, number, number, number]
  /** Bits of the length field; the shortest that fits when left out. */
  readonly lengthBits?: 7 | 16 | 64
  /** A length that is not the payload's. */
  readonly declaredBytes?: bigint
}

const MASK = [0x12, 0xf4, 0x56, 0x9a] as const

/** The bytes of `frame`. */
export function clientFrame(frame: ClientFrame): Buffer {
  const payload = Buffer.from(frame.payload ?? [])
  const declared = frame.declaredBytes ?? BigInt(payload.byteLength)
  const isMasked = frame.isMasked ?? true
  const first =
    ((frame.isFinal ?? true) ? 0x80 : 0) | ((frame.reservedBits ?? 0) << 4) | frame.opcode
  const mask = frame.mask ?? MASK
  if (isMasked) payload.forEach((byte, index) => (payload[index] = byte ^ mask[index & 3]!))
  const length = lengthField(declared, frame.lengthBits)
  length[0]! |= isMasked ? 0x80 : 0
  return Buffer.concat([Buffer.from([first]), length, Buffer.from(isMasked ? mask : []), payload])
}

function lengthField(declared: bigint, wanted: 7 | 16 | 64 | undefined): Buffer {
  const bits = wanted ?? (declared <= 125n ? 7 : declared <= 0xffffn ? 16 : 64)
  if (bits === 7) return Buffer.from([Number(declared)])
  const field = Buffer.alloc(bits === 16 ? 3 : 9)
  field[0] = bits === 16 ? 126 : 127
  if (bits === 16) field.writeUInt16BE(Number(declared), 1)
  else field.writeBigUInt64BE(declared, 1)
  return field
}

/** A close frame of a client. */
export function clientClose(code: number, reason: Uint8Array | string = ''): Buffer {
  const payload = Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)])
  return clientFrame({ opcode: 8, payload })
}

/** What a parser said, one line an event. */
export class RecordingSink implements FrameSink {
  readonly events: string[] = []

  receiveMessage(payload: Buffer, isBinary: boolean): void {
    this.events.push(`${isBinary ? 'binary' : 'text'} ${payload.toString('hex')}`)
  }
  receivePing(payload: Buffer): void {
    this.events.push(`ping ${payload.toString('hex')}`)
  }
  receivePong(): void {
    this.events.push('pong')
  }
  receiveClose(code: number, reason: Buffer): void {
    this.events.push(`close ${code} ${reason.toString('hex')}`)
  }
  receiveViolation(violation: FrameViolation): void {
    this.events.push(`violation ${violation.closeCode}`)
  }
}

/** A number below `limit`. */
export function below(prng: PrngState, limit: number): number {
  return nextUint32(prng) % limit
}

/** Random bytes; text of ASCII when `isText`. */
export function randomPayload(prng: PrngState, bytes: number, isText = false): Buffer {
  const payload = Buffer.alloc(bytes)
  for (let index = 0; index < bytes; index++) payload[index] = below(prng, isText ? 128 : 256)
  return payload
}

/** Lengths around which a codec changes its form, up to what a test's limit allows. */
const EDGE_BYTES = [0, 1, 2, 3, 4, 5, 7, 8, 124, 125, 126, 127, 128, 255, 256, 2047, 2048] as const

/** Messages in a row, whole or in fragments, with control frames between; all of it allowed. */
export function validStream(prng: PrngState, messageCount: number): Buffer {
  const frames: Buffer[] = []
  for (let count = 0; count < messageCount; count++) {
    const kind = below(prng, 10)
    if (kind === 0) frames.push(clientFrame({ opcode: 10, payload: randomPayload(prng, 4) }))
    else if (kind === 1) frames.push(clientFrame({ opcode: 9, payload: randomPayload(prng, 125) }))
    else frames.push(...randomMessage(prng))
  }
  return Buffer.concat(frames)
}

function randomMessage(prng: PrngState): Buffer[] {
  const opcode = below(prng, 4) === 0 ? 1 : 2
  const bytes = EDGE_BYTES[below(prng, EDGE_BYTES.length)]!
  const payload = randomPayload(prng, bytes, opcode === 1)
  const mask = Array.from({ length: 4 }, () => below(prng, 256)) as [number, number, number, number]
  const pieces = below(prng, 3) === 0 ? 1 + below(prng, 16) : 1
  const frames: Buffer[] = []
  let start = 0
  for (let piece = 0; piece < pieces; piece++) {
    const isFinal = piece === pieces - 1
    const end = isFinal ? bytes : start + below(prng, bytes - start + 1)
    const part = { opcode: piece === 0 ? opcode : 0, payload: payload.subarray(start, end) }
    frames.push(clientFrame({ ...part, isFinal, mask }))
    if (!isFinal && below(prng, 4) === 0) frames.push(clientFrame({ opcode: 9 }))
    start = end
  }
  return frames
}

/** A valid frame with one thing wrong, or random bytes. */
export function hostileFrame(prng: PrngState): Buffer {
  const payload = randomPayload(prng, EDGE_BYTES[below(prng, EDGE_BYTES.length)]!)
  const small = payload.subarray(0, 125)
  switch (below(prng, 10)) {
    case 0:
      return clientFrame({ opcode: below(prng, 16), payload: small })
    case 1:
      return clientFrame({ opcode: 2, payload, reservedBits: below(prng, 8) })
    case 2:
      return clientFrame({ opcode: below(prng, 16), payload: small, isMasked: false })
    case 3:
      return clientFrame({ opcode: 8 + below(prng, 8), payload, isFinal: below(prng, 2) === 0 })
    case 4:
      return clientClose(below(prng, 6000), randomPayload(prng, below(prng, 124)))
    case 5:
      return clientFrame({ opcode: 1, payload })
    case 6:
      return clientFrame({ opcode: 2, declaredBytes: BigInt(nextUint32(prng)) << 31n })
    case 7:
      return clientFrame({ opcode: below(prng, 3), payload, isFinal: false })
    case 8:
      return clientFrame({ opcode: 2, payload: small, lengthBits: below(prng, 2) === 0 ? 16 : 64 })
    default:
      return payload
  }
}

/** `stream` in chunks of random size, one byte among them. Copies: parsers change their bytes. */
export function randomChunks(prng: PrngState, stream: Buffer, bytesMax: number): Buffer[] {
  const chunks: Buffer[] = []
  for (let start = 0; start < stream.byteLength;) {
    const end = start + 1 + below(prng, bytesMax)
    chunks.push(Buffer.from(stream.subarray(start, end)))
    start = end
  }
  return chunks
}
