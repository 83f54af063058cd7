/**
 * Encodes cells into the shared bytes: every changed cell once per send as a delta, and a keyframe
 * of a cell when the first viewer of this send needs one. Viewers copy the same bytes.
 *
 * Writes whatever has a code: who must wait in a crowd was held before (crowd-thinner.ts), has code
 * 0 and keeps its baseline.
 */
import { assert } from '@battalion/base/assert.ts'
import { ByteWriter } from './byte-writer.ts'
import type { CellMembers } from './cell-members.ts'
import type { EntityCapture } from './entity-capture.ts'
import { ChangeCode, ENTITY_FIELDS } from './fields.ts'
import { CellBit } from './frame-head.ts'
import type { PendingEffects } from './pending-effects.ts'
import type { ProjectileTracker } from './projectile-tracker.ts'
import { ENTITY_BYTES_MAX } from './wire-limits.ts'

const ENTITY_TYPES = Object.values(ENTITY_FIELDS)
/** Largest change of one soldier: place in full, yaw, mask and eight masked fields. */
const CHANGE_BYTES_MAX = 4 + 1 + 1 + 8

export interface CellSources {
  readonly members: CellMembers
  readonly entities: EntityCapture
  readonly effects: PendingEffects
  readonly projectiles: ProjectileTracker
}

export class CellWriter {
  readonly #writer: ByteWriter
  readonly #sources: CellSources
  /** Where the delta and the keyframe of a cell stand in the shared bytes. */
  readonly #deltaStart: Int32Array
  readonly #deltaEnd: Int32Array
  readonly #keyStart: Int32Array
  readonly #keyEnd: Int32Array
  /** Views of large ones, by cell, and the send they were made in. */
  readonly #deltaViews: (Uint8Array | undefined)[]
  readonly #keyViews: (Uint8Array | undefined)[]
  /** Send in which a cell's keyframe was encoded. */
  readonly #keySend: Uint32Array
  #send = 0
  keyCells = 0

  constructor(writer: ByteWriter, cellCount: number, sources: CellSources) {
    this.#writer = writer
    this.#sources = sources
    this.#deltaStart = new Int32Array(cellCount)
    this.#deltaEnd = new Int32Array(cellCount)
    this.#keyStart = new Int32Array(cellCount)
    this.#keyEnd = new Int32Array(cellCount)
    this.#deltaViews = Array.from({ length: cellCount }, () => undefined)
    this.#keyViews = Array.from({ length: cellCount }, () => undefined)
    this.#keySend = new Uint32Array(cellCount)
  }

  /**
   * Encodes the delta of every cell. The first shared byte is the delta of all that did not change.
   */
  encodeDeltas(): void {
    const writer = this.#writer
    this.#send++
    writer.reserve(1)
    const nothingAt = writer.at
    writer.u8(0)
    for (let cell = 0; cell < this.#deltaStart.length; cell++) {
      const bits = this.#deltaBits(cell)
      this.#deltaStart[cell] = bits === 0 ? nothingAt : writer.at
      if (bits !== 0) this.#writeDelta(cell, bits)
      this.#deltaEnd[cell] = bits === 0 ? nothingAt + 1 : writer.at
      this.#deltaViews[cell] = undefined
    }
  }

  /** Copies the delta of a cell into a frame. */
  composeDelta(writer: ByteWriter, cell: number): void {
    const start = this.#deltaStart[cell]!
    const end = this.#deltaEnd[cell]!
    const { bytes } = this.#writer
    if (!ByteWriter.isLarge(end - start)) writer.copy(bytes, start, end)
    else writer.copyView((this.#deltaViews[cell] ??= bytes.subarray(start, end)))
  }

  /** Copies the keyframe of a cell into a frame; the first of a send encodes it. */
  composeKey(writer: ByteWriter, cell: number): void {
    if (this.#keySend[cell] !== this.#send) this.#encodeKey(cell)
    const start = this.#keyStart[cell]!
    const end = this.#keyEnd[cell]!
    const { bytes } = this.#writer
    if (!ByteWriter.isLarge(end - start)) writer.copy(bytes, start, end)
    else writer.copyView((this.#keyViews[cell] ??= bytes.subarray(start, end)))
  }

  #encodeKey(cell: number): void {
    this.#keySend[cell] = this.#send
    this.#keyViews[cell] = undefined
    this.#keyStart[cell] = this.#writer.at
    this.#writeKey(cell)
    this.#keyEnd[cell] = this.#writer.at
    this.keyCells++
  }

  #deltaBits(cell: number): number {
    const { members, effects, projectiles } = this.#sources
    let bits = 0
    if (members.leaveCounts[cell] !== 0) bits |= CellBit.leaves
    if (members.enters[cell] !== 0) bits |= CellBit.enters
    if (this.#hasUpdates(cell)) bits |= CellBit.updates
    if (effects.counts[cell] !== 0) bits |= CellBit.effects
    if (projectiles.toldCount(cell) !== 0) bits |= CellBit.projectiles
    if (projectiles.goneCount(cell) !== 0) bits |= CellBit.gone
    return bits
  }

  #hasUpdates(cell: number): boolean {
    const { members, entities } = this.#sources
    const list = members.members[cell]!
    const oldCount = members.counts[cell]! - members.enters[cell]!
    for (let row = 0; row < oldCount; row++) if (entities.code[list[row]!] !== 0) return true
    return false
  }

  #writeDelta(cell: number, bits: number): void {
    const writer = this.#writer
    const { members, effects, projectiles } = this.#sources
    const count = members.counts[cell]!
    const oldCount = count - members.enters[cell]!
    writer.reserve(1)
    writer.u8(bits)
    if ((bits & CellBit.leaves) !== 0) this.#writeLeaves(cell)
    if ((bits & CellBit.updates) !== 0) this.#writeUpdates(cell, oldCount)
    if ((bits & CellBit.enters) !== 0) this.#writeMembers(cell, oldCount, count)
    if ((bits & CellBit.effects) !== 0) effects.write(writer, cell)
    if ((bits & CellBit.projectiles) !== 0) projectiles.writeTold(writer, cell)
    if ((bits & CellBit.gone) !== 0) projectiles.writeGone(writer, cell)
  }

  /** The state after this send's delta. */
  #writeKey(cell: number): void {
    const writer = this.#writer
    const { members, effects, projectiles } = this.#sources
    let bits: number = CellBit.key
    if (members.counts[cell] !== 0) bits |= CellBit.enters
    if (effects.counts[cell] !== 0) bits |= CellBit.effects
    if (projectiles.allCount(cell) !== 0) bits |= CellBit.projectiles
    writer.reserve(1)
    writer.u8(bits)
    if ((bits & CellBit.enters) !== 0) this.#writeMembers(cell, 0, members.counts[cell]!)
    if ((bits & CellBit.effects) !== 0) effects.write(writer, cell)
    if ((bits & CellBit.projectiles) !== 0) projectiles.writeAll(writer, cell)
  }

  #writeLeaves(cell: number): void {
    const writer = this.#writer
    const { members } = this.#sources
    const count = members.leaveCounts[cell]!
    writer.reserve(2 + 2 * count)
    writer.varint(count)
    let leave = members.leaveHead[cell]!
    for (let index = 0; index < count; index++) {
      assert(leave >= 0, 'every leave is in the chain')
      writer.varint(members.leaveRow[leave]!)
      leave = members.leaveNext[leave]!
    }
  }

  #writeMembers(cell: number, from: number, to: number): void {
    const writer = this.#writer
    const { members, entities } = this.#sources
    const list = members.members[cell]!
    const columns = entities.nextColumns
    writer.reserve(2 + (to - from) * ENTITY_BYTES_MAX)
    writer.varint(to - from)
    for (let row = from; row < to; row++) {
      const id = list[row]!
      writer.u16(id)
      for (let field = 0; field < columns.length; field++) {
        if (ENTITY_TYPES[field] === 'u8') writer.u8(columns[field]![id]!)
        else writer.u16(columns[field]![id]!)
      }
    }
  }

  #writeUpdates(cell: number, oldCount: number): void {
    const writer = this.#writer
    const { members, entities } = this.#sources
    const list = members.members[cell]!
    const codeBytes = (oldCount + 1) >> 1
    writer.reserve(codeBytes + oldCount * CHANGE_BYTES_MAX)
    const codesAt = writer.at
    writer.bytes.fill(0, codesAt, codesAt + codeBytes)
    writer.at += codeBytes
    for (let row = 0; row < oldCount; row++) {
      const id = list[row]!
      const code = entities.code[id]!
      if (code === 0) continue
      writer.bytes[codesAt + (row >> 1)]! |= code << ((row & 1) << 2)
      this.#writeChange(id, code)
    }
  }

  #writeChange(id: number, code: number): void {
    const writer = this.#writer
    const { entities } = this.#sources
    const { next, mirror } = entities
    const place = code & ChangeCode.placeMask
    if (place === ChangeCode.placeFull) {
      writer.u16(next.x[id]!)
      writer.u16(next.z[id]!)
    } else if (place !== 0) {
      const dx = next.x[id]! - mirror.x[id]!
      const dz = next.z[id]! - mirror.z[id]!
      if (place === ChangeCode.placeNibbles) writer.u8((dx & 0x0f) | ((dz & 0x0f) << 4))
      else {
        writer.u8(dx & 0xff)
        writer.u8(dz & 0xff)
      }
    }
    if ((code & ChangeCode.yaw) !== 0) writer.u8(next.yaw[id]!)
    if ((code & ChangeCode.masked) !== 0) this.#writeMasked(id)
  }

  #writeMasked(id: number): void {
    const writer = this.#writer
    const { entities } = this.#sources
    const mask = entities.changed[id]! & 0xff
    const columns = entities.nextMasked
    writer.u8(mask)
    for (let bit = 0; bit < columns.length; bit++) {
      if (((mask >> bit) & 1) !== 0) writer.u8(columns[bit]![id]!)
    }
  }
}
