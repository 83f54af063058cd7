/**
 * The own soldier's figures in the head of a frame, sent only when they change. One table drives
 * finding changes, writing, reading and the state a client holds; the bit of a field in the mask is
 * its position.
 */
import { assert } from '@battalion/base/assert.ts'
import type { Soldiers } from '@battalion/sim/world.ts'

type UnsignedColumn = {
  [Name in keyof Soldiers]: Soldiers[Name] extends Uint8Array | Uint16Array | Uint32Array
    ? Name
    : never
}[keyof Soldiers]

export interface OwnField {
  /** Column of the soldiers. */
  readonly name: UnsignedColumn
  /** `until`: u16 ticks from the frame's tick to the moment meant, 0 = over or not at all. */
  readonly type: 'u8' | 'u16' | 'until'
  /** `weapon`: a row per weapon slot, told of the one in hand. */
  readonly per: 'soldier' | 'weapon'
}

/** In the order of the mask's bits and of the bytes. */
export const OWN_FIELDS = [
  { name: 'state', type: 'u8', per: 'soldier' },
  { name: 'life', type: 'u8', per: 'soldier' },
  { name: 'hp', type: 'u8', per: 'soldier' },
  { name: 'armour', type: 'u8', per: 'soldier' },
  { name: 'slot', type: 'u8', per: 'soldier' },
  { name: 'magazine', type: 'u16', per: 'weapon' },
  { name: 'reserve', type: 'u16', per: 'weapon' },
  { name: 'reloadEndTick', type: 'until', per: 'soldier' },
  { name: 'abilityReadyTick', type: 'until', per: 'soldier' },
  { name: 'respawnTick', type: 'until', per: 'soldier' },
  { name: 'protectedUntilTick', type: 'until', per: 'soldier' },
  { name: 'downEndTick', type: 'until', per: 'soldier' },
  { name: 'team', type: 'u8', per: 'soldier' },
  { name: 'squad', type: 'u8', per: 'soldier' },
  { name: 'classId', type: 'u8', per: 'soldier' },
] as const satisfies readonly OwnField[]

export type OwnFieldName = (typeof OWN_FIELDS)[number]['name']

assert(OWN_FIELDS.length <= 16, 'the own fields fit a mask of 16 bits')
