/**
 * What clients know of things that fly. A projectile is told when it starts, when it changes cell
 * or no longer flies as told, and to who comes to see its cell; between that it needs no bytes.
 * "Gone" is told to the cell it was told in.
 */
import { assert } from '@battalion/base/assert.ts'
import { POSITION_STEPS_PER_METRE, PROJECTILES_MAX } from '@battalion/sim/limits.ts'
import { cellOfPosition } from '@battalion/sim/spatial-grid.ts'
import type { ByteWriter } from './byte-writer.ts'
import { quantisePlace } from './entity-capture.ts'
import type { Column } from './fields.ts'
import { createColumns, listColumns, PROJECTILE_FIELDS, SPEED_STEPS_PER_MPS } from './fields.ts'
import type { SnapshotWorld } from './snapshot-world.ts'
import { PROJECTILE_BYTES_MAX } from './wire-limits.ts'

const NO_CELL = -1
/** A projectile this far from where clients think it is (m, along one axis) is told again. */
const ERROR_METRES_MAX = 0.125
const TYPES = Object.values(PROJECTILE_FIELDS)

/** Lists of projectile indexes by cell; an index stands in one list of a kind at most once. */
class CellChains {
  readonly counts: Uint16Array
  readonly head: Int32Array
  readonly next = new Int32Array(PROJECTILES_MAX)

  constructor(cellCount: number) {
    this.counts = new Uint16Array(cellCount)
    this.head = new Int32Array(cellCount)
  }

  add(cell: number, index: number): void {
    assert(cell >= 0 && cell < this.counts.length, 'a projectile flies over a cell of the map')
    assert(index < PROJECTILES_MAX, 'a projectile has a place in the table')
    this.next[index] = this.head[cell]!
    this.head[cell] = index
    this.counts[cell]!++
  }
}

export class ProjectileTracker {
  /** All in a cell, those told with this send, those gone with it. */
  readonly #all: CellChains
  readonly #told: CellChains
  readonly #gone: CellChains
  /** Quantised as of this send. */
  readonly #columns = createColumns(PROJECTILE_FIELDS, PROJECTILES_MAX)
  readonly #list: readonly Column[] = listColumns(PROJECTILE_FIELDS, this.#columns)
  readonly #cellOf = new Int32Array(PROJECTILES_MAX).fill(NO_CELL)
  /** Place (1/16 m) and tick as told. */
  readonly #toldX = new Uint16Array(PROJECTILES_MAX)
  readonly #toldZ = new Uint16Array(PROJECTILES_MAX)
  readonly #toldTick = new Float64Array(PROJECTILES_MAX)

  constructor(cellCount: number) {
    this.#all = new CellChains(cellCount)
    this.#told = new CellChains(cellCount)
    this.#gone = new CellChains(cellCount)
  }

  update(world: SnapshotWorld): void {
    this.#all.counts.fill(0)
    this.#told.counts.fill(0)
    this.#gone.counts.fill(0)
    const { active } = world.projectiles
    for (let index = 0; index < PROJECTILES_MAX; index++) {
      if (active[index] === 0 && this.#cellOf[index] === NO_CELL) continue
      this.#updateOne(world, index)
    }
  }

  toldCount(cell: number): number {
    return this.#told.counts[cell]!
  }
  goneCount(cell: number): number {
    return this.#gone.counts[cell]!
  }
  allCount(cell: number): number {
    return this.#all.counts[cell]!
  }

  writeTold(writer: ByteWriter, cell: number): void {
    this.#writeRecords(writer, this.#told, cell)
  }

  writeAll(writer: ByteWriter, cell: number): void {
    this.#writeRecords(writer, this.#all, cell)
  }

  writeGone(writer: ByteWriter, cell: number): void {
    const count = this.#gone.counts[cell]!
    assert(count <= PROJECTILES_MAX, 'no more are gone than there can be')
    writer.reserve(2 + 2 * count)
    writer.varint(count)
    let index = this.#gone.head[cell]!
    for (let row = 0; row < count; row++) {
      writer.u16(index)
      index = this.#gone.next[index]!
    }
  }

  #updateOne(world: SnapshotWorld, index: number): void {
    const { projectiles, map } = world
    const cellBefore = this.#cellOf[index]!
    const isActive = projectiles.active[index] !== 0
    const cell = isActive
      ? cellOfPosition(map, projectiles.px[index]!, projectiles.pz[index]!)
      : NO_CELL
    if (cellBefore !== NO_CELL && cellBefore !== cell) this.#gone.add(cellBefore, index)
    this.#cellOf[index] = cell
    if (!isActive) return
    assert(cell !== NO_CELL, 'what flies is over some cell')
    this.#all.add(cell, index)
    const isOther = this.#capture(world, index)
    if (!isOther && cellBefore === cell && this.#fliesAsTold(world, index)) return
    this.#told.add(cell, index)
    this.#toldX[index] = this.#columns.x[index]!
    this.#toldZ[index] = this.#columns.z[index]!
    this.#toldTick[index] = world.tick
  }

  /** True while clients, who only add speed to place, are right. */
  #fliesAsTold(world: SnapshotWorld, index: number): boolean {
    const { vx, vz } = this.#columns
    assert(world.tick >= this.#toldTick[index]!, 'what was told was told before')
    const flownSec = (world.tick - this.#toldTick[index]!) / world.mode.tickRateHz
    const x =
      this.#toldX[index]! / POSITION_STEPS_PER_METRE + (vx[index]! / SPEED_STEPS_PER_MPS) * flownSec
    const z =
      this.#toldZ[index]! / POSITION_STEPS_PER_METRE + (vz[index]! / SPEED_STEPS_PER_MPS) * flownSec
    const errorX = Math.abs(x - world.projectiles.px[index]!)
    const errorZ = Math.abs(z - world.projectiles.pz[index]!)
    return errorX <= ERROR_METRES_MAX && errorZ <= ERROR_METRES_MAX
  }

  /** Quantises one; true when it is another one than before, or flies otherwise. */
  #capture(world: SnapshotWorld, index: number): boolean {
    const { projectiles, tick } = world
    const columns = this.#columns
    const vx = quantiseSpeed(projectiles.vx[index]!)
    const vz = quantiseSpeed(projectiles.vz[index]!)
    const isOther = columns.generation[index] !== projectiles.generation[index]
    const isTurned = columns.vx[index] !== vx || columns.vz[index] !== vz
    columns.generation[index] = projectiles.generation[index]!
    columns.weapon[index] = projectiles.weapon[index]!
    columns.team[index] = projectiles.team[index]!
    columns.x[index] = quantisePlace(projectiles.px[index]!)
    columns.z[index] = quantisePlace(projectiles.pz[index]!)
    columns.vx[index] = vx
    columns.vz[index] = vz
    const ticksLeft = projectiles.endTick[index]! - tick
    columns.ticksLeft[index] = Math.min(Math.max(ticksLeft, 0), 0xffff)
    return isOther || isTurned
  }

  #writeRecords(writer: ByteWriter, chains: CellChains, cell: number): void {
    const count = chains.counts[cell]!
    assert(count <= PROJECTILES_MAX, 'no more are told than there can be')
    writer.reserve(2 + count * PROJECTILE_BYTES_MAX)
    writer.varint(count)
    let index = chains.head[cell]!
    for (let row = 0; row < count; row++) {
      writer.u16(index)
      this.#writeFields(writer, index)
      index = chains.next[index]!
    }
  }

  #writeFields(writer: ByteWriter, index: number): void {
    for (let field = 0; field < TYPES.length; field++) {
      const value = this.#list[field]![index]!
      if (TYPES[field] === 'u8') writer.u8(value)
      else if (TYPES[field] === 'u16') writer.u16(value)
      else writer.i16(value)
    }
  }
}

/** Nearest 1/32 m/s within i16. */
function quantiseSpeed(metresPerSec: number): number {
  assert(Number.isFinite(metresPerSec), 'a speed is a number')
  const steps = Math.round(metresPerSec * SPEED_STEPS_PER_MPS)
  return Math.min(Math.max(steps, -0x8000), 0x7fff)
}
