/**
 * Messages of a battle as an attacker writes them: each registered one with each of its fields
 * wrong once, and names nobody registered. Pure. The table of right messages is typed by the
 * protocol: a new message does not compile until it is here.
 */
import { nextBelow, type PrngState } from '@battalion/base/prng.ts'
import type { ClientMessages } from '@battalion/wire/messages.ts'
import { RoomCode } from '../bots/lean-protocol.ts'
import { NUMBER_EDGES, packHostileMap, packHostileValue, packText } from './hostile-msgpack.ts'

/** One right message of each type. */
export const RIGHT_MESSAGES: Readonly<ClientMessages> = {
  loadout: { classId: 'medic' },
  giveUp: {},
  look: { x: 10, z: 20 },
  rtt: { id: 5 },
  addBots: { count: 5 },
}
export const MESSAGE_NAMES = Object.keys(RIGHT_MESSAGES) as (keyof ClientMessages)[]
const FOREIGN_NAMES = ['position', '__proto__', 'constructor', 'hasOwnProperty', '*', '']

/** No number and no text of any schema: nil, false, true, bin, ext, array, map, huge, tiny. */
const FOREIGN_VALUES: readonly Buffer[] = [
  Buffer.from([0xc0]),
  Buffer.from([0xc2]),
  Buffer.from([0xc3]),
  Buffer.from([0xc4, 1, 5]),
  Buffer.from([0xc7, 1, 0x10, 5]),
  Buffer.from([0x91, 5]),
  Buffer.from([0x80]),
  Buffer.from([0xcb, 0x7f, 0xef, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
  Buffer.from([0xff]),
  ...NUMBER_EDGES,
]
/** For a field that is a number: also texts and fractions; each of ours is whole or a place. */
const NOT_A_NUMBER: readonly Buffer[] = [...FOREIGN_VALUES, packText('5'), packText('')]
/** For a field that is a text: also numbers, nothing, too much. */
const NOT_A_TEXT: readonly Buffer[] = [
  ...FOREIGN_VALUES,
  Buffer.from([5]),
  packText(''),
  packText('x'.repeat(65)),
]

type Fields = Readonly<Record<string, string | number>>

/** `name` with the message right in everything; changed where `wrong` says so. */
function packMessage(name: string, fields: Fields, wrong: Readonly<Record<string, Buffer>>) {
  const entries = Object.entries(fields).map(([key, value]): [string, Buffer] => [
    key,
    wrong[key] ?? (typeof value === 'number' ? Buffer.from([value]) : packText(value)),
  ])
  for (const key of Object.keys(wrong)) if (!(key in fields)) entries.push([key, wrong[key]!])
  const body = entries.flatMap(([key, value]) => [packText(key), value])
  return Buffer.concat([messageHead(name), Buffer.from([0x80 | entries.length]), ...body])
}

function messageHead(name: string): Buffer {
  return Buffer.concat([Buffer.from([RoomCode.data]), packText(name)])
}

/** A message that is right, of any type. */
export function rightMessage(dice: PrngState): Buffer {
  const name = MESSAGE_NAMES[nextBelow(dice, MESSAGE_NAMES.length)]!
  return packMessage(name, RIGHT_MESSAGES[name] as Fields, {})
}

/** A right message with exactly one thing wrong; it must close its sender. */
export function messageWithOneFault(dice: PrngState): Buffer {
  const name = MESSAGE_NAMES[nextBelow(dice, MESSAGE_NAMES.length)]!
  const fields = RIGHT_MESSAGES[name] as Fields
  const keys = Object.keys(fields)
  const choice = nextBelow(dice, 5)
  if (choice === 0) return packMessage(name, fields, { extra: Buffer.from([1]) })
  if (choice === 1) return packMessage(FOREIGN_NAMES[nextBelow(dice, 6)]!, fields, {})
  if (choice === 2) {
    return Buffer.concat([messageHead(name), FOREIGN_VALUES[nextBelow(dice, 6)]!])
  }
  const key = keys[nextBelow(dice, Math.max(1, keys.length))]
  if (key === undefined) return packMessage(name, fields, { undefined: Buffer.from([1]) })
  if (choice === 3) {
    const { [key]: _, ...others } = fields
    return packMessage(name, others, {})
  }
  const values = typeof fields[key] === 'number' ? NOT_A_NUMBER : NOT_A_TEXT
  return packMessage(name, fields, { [key]: values[nextBelow(dice, values.length)]! })
}

/** Any name with any value, cut off anywhere: usually wrong, not always. */
export function wildMessage(dice: PrngState): Buffer {
  const names = [...MESSAGE_NAMES, ...FOREIGN_NAMES]
  const name = names[nextBelow(dice, names.length)]!
  const value = nextBelow(dice, 3) === 0 ? packHostileValue(dice, 0) : packHostileMap(dice)
  const whole = Buffer.concat([messageHead(name), value])
  return nextBelow(dice, 4) === 0 ? whole.subarray(0, nextBelow(dice, whole.length)) : whole
}
