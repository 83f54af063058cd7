/**
 * The few bytes of the room protocol a lean bot reads and writes by hand: Colyseus' frame codes,
 * the
 * `rtt` question, the head of a snapshot. Anything else is counted and forgotten. Reading never
 * throws: what is not understood is `undefined`.
 */
import { ByteReader } from '@battalion/wire/byte-reader.ts'
import { HeadBit } from '@battalion/wire/frame-head.ts'

/** Colyseus frame codes. */
export const RoomCode = {
  join: 10,
  error: 11,
  leave: 12,
  data: 13,
  state: 14,
  statePatch: 15,
  bytes: 17,
} as const

/**
 * What a lean bot takes from a snapshot. Positions stay as last told when a frame leaves them out.
 */
export interface LeanHead {
  /** u16, wraps. */
  tick: number
  hasPosition: boolean
  x: number
  z: number
}

const reader = new ByteReader()

/** Reads the head of a snapshot body into `head`; false when it is cut off. */
export function readLeanHead(body: Uint8Array, head: LeanHead): boolean {
  reader.open(body)
  head.tick = reader.u16()
  reader.u16()
  const bits = reader.u8()
  if ((bits & HeadBit.player) !== 0) reader.u8()
  if ((bits & HeadBit.ack) !== 0) reader.u16()
  if ((bits & HeadBit.position) !== 0) {
    const x = reader.f32()
    const z = reader.f32()
    if (!reader.failed) {
      head.hasPosition = true
      head.x = x
      head.z = z
    }
  }
  const isWhole = !reader.failed
  reader.close()
  return isWhole
}

/** The name of a `ROOM_DATA` message: a short msgpack string after the code. */
export function readMessageName(frame: Buffer): string | undefined {
  const length = (frame[1] ?? 0) - 0xa0
  if (length < 1 || length > 31 || frame.length < 2 + length) return undefined
  return frame.toString('latin1', 2, 2 + length)
}

/** The whole number under `key` of a flat msgpack map anywhere in `frame`. */
export function findMessageNumber(frame: Buffer, key: string): number | undefined {
  const at = frame.indexOf(`${String.fromCharCode(0xa0 + key.length)}${key}`, 0, 'latin1')
  if (at < 0) return undefined
  const start = at + 1 + key.length
  const first = frame[start]
  if (first === undefined || first < 0x80) return first
  if (first === 0xcc) return frame[start + 1]
  if (first === 0xcd && frame.length >= start + 3) return frame.readUInt16BE(start + 1)
  return undefined
}

/** `rtt` with an id of 0..127, as msgpack. */
export function createRoundTripQuestion(id: number): Uint8Array {
  return Buffer.concat([
    Buffer.from([RoomCode.data, 0xa3]),
    Buffer.from('rtt'),
    Buffer.from([0x81, 0xa2]),
    Buffer.from('id'),
    Buffer.from([id & 0x7f]),
  ])
}
