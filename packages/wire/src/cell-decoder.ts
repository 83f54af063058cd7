/**
 * Reads the cells of a frame and keeps, for each cell of the block, who is in it and in what order:
 * the order is how the wire names soldiers (SPEC.md, section "Cells"). Reports a reason instead of
 * throwing; after one the decoder forgets everything.
 */
import { SOLDIERS_MAX } from '@battalion/sim/limits.ts'
import type { ByteReader } from './byte-reader.ts'
import type { DecodedEffects } from './decoded-effects.ts'
import type { DecodedEntities } from './decoded-entities.ts'
import { CELL_UNKNOWN } from './decoded-entities.ts'
import type { DecodedProjectiles } from './decoded-projectiles.ts'
import type { DecodeFault } from './decode-fault.ts'
import { ChangeCode, ENTITY_FIELDS } from './fields.ts'
import { CELL_BITS_MASK, CELL_BITS_NOT_KEY, CellBit } from './frame-head.ts'
import { BLOCK_SIDE_MAX } from './wire-limits.ts'

const ENTITY_TYPES = Object.values(ENTITY_FIELDS)
/** First room for members of a cell; doubled when it runs out. */
const MEMBERS_START_COUNT = 16

/** One cell of the block. `cell` −1 = unknown. */
interface CellSlot {
  cell: number
  /** Net ids in the wire's order, rows 0..count-1. */
  members: Uint16Array
  count: number
}

export class CellDecoder {
  readonly #entities: DecodedEntities
  readonly #projectiles: DecodedProjectiles
  readonly #effects: DecodedEffects
  /** Cells of a block differ in (cx mod 5, cz mod 5), so that is where one is kept. */
  readonly #slots: CellSlot[] = Array.from({ length: BLOCK_SIDE_MAX ** 2 }, () => ({
    cell: CELL_UNKNOWN,
    members: new Uint16Array(MEMBERS_START_COUNT),
    count: 0,
  }))

  constructor(entities: DecodedEntities, projectiles: DecodedProjectiles, effects: DecodedEffects) {
    this.#entities = entities
    this.#projectiles = projectiles
    this.#effects = effects
  }

  /** Forgets every cell that is not within `radius` of the centre. */
  forgetOutside(cellsX: number, centreCell: number, radius: number): void {
    const centreX = centreCell % cellsX
    const centreZ = Math.floor(centreCell / cellsX)
    for (const slot of this.#slots) {
      if (slot.cell === CELL_UNKNOWN) continue
      const dx = Math.abs((slot.cell % cellsX) - centreX)
      const dz = Math.abs(Math.floor(slot.cell / cellsX) - centreZ)
      if (dx > radius || dz > radius) this.#forget(slot)
    }
  }

  forgetAll(): void {
    for (const slot of this.#slots) if (slot.cell !== CELL_UNKNOWN) this.#forget(slot)
  }

  /** Reads one cell, column `cx`, row `cz`. */
  read(reader: ByteReader, cellsX: number, cx: number, cz: number): DecodeFault | undefined {
    const cell = cz * cellsX + cx
    const slot = this.#slots[(cz % BLOCK_SIDE_MAX) * BLOCK_SIDE_MAX + (cx % BLOCK_SIDE_MAX)]!
    const bits = reader.u8()
    if ((bits & ~CELL_BITS_MASK) !== 0) return 'cell_bits'
    if ((bits & CellBit.key) !== 0) {
      if ((bits & CELL_BITS_NOT_KEY) !== 0) return 'cell_bits'
      if (slot.cell !== CELL_UNKNOWN) this.#forget(slot)
      slot.cell = cell
    }
    if (slot.cell !== cell) return 'unknown_cell'
    return this.#readBody(reader, slot, bits)
  }

  /** Tick of the frame being read; projectiles count from it. */
  tick = 0

  #readBody(reader: ByteReader, slot: CellSlot, bits: number): DecodeFault | undefined {
    if (bits === 0 || bits === CellBit.key) return undefined
    let fault: DecodeFault | undefined
    if ((bits & CellBit.leaves) !== 0) fault = this.#readLeaves(reader, slot)
    if (fault === undefined && (bits & CellBit.updates) !== 0) {
      fault = this.#readUpdates(reader, slot)
    }
    if (fault === undefined && (bits & CellBit.enters) !== 0) fault = this.#readEnters(reader, slot)
    if (fault === undefined && (bits & CellBit.effects) !== 0)
      fault = this.#readEffects(reader, slot)
    if (fault === undefined && (bits & CellBit.projectiles) !== 0) {
      fault = this.#readProjectiles(reader, slot)
    }
    if (fault === undefined && (bits & CellBit.gone) !== 0) this.#readGone(reader, slot)
    if (fault === undefined && reader.failed) return 'truncated'
    return fault
  }

  #readLeaves(reader: ByteReader, slot: CellSlot): DecodeFault | undefined {
    const leaves = reader.varint()
    if (leaves > slot.count) return reader.failed ? 'truncated' : 'slot'
    for (let index = 0; index < leaves; index++) {
      const row = reader.varint()
      if (reader.failed) return 'truncated'
      if (row >= slot.count) return 'slot'
      this.#entities.leave(slot.members[row]!, slot.cell)
      slot.members[row] = slot.members[--slot.count]!
    }
    return undefined
  }

  #readUpdates(reader: ByteReader, slot: CellSlot): DecodeFault | undefined {
    const codesAt = reader.at
    const codeBytes = (slot.count + 1) >> 1
    if (reader.remaining < codeBytes) return 'truncated'
    const { bytes } = reader
    if ((slot.count & 1) === 1 && bytes[codesAt + codeBytes - 1]! > 0x0f) return 'code'
    reader.at = codesAt + codeBytes
    for (let row = 0; row < slot.count; row++) {
      const code = (bytes[codesAt + (row >> 1)]! >> ((row & 1) << 2)) & 0x0f
      if (code === 0) continue
      const fault = this.#readChange(reader, slot.members[row]!, code)
      if (fault !== undefined) return fault
    }
    return undefined
  }

  #readChange(reader: ByteReader, netId: number, code: number): DecodeFault | undefined {
    const entities = this.#entities
    const placeCode = code & ChangeCode.placeMask
    if (placeCode !== 0) {
      if (!this.#readPlace(reader, netId, placeCode)) return 'place'
      entities.convertPlace(netId)
    }
    if ((code & ChangeCode.yaw) !== 0) {
      entities.wire.yaw[netId] = reader.u8()
      entities.convertYaw(netId)
    }
    if ((code & ChangeCode.masked) !== 0) {
      const mask = reader.u8()
      const columns = entities.maskedColumns
      if (mask >> columns.length !== 0) return 'mask'
      for (let bit = 0; bit < columns.length; bit++) {
        if (((mask >> bit) & 1) !== 0) columns[bit]![netId] = reader.u8()
      }
      entities.convertFlags(netId)
    }
    return undefined
  }

  /** False when a delta leads out of the range of places. */
  #readPlace(reader: ByteReader, netId: number, placeCode: number): boolean {
    const { wire } = this.#entities
    if (placeCode === ChangeCode.placeFull) {
      wire.x[netId] = reader.u16()
      wire.z[netId] = reader.u16()
      return true
    }
    let dx: number
    let dz: number
    if (placeCode === ChangeCode.placeNibbles) {
      const both = reader.u8()
      dx = (both << 28) >> 28
      dz = (both << 24) >> 28
    } else {
      dx = reader.i8()
      dz = reader.i8()
    }
    const x = wire.x[netId]! + dx
    const z = wire.z[netId]! + dz
    if (x < 0 || x > 0xffff || z < 0 || z > 0xffff) return false
    wire.x[netId] = x
    wire.z[netId] = z
    return true
  }

  #readEnters(reader: ByteReader, slot: CellSlot): DecodeFault | undefined {
    const enters = reader.varint()
    if (slot.count + enters > SOLDIERS_MAX) return 'too_many'
    if (slot.count + enters > slot.members.length) growMembers(slot, slot.count + enters)
    const { columns } = this.#entities
    for (let index = 0; index < enters; index++) {
      const netId = reader.u16()
      if (netId >= SOLDIERS_MAX) return 'net_id'
      for (let field = 0; field < columns.length; field++) {
        columns[field]![netId] = ENTITY_TYPES[field] === 'u8' ? reader.u8() : reader.u16()
      }
      if (reader.failed) return 'truncated'
      slot.members[slot.count++] = netId
      this.#entities.enter(netId, slot.cell)
    }
    return undefined
  }

  #readEffects(reader: ByteReader, slot: CellSlot): DecodeFault | undefined {
    const count = reader.varint()
    for (let index = 0; index < count; index++) {
      if (!this.#effects.read(reader, this.#entities, slot.cell)) return 'effect_type'
      if (reader.failed) return 'truncated'
    }
    return undefined
  }

  #readProjectiles(reader: ByteReader, slot: CellSlot): DecodeFault | undefined {
    const count = reader.varint()
    for (let index = 0; index < count; index++) {
      if (!this.#projectiles.read(reader, slot.cell, this.tick)) return 'projectile'
      if (reader.failed) return 'truncated'
    }
    return undefined
  }

  #readGone(reader: ByteReader, slot: CellSlot): void {
    const count = reader.varint()
    for (let index = 0; index < count && !reader.failed; index++) {
      this.#projectiles.remove(reader.u16(), slot.cell)
    }
  }

  #forget(slot: CellSlot): void {
    for (let row = 0; row < slot.count; row++) {
      this.#entities.forget(slot.members[row]!, slot.cell)
    }
    this.#projectiles.removeCell(slot.cell)
    slot.cell = CELL_UNKNOWN
    slot.count = 0
  }
}

function growMembers(slot: CellSlot, count: number): void {
  const members = new Uint16Array(Math.max(count, slot.members.length * 2))
  members.set(slot.members.subarray(0, slot.count))
  slot.members = members
}
