/**
 * Gathers what the steps since the last send did: effects by cell, kills for all, damage marks by
 * soldier. Fixed tables; what finds no room is dropped and counted. Effects name only members of
 * their own cell, so nobody learns of a soldier outside his block (E-11).
 */
import { assert } from '@battalion/base/assert.ts'
import { NET_ID_NONE } from '@battalion/base/ids.ts'
import { angleOfVector } from '@battalion/base/trig-table.ts'
import { EventType, HitFlag } from '@battalion/sim/events.ts'
import { cellOfPosition } from '@battalion/sim/spatial-grid.ts'
import type { ByteWriter } from './byte-writer.ts'
import type { CellMembers } from './cell-members.ts'
import { quantisePlace } from './entity-capture.ts'
import type { EffectField } from './fields.ts'
import {
  createColumns,
  EFFECT_FIELDS,
  EFFECT_FORMS,
  EffectType,
  LENGTH_STEPS_PER_METRE,
  recordBytes,
} from './fields.ts'
import { EffectFlag } from './frame-head.ts'
import type { EncoderCounters, SnapshotWorld } from './snapshot-world.ts'
import { EFFECT_BYTES_MAX, EFFECTS_PER_CELL_MAX, EFFECTS_PER_SEND_MAX } from './wire-limits.ts'

const NO_ROW = -1

/** Which events of a step travel as effects. */
const EFFECT_OF_EVENT = new Uint8Array(32)
EFFECT_OF_EVENT[EventType.shot] = EffectType.shot
EFFECT_OF_EVENT[EventType.hit] = EffectType.hit
EFFECT_OF_EVENT[EventType.explosion] = EffectType.explosion
EFFECT_OF_EVENT[EventType.ability] = EffectType.ability
EFFECT_OF_EVENT[EventType.heal] = EffectType.heal
EFFECT_OF_EVENT[EventType.revive] = EffectType.revive
EFFECT_OF_EVENT[EventType.spawn] = EffectType.spawn

/** Bytes of an effect by type, its type byte included. */
const EFFECT_BYTES = EFFECT_FORMS.map((names) => 1 + recordBytes(EFFECT_FIELDS, [...names]))

/**
 * In which order effects are kept when bytes are short: first what changes the battle, then what
 * one sees (shots), last what the soldier's hp tells as well.
 */
const Rank = { first: 0, shot: 1, last: 2 } as const
const RANKS_COUNT = 3

export class PendingEffects {
  /** Effects of a cell in this send, and their bytes. */
  readonly counts: Uint16Array
  readonly byteCounts: Uint32Array
  readonly #type = new Uint8Array(EFFECTS_PER_SEND_MAX)
  readonly #columns = createColumns(EFFECT_FIELDS, EFFECTS_PER_SEND_MAX)
  readonly #next = new Int32Array(EFFECTS_PER_SEND_MAX)
  readonly #isKept = new Uint8Array(EFFECTS_PER_SEND_MAX)
  readonly #rankBytes = new Uint32Array(RANKS_COUNT)
  readonly #head: Int32Array
  readonly #tail: Int32Array
  readonly #counters: EncoderCounters
  #count = 0

  constructor(cellCount: number, counters: EncoderCounters) {
    this.counts = new Uint16Array(cellCount)
    this.byteCounts = new Uint32Array(cellCount)
    this.#head = new Int32Array(cellCount)
    this.#tail = new Int32Array(cellCount)
    this.#counters = counters
  }

  clear(): void {
    this.#count = 0
  }

  /** Takes row `row` of the world's events, if it is one that is seen. */
  collect(world: SnapshotWorld, row: number): void {
    const type = EFFECT_OF_EVENT[world.events.type[row]!]!
    if (type === 0) return
    if (this.#count >= EFFECTS_PER_SEND_MAX) {
      this.#counters.effectsDropped++
      return
    }
    const { events } = world
    assert(row < events.count, 'an effect comes from an event of the step')
    assert(type < EFFECT_FORMS.length, 'every effect has a form')
    const columns = this.#columns
    const at = this.#count++
    this.#type[at] = type
    columns.actor[at] = events.actor[row]!
    columns.target[at] = events.target[row]!
    columns.kind[at] = events.kind[row]!
    columns.value[at] = Math.min(Math.max(events.value[row]!, 0), 0xff)
    columns.flags[at] = effectFlags(events.flags[row]!)
    columns.x[at] = quantisePlace(events.x[row]!)
    columns.z[at] = quantisePlace(events.z[row]!)
    this.#takeRay(world, row, at)
  }

  /** Sorts the effects into the cells their soldiers are told in. */
  distribute(world: SnapshotWorld, members: CellMembers): void {
    this.counts.fill(0)
    this.byteCounts.fill(0)
    for (let at = 0; at < this.#count; at++) {
      const cell = this.#cellOfEffect(world, members, at)
      if (cell < 0) continue
      assert(cell < this.counts.length, 'an effect is told in a cell of the map')
      if (this.counts[cell]! >= EFFECTS_PER_CELL_MAX) {
        this.#counters.effectsDropped++
        continue
      }
      this.#append(cell, at)
    }
  }

  /**
   * Keeps so many bytes of a cell's effects, the important ones first; of equals every n-th, by
   * `turn`, so that nobody's shots are always the ones that go. Returns how many went.
   */
  thin(cell: number, bytesMax: number, turn: number): number {
    const count = this.counts[cell]!
    this.#rankBytes.fill(0)
    let at = this.#head[cell]!
    for (let index = 0; index < count; index++) {
      this.#rankBytes[this.#rankOf(at)]! += EFFECT_BYTES[this.#type[at]!]!
      this.#isKept[at] = 0
      at = this.#next[at]!
    }
    assert(bytesMax >= 0, 'no cell gets less than no bytes')
    let left = bytesMax
    for (let rank = 0; rank < RANKS_COUNT; rank++) left -= this.#keep(cell, rank, left, turn)
    assert(left >= 0, 'what is kept fits')
    this.#dropOthers(cell)
    assert(this.counts[cell]! <= count, 'thinning adds nothing')
    assert(this.byteCounts[cell]! <= bytesMax, 'what is kept has the bytes that were marked')
    return count - this.counts[cell]!
  }

  /** Marks those of a rank that fit; bytes of them. */
  // oxlint-disable-next-line max-params -- a part of `thin`, which has the names
  #keep(cell: number, rank: number, bytesMax: number, turn: number): number {
    const bytes = this.#rankBytes[rank]!
    if (bytes === 0 || bytesMax <= 0) return 0
    const stride = Math.ceil(bytes / bytesMax)
    assert(stride >= 1, 'of some, at least every one or every n-th is kept')
    let at = this.#head[cell]!
    let nth = turn % stride
    let kept = 0
    for (let index = 0; index < this.counts[cell]!; index++) {
      if (this.#rankOf(at) === rank && nth++ % stride === 0) {
        const cost = EFFECT_BYTES[this.#type[at]!]!
        if (kept + cost <= bytesMax) {
          this.#isKept[at] = 1
          kept += cost
        }
      }
      at = this.#next[at]!
    }
    return kept
  }

  #dropOthers(cell: number): void {
    const count = this.counts[cell]!
    let at = this.#head[cell]!
    this.counts[cell] = 0
    this.byteCounts[cell] = 0
    for (let index = 0; index < count; index++) {
      const next = this.#next[at]!
      if (this.#isKept[at] === 1) this.#append(cell, at)
      at = next
    }
  }

  #append(cell: number, at: number): void {
    if (this.counts[cell]!++ === 0) this.#head[cell] = at
    else this.#next[this.#tail[cell]!] = at
    this.#tail[cell] = at
    this.#next[at] = NO_ROW
    this.byteCounts[cell]! += EFFECT_BYTES[this.#type[at]!]!
  }

  #rankOf(at: number): number {
    const type = this.#type[at]!
    if (type === EffectType.shot) return Rank.shot
    const isHit = type === EffectType.hit
    if (isHit && (this.#columns.flags[at]! & EffectFlag.lethal) !== 0) return Rank.first
    return isHit || type === EffectType.heal ? Rank.last : Rank.first
  }

  /** Writes the effects of a cell, count first. */
  write(writer: ByteWriter, cell: number): void {
    const count = this.counts[cell]!
    assert(count <= EFFECTS_PER_CELL_MAX, 'the effects of a cell are bounded')
    writer.reserve(2 + count * EFFECT_BYTES_MAX)
    writer.varint(count)
    let at = this.#head[cell]!
    for (let index = 0; index < count; index++) {
      writer.u8(this.#type[at]!)
      for (const name of EFFECT_FORMS[this.#type[at]!]!) this.#writeField(writer, name, at)
      at = this.#next[at]!
    }
    assert(count === 0 || at === NO_ROW, 'the chain of a cell is as long as its count')
  }

  #writeField(writer: ByteWriter, name: EffectField, at: number): void {
    if (EFFECT_FIELDS[name] === 'u8') writer.u8(this.#columns[name][at]!)
    else writer.u16(this.#columns[name][at]!)
  }

  /** Angle and length of the drawn ray; a launch has no ray and keeps the angle it was given. */
  #takeRay(world: SnapshotWorld, row: number, at: number): void {
    const { events } = world
    const dx = events.x2[row]! - events.x[row]!
    const dz = events.z2[row]! - events.z[row]!
    const length = Math.round(Math.sqrt(dx * dx + dz * dz) * LENGTH_STEPS_PER_METRE)
    assert(Number.isFinite(length), 'a ray ends somewhere')
    this.#columns.length[at] = Math.min(length, 0xff)
    this.#columns.yaw[at] = length === 0 ? events.yaw[row]! : angleOfVector(dx, dz)
  }

  #cellOfEffect(world: SnapshotWorld, members: CellMembers, at: number): number {
    const type = this.#type[at]!
    if (type === EffectType.explosion) {
      const { x, z } = this.#columns
      return cellOfPosition(world.map, x[at]! / 16, z[at]! / 16)
    }
    const isDeed = type === EffectType.shot || type === EffectType.ability
    const subject = isDeed ? this.#columns.actor[at]! : this.#columns.target[at]!
    if (subject === NET_ID_NONE) return NO_ROW
    const cell = members.cellOf[subject]!
    return cell >= 0 ? cell : members.cellBefore[subject]!
  }
}

/** Only what everybody may know of a hit. */
function effectFlags(flags: number): number {
  const explosion = (flags & HitFlag.explosion) !== 0 ? EffectFlag.explosion : 0
  return explosion | ((flags & HitFlag.lethal) !== 0 ? EffectFlag.lethal : 0)
}
