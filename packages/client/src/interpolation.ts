/**
 * The recent past of everybody in sight, as rows of typed arrays (one per snapshot), and the answer
 * to "where was each at view tick T". Between two snapshots places are linear, exactly as the
 * server's rewind reads its history. Who is in only one of two rows, or has another life in the
 * second, is never smeared across: it stands where it is known until the later row is due.
 *
 * Reads no clock; `sampleInto` allocates nothing. Rows grow with the highest net id seen.
 */
import { assert } from '@battalion/base/assert.ts'
import { angleDifference } from '@battalion/base/trig-table.ts'
import { SOLDIERS_MAX } from '@battalion/sim/limits.ts'
import { type InterpolatedEntities, Tier } from './interpolated-entities.ts'

/** Snapshots remembered: the longest delay at 40 Hz. Older ones are overwritten. */
export const HISTORY_ROWS = 16
/** Net ids covered at the start; doubled when a higher one comes into sight. */
const CAPACITY_START = 64

/** Soldiers by net id, as a decoder holds them. */
export interface SeenSoldiers {
  readonly x: ArrayLike<number>
  readonly z: ArrayLike<number>
  readonly yaw: ArrayLike<number>
  readonly life: ArrayLike<number>
  readonly team: ArrayLike<number>
  readonly classId: ArrayLike<number>
  readonly weapon: ArrayLike<number>
  readonly hp: ArrayLike<number>
  readonly flags: ArrayLike<number>
  /** Net ids in sight, rows 0..count-1. */
  readonly ids: ArrayLike<number>
  readonly count: number
}

interface Columns {
  /** Index = row * capacity + netId. `mark` is 1 where the soldier was in that snapshot. */
  readonly mark: Uint8Array
  readonly x: Float32Array
  readonly z: Float32Array
  readonly yaw: Uint16Array
  readonly life: Uint8Array
  readonly weapon: Uint8Array
  readonly hp: Uint8Array
  readonly flags: Uint8Array
  readonly team: Uint8Array
  readonly classId: Uint8Array
}

export class SnapshotHistory {
  #capacity = CAPACITY_START
  #columns = createColumns(CAPACITY_START)
  readonly #ticks = new Float64Array(HISTORY_ROWS).fill(Number.NaN)
  /** Rows ever begun; the newest is (count − 1) % HISTORY_ROWS. */
  #count = 0
  #idEnd = 0
  /** What `sampleInto` works on: starts of two rows, and the way between them. */
  #from = 0
  #to = 0
  #share = 0

  /** Remembers everybody in sight at `tick`. */
  record(tick: number, soldiers: SeenSoldiers): void {
    const row = this.#count % HISTORY_ROWS
    this.#ticks[row] = tick
    this.#count++
    this.#columns.mark.fill(0, row * this.#capacity, (row + 1) * this.#capacity)
    for (let index = 0; index < soldiers.count; index++) {
      this.#recordOne(row, soldiers.ids[index]!, soldiers)
    }
  }

  /** Appends everybody as of `viewTick` to `out`, but `skipNetId`. */
  sampleInto(out: InterpolatedEntities, viewTick: number, skipNetId: number): void {
    if (this.#count === 0) return
    const later = this.#findLaterRow(viewTick)
    const earlier = later > this.#oldest() ? later - 1 : later
    const from = this.#ticks[earlier % HISTORY_ROWS]!
    const to = this.#ticks[later % HISTORY_ROWS]!
    this.#share = to > from ? Math.min(1, Math.max(0, (viewTick - from) / (to - from))) : 1
    this.#from = (earlier % HISTORY_ROWS) * this.#capacity
    this.#to = (later % HISTORY_ROWS) * this.#capacity
    for (let netId = 0; netId < this.#idEnd; netId++) {
      if (netId !== skipNetId) this.#sampleOne(out, netId)
    }
  }

  /** Tick of the oldest row, Infinity without one. */
  get oldestTick(): number {
    return this.#count === 0 ? Infinity : this.#ticks[this.#oldest() % HISTORY_ROWS]!
  }

  /** Forgets all rows. */
  clear(): void {
    this.#count = 0
    this.#idEnd = 0
    this.#ticks.fill(Number.NaN)
    this.#columns.mark.fill(0)
  }

  /** The first row not older than `viewTick`, else the newest. */
  #findLaterRow(viewTick: number): number {
    const newest = this.#count - 1
    for (let row = this.#oldest(); row < newest; row++) {
      if (this.#ticks[row % HISTORY_ROWS]! >= viewTick) return row
    }
    return newest
  }

  #oldest(): number {
    return Math.max(0, this.#count - HISTORY_ROWS)
  }

  #sampleOne(out: InterpolatedEntities, netId: number): void {
    const columns = this.#columns
    const share = this.#share
    const from = this.#from + netId
    const to = this.#to + netId
    const isInLater = columns.mark[to] !== 0
    const isInEarlier = columns.mark[from] !== 0
    const isWhole = isInEarlier && isInLater && columns.life[from] === columns.life[to]
    // In one row only, or two lives: the later row counts from its own tick on, not before.
    if (!isWhole && !(share >= 1 ? isInLater : isInEarlier)) return
    const source = share >= 1 ? to : from
    const row = appendRow(out, netId)
    if (row < 0) return
    const x = columns.x[source]!
    const z = columns.z[source]!
    const yaw = columns.yaw[source]!
    out.x[row] = isWhole ? lerp(columns.x[from]!, columns.x[to]!, share) : x
    out.z[row] = isWhole ? lerp(columns.z[from]!, columns.z[to]!, share) : z
    out.yaw[row] = isWhole ? turn(columns.yaw[from]!, columns.yaw[to]!, share) : yaw
    out.team[row] = columns.team[source]!
    out.classId[row] = columns.classId[source]!
    out.weapon[row] = columns.weapon[source]!
    out.hp[row] = columns.hp[source]!
    out.flags[row] = columns.flags[source]!
    out.life[row] = columns.life[source]!
    out.tier[row] = Tier.near
  }

  #recordOne(row: number, netId: number, soldiers: SeenSoldiers): void {
    assert(netId < SOLDIERS_MAX, 'a soldier has a net id below the limit')
    if (netId >= this.#capacity) this.#grow(netId)
    const columns = this.#columns
    const index = row * this.#capacity + netId
    this.#idEnd = Math.max(this.#idEnd, netId + 1)
    columns.mark[index] = 1
    columns.x[index] = soldiers.x[netId]!
    columns.z[index] = soldiers.z[netId]!
    columns.yaw[index] = soldiers.yaw[netId]!
    columns.life[index] = soldiers.life[netId]!
    columns.weapon[index] = soldiers.weapon[netId]!
    columns.hp[index] = soldiers.hp[netId]!
    columns.flags[index] = soldiers.flags[netId]!
    columns.team[index] = soldiers.team[netId]!
    columns.classId[index] = soldiers.classId[netId]!
  }

  #grow(netId: number): void {
    let capacity = this.#capacity
    while (capacity <= netId) capacity *= 2
    const grown = createColumns(capacity)
    for (const name of Object.keys(grown) as (keyof Columns)[]) {
      for (let row = 0; row < HISTORY_ROWS; row++) {
        const start = row * this.#capacity
        grown[name].set(this.#columns[name].subarray(start, start + this.#capacity), row * capacity)
      }
    }
    this.#capacity = capacity
    this.#columns = grown
  }
}

/** Takes the next row of `out` for `netId`; −1 when it is full or has him already. */
export function appendRow(out: InterpolatedEntities, netId: number): number {
  if (out.count >= out.netId.length || out.rowOf[netId] !== -1) return -1
  const row = out.count++
  out.netId[row] = netId
  out.rowOf[netId] = row
  return row
}

/** Empties `out` for the next sample. */
export function clearSample(out: InterpolatedEntities): void {
  for (let row = 0; row < out.count; row++) out.rowOf[out.netId[row]!] = -1
  out.count = 0
  out.projectiles.count = 0
}

function lerp(from: number, to: number, share: number): number {
  return from + (to - from) * share
}

function turn(from: number, to: number, share: number): number {
  return Math.round(from + angleDifference(from, to) * share) & 0xffff
}

function createColumns(capacity: number): Columns {
  const length = capacity * HISTORY_ROWS
  return {
    mark: new Uint8Array(length),
    x: new Float32Array(length),
    z: new Float32Array(length),
    yaw: new Uint16Array(length),
    life: new Uint8Array(length),
    weapon: new Uint8Array(length),
    hp: new Uint8Array(length),
    flags: new Uint8Array(length),
    team: new Uint8Array(length),
    classId: new Uint8Array(length),
  }
}
