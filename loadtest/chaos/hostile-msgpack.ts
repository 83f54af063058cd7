/**
 * Msgpack as an attacker writes it: every type at its edges, counts that lie, nesting without end,
 * keys that mean something to JavaScript. Pure.
 */
import { nextBelow, nextUint32, type PrngState } from '@battalion/base/prng.ts'

const DEPTH_MAX = 6
const NAN = Buffer.from([0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0])
const INFINITE = Buffer.from([0xcb, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0])
const MINUS_INFINITE = Buffer.from([0xca, 0xff, 0x80, 0, 0])
const HUGE = Buffer.from([0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])
const LOWEST = Buffer.from([0xd3, 0x80, 0, 0, 0, 0, 0, 0, 0])
/** Numbers no handler may see. */
export const NUMBER_EDGES: readonly Buffer[] = [NAN, INFINITE, MINUS_INFINITE, HUGE, LOWEST]

const KEYS = ['id', 'x', 'z', 'classId', 'count', '__proto__', 'constructor', 'prototype', '']
/** Heads that announce up to 4 GiB. */
const LYING_HEADS = [0xc6, 0xc9, 0xdb, 0xdd, 0xdf]

/** A short text, or one of up to 255 bytes. */
export function packText(text: string): Buffer {
  const bytes = Buffer.from(text)
  const head = bytes.length < 32 ? [0xa0 | bytes.length] : [0xd9, bytes.length & 0xff]
  return Buffer.concat([Buffer.from(head), bytes])
}

/** One value of any type. */
export function packHostileValue(dice: PrngState, depth: number): Buffer {
  switch (nextBelow(dice, 9)) {
    case 0:
      return NUMBER_EDGES[nextBelow(dice, NUMBER_EDGES.length)]!
    case 1:
      return packText('\ud7ff\u202e'.repeat(nextBelow(dice, 20)))
    case 2:
      return Buffer.from([LYING_HEADS[nextBelow(dice, LYING_HEADS.length)]!, 0x7f, 255, 255, 255])
    case 3:
      return Buffer.alloc(1 + nextBelow(dice, 900), nextBelow(dice, 2) === 0 ? 0x91 : 0x81)
    case 4:
      return extension(dice)
    case 5:
      return Buffer.from([0xc0 + nextBelow(dice, 4)])
    case 6:
      return depth >= DEPTH_MAX ? NAN : list(dice, depth)
    case 7:
      return depth >= DEPTH_MAX ? HUGE : packHostileMap(dice, depth + 1)
    default:
      return Buffer.from([nextBelow(dice, 256)])
  }
}

/** A map with keys of ours and keys that must never count. */
export function packHostileMap(dice: PrngState, depth = 0): Buffer {
  const count = nextBelow(dice, 5)
  const parts: Buffer[] = [Buffer.from([0x80 | count])]
  for (let entry = 0; entry < count; entry++) {
    parts.push(packText(KEYS[nextBelow(dice, KEYS.length)]!))
    parts.push(packHostileValue(dice, depth + 1))
  }
  return Buffer.concat(parts)
}

function list(dice: PrngState, depth: number): Buffer {
  const count = nextBelow(dice, 4)
  const items = Array.from({ length: count }, () => packHostileValue(dice, depth + 1))
  return Buffer.concat([Buffer.from([0x90 | count]), ...items])
}

/** Extension types, with those that msgpackr gives a meaning (records, sets, errors, dates). */
function extension(dice: PrngState): Buffer {
  const known = [0x72, 0x73, 0x65, 0x78, 0x69, 0x70, 0x74, 0x62, 0x42, 0x52, 0xff]
  const type = nextBelow(dice, 3) === 0 ? nextUint32(dice) : known[nextBelow(dice, known.length)]!
  const size = nextBelow(dice, 20)
  const bytes = Buffer.alloc(3 + size)
  bytes[0] = 0xc7
  bytes[1] = size
  bytes[2] = type & 0xff
  for (let at = 3; at < bytes.length; at++) bytes[at] = nextUint32(dice)
  return bytes
}
