/**
 * The fields of everything on the wire that has columns: soldiers, effects, projectiles, the own
 * soldier. One table each drives writing, reading and the columns of both ends; the order of a
 * table is the order of the bytes. Adding a field is adding a row here (README.md has the
 * checklist).
 */
import { assert } from '@battalion/base/assert.ts'
import { EFFECT_BYTES_MAX, ENTITY_BYTES_MAX, PROJECTILE_BYTES_MAX } from './wire-limits.ts'

export type FieldType = 'u8' | 'u16' | 'i16'
export type FieldTypes = Readonly<Record<string, FieldType>>

interface ColumnOf {
  u8: Uint8Array
  u16: Uint16Array
  i16: Int16Array
}

/** Columns made from a table, by field name. */
export type Columns<Table extends FieldTypes> = {
  readonly [Name in keyof Table]: ColumnOf[Table[Name]]
}

/** Any column of a table. */
export type Column = Uint8Array | Uint16Array | Int16Array

/**
 * A soldier, as others see him. x and z in 1/16 m, yaw in 1/256 turn, weapon = index in hand,
 * flags = SoldierFlag without `fired` and `hurt`, which effects and hp tell.
 */
export const ENTITY_FIELDS = {
  x: 'u16',
  z: 'u16',
  yaw: 'u8',
  hp: 'u8',
  flags: 'u8',
  weapon: 'u8',
  life: 'u8',
  team: 'u8',
  squad: 'u8',
  classId: 'u8',
} as const satisfies FieldTypes
export type EntityField = keyof typeof ENTITY_FIELDS

/**
 * How a change of a field travels: by the position and yaw bits of the change code, by a bit of the
 * mask byte, or never: then the soldier leaves its cell and enters again (new life, new class).
 */
export const ENTITY_CHANGES: Readonly<Record<EntityField, 'code' | 'mask' | 'enter'>> = {
  x: 'code',
  z: 'code',
  yaw: 'code',
  hp: 'mask',
  flags: 'mask',
  weapon: 'mask',
  life: 'enter',
  team: 'enter',
  squad: 'enter',
  classId: 'enter',
}

/** Fields behind the mask byte; bit 0 is the first. */
export const MASKED_FIELDS: readonly EntityField[] = fieldsChangedBy('mask')
export const ENTERED_FIELDS: readonly EntityField[] = fieldsChangedBy('enter')

/** Bits of the change code, four bits per soldier. */
export const ChangeCode = {
  /** Two bits: 0 = same place. */
  placeMask: 3,
  /** dx and dz in one byte: low and high four bits, each −8..7. */
  placeNibbles: 1,
  /** dx i8, dz i8. */
  placeBytes: 2,
  /** x u16, z u16. */
  placeFull: 3,
  yaw: 4,
  /** A mask byte and the fields it names. */
  masked: 8,
} as const

/** Something that flies: where it was and how fast when last told; it goes on by itself. */
export const PROJECTILE_FIELDS = {
  generation: 'u8',
  weapon: 'u8',
  team: 'u8',
  /** 1/16 m. */
  x: 'u16',
  z: 'u16',
  /** 1/32 m/s. */
  vx: 'i16',
  vz: 'i16',
  /** Ticks until it goes off or is spent, counted from the frame's tick. */
  ticksLeft: 'u16',
} as const satisfies FieldTypes

/** All an effect may carry; {@link EFFECT_FORMS} tells which type has which. */
export const EFFECT_FIELDS = {
  /** Net id of who did it, or of whom it happened to. */
  actor: 'u16',
  target: 'u16',
  /** Weapon or ability index, by type. */
  kind: 'u8',
  flags: 'u8',
  value: 'u8',
  yaw: 'u16',
  /** Length of the drawn ray, quarter metres. */
  length: 'u8',
  /** 1/16 m. */
  x: 'u16',
  z: 'u16',
} as const satisfies FieldTypes
export type EffectField = keyof typeof EFFECT_FIELDS

/** Type byte of an effect. */
export const EffectType = {
  shot: 1,
  hit: 2,
  explosion: 3,
  ability: 4,
  heal: 5,
  revive: 6,
  spawn: 7,
} as const
export type EffectType = (typeof EffectType)[keyof typeof EffectType]

/** Fields that follow the type byte, in order; index = type, 0 is no type. */
export const EFFECT_FORMS: readonly (readonly EffectField[])[] = [
  [],
  ['actor', 'kind', 'yaw', 'length'],
  ['target', 'value', 'flags'],
  ['kind', 'x', 'z'],
  ['actor', 'kind'],
  ['target', 'value'],
  ['target'],
  ['target'],
]

/** Quarter metres of a shot's length. */
export const LENGTH_STEPS_PER_METRE = 4
/** Steps of a projectile's speed (m/s). */
export const SPEED_STEPS_PER_MPS = 32

/** Columns of `length` rows. */
export function createColumns<Table extends FieldTypes>(
  table: Table,
  length: number,
): Columns<Table> {
  const columns: Record<string, Column> = {}
  for (const [name, type] of Object.entries(table)) columns[name] = createColumn(type, length)
  return columns as Columns<Table>
}

function createColumn(type: FieldType, length: number): Column {
  if (type === 'u8') return new Uint8Array(length)
  return type === 'u16' ? new Uint16Array(length) : new Int16Array(length)
}

/** The columns of a table in its order, or those of some of its fields. */
export function listColumns<Table extends FieldTypes>(
  table: Table,
  columns: Columns<Table>,
  names: readonly (keyof Table)[] = Object.keys(table),
): Column[] {
  return names.map((name) => columns[name])
}

/** Bytes of one record. */
export function recordBytes(table: FieldTypes, names = Object.keys(table)): number {
  let bytes = 0
  for (const name of names) bytes += table[name] === 'u8' ? 1 : 2
  return bytes
}

function fieldsChangedBy(way: 'code' | 'mask' | 'enter'): EntityField[] {
  const names = Object.keys(ENTITY_FIELDS) as EntityField[]
  return names.filter((name) => ENTITY_CHANGES[name] === way)
}

assert(MASKED_FIELDS.length <= 8, 'the masked fields fit one mask byte')
assert(
  MASKED_FIELDS.every((name) => ENTITY_FIELDS[name] === 'u8'),
  'masked fields are bytes',
)
assert(
  ENTERED_FIELDS.every((name) => ENTITY_FIELDS[name] === 'u8'),
  'entered fields are bytes',
)
assert(2 + recordBytes(ENTITY_FIELDS) <= ENTITY_BYTES_MAX, 'a soldier fits its bound')
assert(2 + recordBytes(PROJECTILE_FIELDS) <= PROJECTILE_BYTES_MAX, 'a projectile fits its bound')
assert(
  EFFECT_FORMS.every((names) => 1 + recordBytes(EFFECT_FIELDS, [...names]) <= EFFECT_BYTES_MAX),
  'an effect fits its bound',
)
