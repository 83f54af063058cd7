/**
 * Kills since the last send, told to all, and damage marks, told to the one who dealt or took the
 * damage. Fixed tables; what finds no room is dropped and counted.
 */
import { assert } from '@battalion/base/assert.ts'
import { NET_ID_NONE } from '@battalion/base/ids.ts'
import { angleOfVector } from '@battalion/base/trig-table.ts'
import { EventType, HitFlag } from '@battalion/sim/events.ts'
import type { ByteWriter } from './byte-writer.ts'
import { quantiseYaw } from './entity-capture.ts'
import { MarkFlag } from './frame-head.ts'
import type { EncoderCounters, SnapshotWorld } from './snapshot-world.ts'
import { KILLS_PER_SEND_MAX, MARKS_PER_FRAME_MAX, MARKS_PER_SEND_MAX } from './wire-limits.ts'

const NO_ROW = -1
/** Of a direction: fine beside the 1/256 turn that is told, and the widest map stays 31 bits. */
const UNITS_PER_METRE = 1024

export class PendingMarks {
  killCount = 0
  readonly #killActor = new Uint16Array(KILLS_PER_SEND_MAX)
  readonly #killTarget = new Uint16Array(KILLS_PER_SEND_MAX)
  readonly #killWeapon = new Uint8Array(KILLS_PER_SEND_MAX)
  readonly #flags = new Uint8Array(MARKS_PER_SEND_MAX)
  readonly #value = new Uint8Array(MARKS_PER_SEND_MAX)
  /** Dealt: target's net id. Taken: direction, 1/256 turn. */
  readonly #detail = new Uint16Array(MARKS_PER_SEND_MAX)
  readonly #next = new Int32Array(MARKS_PER_SEND_MAX)
  /** First and last mark of a soldier, and how many; by net id. */
  readonly #head: Int32Array
  readonly #tail: Int32Array
  readonly #counts: Uint16Array
  readonly #counters: EncoderCounters
  #count = 0
  /** Where the newest explosion of the step was (m): its hits follow it. */
  #blastX = 0
  #blastZ = 0

  constructor(capacity: number, counters: EncoderCounters) {
    this.#head = new Int32Array(capacity)
    this.#tail = new Int32Array(capacity)
    this.#counts = new Uint16Array(capacity)
    this.#counters = counters
  }

  clear(): void {
    this.killCount = 0
    this.#count = 0
    this.#counts.fill(0)
  }

  /** Takes row `row` of the world's events. */
  collect(world: SnapshotWorld, row: number): void {
    const { events } = world
    const type = events.type[row]!
    if (type === EventType.kill) this.#collectKill(world, row)
    else if (type === EventType.explosion) {
      this.#blastX = events.x[row]!
      this.#blastZ = events.z[row]!
    } else if (type === EventType.hit || type === EventType.armourHit) {
      this.#collectHit(world, row, type === EventType.armourHit ? MarkFlag.armour : 0)
    }
  }

  /** How many marks of a soldier the next frame tells. */
  countOf(netId: number): number {
    return Math.min(this.#counts[netId]!, MARKS_PER_FRAME_MAX)
  }

  /** Writes the marks of a soldier, count first. */
  writeMarks(writer: ByteWriter, netId: number): void {
    const count = this.countOf(netId)
    this.#counters.marksDropped += this.#counts[netId]! - count
    writer.varint(count)
    assert(count <= MARKS_PER_FRAME_MAX, 'the marks of a frame are bounded')
    let at = this.#head[netId]!
    for (let index = 0; index < count; index++) {
      writer.u8(this.#flags[at]!)
      writer.u8(this.#value[at]!)
      if ((this.#flags[at]! & MarkFlag.taken) !== 0) writer.u8(this.#detail[at]!)
      else writer.u16(this.#detail[at]!)
      at = this.#next[at]!
    }
  }

  writeKills(writer: ByteWriter): void {
    assert(this.killCount <= KILLS_PER_SEND_MAX, 'the kills of a send are bounded')
    writer.varint(this.killCount)
    for (let row = 0; row < this.killCount; row++) {
      writer.u16(this.#killActor[row]!)
      writer.u16(this.#killTarget[row]!)
      writer.u8(this.#killWeapon[row]!)
    }
  }

  #collectKill(world: SnapshotWorld, row: number): void {
    if (this.killCount >= KILLS_PER_SEND_MAX) {
      this.#counters.killsDropped++
      return
    }
    assert(row < world.events.count, 'a kill is an event of the step')
    assert(world.events.target[row] !== NET_ID_NONE, 'somebody was killed')
    const at = this.killCount++
    this.#killActor[at] = world.events.actor[row]!
    this.#killTarget[at] = world.events.target[row]!
    this.#killWeapon[at] = world.events.kind[row]!
  }

  #collectHit(world: SnapshotWorld, row: number, armour: number): void {
    const { events } = world
    const actor = events.actor[row]!
    const target = events.target[row]!
    const isBlast = (events.flags[row]! & HitFlag.explosion) !== 0
    const isLethal = (events.flags[row]! & HitFlag.lethal) !== 0
    const flags = armour | (isBlast ? MarkFlag.explosion : 0) | (isLethal ? MarkFlag.lethal : 0)
    const value = Math.min(Math.max(events.value[row]!, 0), 0xff)
    if (value === 0) return
    assert(target !== NET_ID_NONE, 'somebody was hit')
    assert(flags <= 0xff, 'flags fit a byte')
    const taken = this.#add(target, flags | MarkFlag.taken, value)
    if (taken !== NO_ROW) this.#detail[taken] = this.#direction(world, row, isBlast)
    if (actor === NET_ID_NONE || actor === target) return
    const dealt = this.#add(actor, flags, value)
    if (dealt !== NO_ROW) this.#detail[dealt] = target
  }

  #add(netId: number, flags: number, value: number): number {
    if (netId >= this.#counts.length || this.#count >= MARKS_PER_SEND_MAX) {
      this.#counters.marksDropped++
      return NO_ROW
    }
    const at = this.#count++
    assert(value >= 1 && value <= 0xff, 'a mark says how much, in a byte')
    this.#flags[at] = flags
    this.#value[at] = value
    if (this.#counts[netId]!++ === 0) this.#head[netId] = at
    else this.#next[this.#tail[netId]!] = at
    this.#tail[netId] = at
    this.#next[at] = NO_ROW
    return at
  }

  /** From the target to the blast or the shooter; 0 when the shooter has left. */
  #direction(world: SnapshotWorld, row: number, isBlast: boolean): number {
    const { px, pz } = world.soldiers
    const actor = world.events.actor[row]!
    const target = world.events.target[row]!
    if (!isBlast && actor === NET_ID_NONE) return 0
    assert(target < px.length, 'who was hit is a soldier')
    const fromX = isBlast ? this.#blastX : px[actor]!
    const fromZ = isBlast ? this.#blastZ : pz[actor]!
    // Whole numbers: where V8 does not inline the call, a fraction would be boxed for each hit.
    const dx = Math.round((fromX - px[target]!) * UNITS_PER_METRE)
    const dz = Math.round((fromZ - pz[target]!) * UNITS_PER_METRE)
    return quantiseYaw(angleOfVector(dx | 0, dz | 0))
  }
}
