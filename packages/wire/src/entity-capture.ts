/**
 * Quantises the soldiers of a world once per send, column by column, and finds out what changed
 * against what clients know. Clients' knowledge is the quantised mirror, so errors never add up.
 */
import { assert } from '@battalion/base/assert.ts'
import { POSITION_STEPS_PER_METRE } from '@battalion/sim/limits.ts'
import { LifeState, SoldierFlag } from '@battalion/sim/world.ts'
import type { Column, Columns, EntityField } from './fields.ts'
import {
  ChangeCode,
  createColumns,
  ENTERED_FIELDS,
  ENTITY_FIELDS,
  listColumns,
  MASKED_FIELDS,
} from './fields.ts'
import type { SnapshotWorld } from './snapshot-world.ts'

type EntityColumns = Columns<typeof ENTITY_FIELDS>
type Capture = (world: SnapshotWorld, out: Column) => void

/** Effects and hp tell these. */
const FLAGS_HIDDEN = SoldierFlag.fired | SoldierFlag.hurt | SoldierFlag.down

/** How each field is read from a world; a field without a row does not compile. */
const CAPTURES: Readonly<Record<EntityField, Capture>> = {
  x: (world, out) => capturePlace(world.soldiers.px, out, world.slotsUsed),
  z: (world, out) => capturePlace(world.soldiers.pz, out, world.slotsUsed),
  yaw: captureYaw,
  hp: (world, out) => captureBytes(world.soldiers.hp, out, world.slotsUsed),
  flags: captureFlags,
  weapon: captureWeapon,
  life: (world, out) => captureBytes(world.soldiers.life, out, world.slotsUsed),
  team: (world, out) => captureBytes(world.soldiers.team, out, world.slotsUsed),
  squad: (world, out) => captureBytes(world.soldiers.squad, out, world.slotsUsed),
  classId: (world, out) => captureBytes(world.soldiers.classId, out, world.slotsUsed),
}

const FIELD_NAMES = Object.keys(ENTITY_FIELDS) as EntityField[]
/** Bit of `changed` above the mask: the soldier has to enter anew. */
export const CHANGED_ENTER_BIT = 0x100

export class EntityCapture {
  /** What clients know after this send: the world's state, but for soldiers that are held. */
  readonly next: EntityColumns
  /** What clients know from the last send. */
  readonly mirror: EntityColumns
  /** Bits of ChangeCode by net id. */
  readonly code: Uint8Array
  /** Mask of changed masked fields by net id, and CHANGED_ENTER_BIT. */
  readonly changed: Uint16Array
  /** All columns of `next` in wire order, and the masked ones by bit. */
  readonly nextColumns: readonly Column[]
  readonly nextMasked: readonly Column[]
  readonly #mirrorColumns: readonly Column[]

  constructor(capacity: number) {
    this.next = createColumns(ENTITY_FIELDS, capacity)
    this.mirror = createColumns(ENTITY_FIELDS, capacity)
    this.code = new Uint8Array(capacity)
    this.changed = new Uint16Array(capacity)
    this.nextColumns = listColumns(ENTITY_FIELDS, this.next)
    this.nextMasked = listColumns(ENTITY_FIELDS, this.next, MASKED_FIELDS)
    this.#mirrorColumns = listColumns(ENTITY_FIELDS, this.mirror)
  }

  /** Takes the world's state and works out the changes. The last `next` becomes the mirror. */
  capture(world: SnapshotWorld): void {
    assert(world.slotsUsed <= this.code.length, 'the world has not grown')
    for (let field = 0; field < FIELD_NAMES.length; field++) {
      this.#mirrorColumns[field]!.set(this.nextColumns[field]!)
      CAPTURES[FIELD_NAMES[field]!](world, this.nextColumns[field]!)
    }
    this.#findPlaceChanges(world.slotsUsed)
    this.changed.fill(0, 0, world.slotsUsed)
    for (let bit = 0; bit < MASKED_FIELDS.length; bit++) {
      this.#markChanges(MASKED_FIELDS[bit]!, 1 << bit, world.slotsUsed)
    }
    for (const name of ENTERED_FIELDS) this.#markChanges(name, CHANGED_ENTER_BIT, world.slotsUsed)
    this.#addMaskCodes(world.slotsUsed)
  }

  /** Whether a soldier has fallen or risen since clients were told. */
  hasNewState(id: number): boolean {
    return ((this.next.flags[id]! ^ this.mirror.flags[id]!) & SoldierFlag.down) !== 0
  }

  /** Leaves the changes of a soldier for another send: clients go on knowing what they know. */
  hold(id: number): void {
    const { next, mirror } = this
    assert((this.changed[id]! & CHANGED_ENTER_BIT) === 0, 'who enters is told')
    next.x[id] = mirror.x[id]!
    next.z[id] = mirror.z[id]!
    next.yaw[id] = mirror.yaw[id]!
    for (const name of MASKED_FIELDS) next[name][id] = mirror[name][id]!
    this.code[id] = 0
    this.changed[id] = 0
  }

  #findPlaceChanges(count: number): void {
    const { next, mirror, code } = this
    for (let id = 0; id < count; id++) {
      const dx = next.x[id]! - mirror.x[id]!
      const dz = next.z[id]! - mirror.z[id]!
      const turned = next.yaw[id] === mirror.yaw[id] ? 0 : ChangeCode.yaw
      code[id] = turned | placeCode(dx, dz)
    }
  }

  #markChanges(name: EntityField, bit: number, count: number): void {
    const next = this.next[name]
    const mirror = this.mirror[name]
    const { changed } = this
    for (let id = 0; id < count; id++) if (next[id] !== mirror[id]) changed[id]! |= bit
  }

  #addMaskCodes(count: number): void {
    const { code, changed } = this
    for (let id = 0; id < count; id++) {
      if ((changed[id]! & 0xff) !== 0) code[id]! |= ChangeCode.masked
    }
  }
}

function placeCode(dx: number, dz: number): number {
  if (dx === 0 && dz === 0) return 0
  if (dx >= -8 && dx <= 7 && dz >= -8 && dz <= 7) return ChangeCode.placeNibbles
  if (dx >= -128 && dx <= 127 && dz >= -128 && dz <= 127) return ChangeCode.placeBytes
  return ChangeCode.placeFull
}

/** Nearest step of 1/16 m, kept within u16: the far edge of the largest map would be 65,536. */
export function quantisePlace(metres: number): number {
  const steps = Math.floor(metres * POSITION_STEPS_PER_METRE + 0.5)
  if (!(steps > 0)) return 0
  return steps > 0xffff ? 0xffff : steps
}

/** Nearest 1/256 turn of a binary angle. */
export function quantiseYaw(yaw: number): number {
  return ((yaw + 128) >> 8) & 0xff
}

function capturePlace(from: Float32Array, out: Column, count: number): void {
  for (let id = 0; id < count; id++) out[id] = quantisePlace(from[id]!)
}

function captureYaw(world: SnapshotWorld, out: Column): void {
  const { yaw } = world.soldiers
  for (let id = 0; id < world.slotsUsed; id++) out[id] = quantiseYaw(yaw[id]!)
}

function captureBytes(from: Uint8Array, out: Column, count: number): void {
  for (let id = 0; id < count; id++) out[id] = from[id]!
}

/** The `down` bit says the state for sure: somebody may fall or rise between steps. */
function captureFlags(world: SnapshotWorld, out: Column): void {
  const { flags, state } = world.soldiers
  for (let id = 0; id < world.slotsUsed; id++) {
    const down = state[id] === LifeState.down ? SoldierFlag.down : 0
    out[id] = (flags[id]! & ~FLAGS_HIDDEN) | down
  }
}

function captureWeapon(world: SnapshotWorld, out: Column): void {
  const { classId, slot } = world.soldiers
  const { classes } = world.balance
  for (let id = 0; id < world.slotsUsed; id++) {
    out[id] = classes[classId[id]!]?.weapons[slot[id]!] ?? 0
  }
}
