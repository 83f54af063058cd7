/**
 * What changed of each soldier's own fields since the last send, found once per send column by
 * column: 15 comparisons per viewer, each through a function of the table, were more than half of
 * composing a frame. Who missed a send gets a fresh frame, so only the last send counts.
 */
import { assert } from '@battalion/base/assert.ts'
import { WEAPON_SLOTS } from '@battalion/sim/limits.ts'
import type { ByteWriter } from './byte-writer.ts'
import { OWN_FIELDS } from './own-fields.ts'
import type { OwnField } from './own-fields.ts'
import type { SnapshotWorld } from './snapshot-world.ts'

type UnsignedColumn = Uint8Array | Uint16Array | Uint32Array

/** Mask of a fresh frame. */
const ALL_FIELDS = (1 << OWN_FIELDS.length) - 1
const U16_MAX = 0xffff

export class OwnCapture {
  /** Mask of changed fields by net id. */
  readonly #changed: Uint16Array
  /** Fields as of this send, in table order, by net id; `until` fields as ticks, 0 = over. */
  readonly #told: readonly Uint32Array[]
  #tick = 0

  constructor(capacity: number) {
    this.#changed = new Uint16Array(capacity)
    this.#told = OWN_FIELDS.map(() => new Uint32Array(capacity))
  }

  /** Takes the world's state. */
  capture(world: SnapshotWorld): void {
    const { soldiers, slotsUsed, tick } = world
    assert(slotsUsed <= this.#changed.length, 'the world has not grown')
    this.#tick = tick
    this.#changed.fill(0)
    for (let bit = 0; bit < OWN_FIELDS.length; bit++) {
      const { name, type, per }: OwnField = OWN_FIELDS[bit]!
      const column = soldiers[name]
      if (per === 'weapon') this.#compareWeapons(bit, column, world)
      // Ticks are above 0, so a moment that has passed, or never comes, reads as 0.
      else this.#compare(bit, column, { count: slotsUsed, overUntil: type === 'until' ? tick : -1 })
    }
  }

  /** Writes mask and fields that the soldier's viewer does not know; false when there are none. */
  write(writer: ByteWriter, netId: number, isFresh: boolean): boolean {
    const mask = isFresh ? ALL_FIELDS : this.#changed[netId]!
    if (mask === 0) return false
    writer.u16(mask)
    for (let bit = 0; bit < OWN_FIELDS.length; bit++) {
      if (((mask >> bit) & 1) === 0) continue
      const value = this.#told[bit]![netId]!
      const { type } = OWN_FIELDS[bit]!
      if (type === 'u8') writer.u8(value)
      else if (type === 'u16') writer.u16(value)
      else writer.u16(value === 0 ? 0 : Math.min(value - this.#tick, U16_MAX))
    }
    return true
  }

  #compare(
    bit: number,
    column: UnsignedColumn,
    rows: { readonly count: number; readonly overUntil: number },
  ): void {
    const told = this.#told[bit]!
    const changed = this.#changed
    const { count, overUntil } = rows
    for (let id = 0; id < count; id++) {
      const value = column[id]! > overUntil ? column[id]! : 0
      if (value === told[id]) continue
      told[id] = value
      changed[id]! |= 1 << bit
    }
  }

  #compareWeapons(bit: number, column: UnsignedColumn, world: SnapshotWorld): void {
    const told = this.#told[bit]!
    const { slot } = world.soldiers
    for (let id = 0; id < world.slotsUsed; id++) {
      const value = column[id * WEAPON_SLOTS + slot[id]!]!
      if (value === told[id]) continue
      told[id] = value
      this.#changed[id]! |= 1 << bit
    }
  }
}
