/**
 * Things that fly in sight, as columns by projectile index. The wire tells a projectile when it
 * starts, comes into sight, changes cell or comes to rest; between that it flies on by itself:
 * position at tick t = x + vx * (t − tick) * seconds per tick.
 */
import { POSITION_STEPS_PER_METRE, PROJECTILES_MAX } from '@battalion/sim/limits.ts'
import type { ByteReader } from './byte-reader.ts'
import { CELL_UNKNOWN } from './decoded-entities.ts'
import type { Column } from './fields.ts'
import { createColumns, listColumns, PROJECTILE_FIELDS, SPEED_STEPS_PER_MPS } from './fields.ts'

const TYPES = Object.values(PROJECTILE_FIELDS)

export class DecodedProjectiles {
  /** As on the wire. */
  readonly wire = createColumns(PROJECTILE_FIELDS, PROJECTILES_MAX)
  /** Tells two uses of one index apart. */
  readonly generation = this.wire.generation
  readonly weapon = this.wire.weapon
  readonly team = this.wire.team
  /** Place (m) and speed (m/s) at `tick`. */
  readonly x = new Float32Array(PROJECTILES_MAX)
  readonly z = new Float32Array(PROJECTILES_MAX)
  readonly vx = new Float32Array(PROJECTILES_MAX)
  readonly vz = new Float32Array(PROJECTILES_MAX)
  /** Tick of the frame that told it. */
  readonly tick = new Float64Array(PROJECTILES_MAX)
  /** Tick at which it goes off or is spent. */
  readonly endTick = new Float64Array(PROJECTILES_MAX)
  /** Cell it was told in, −1 = not in sight. */
  readonly cell = new Int32Array(PROJECTILES_MAX).fill(CELL_UNKNOWN)
  /** Indexes in sight, rows 0..count-1, in no order. */
  readonly ids = new Uint16Array(PROJECTILES_MAX)
  count = 0

  readonly #columns: readonly Column[] = listColumns(PROJECTILE_FIELDS, this.wire)
  readonly #rowOf = new Uint16Array(PROJECTILES_MAX)

  /** Reads one record; false when its index is out of range. */
  read(reader: ByteReader, cell: number, tick: number): boolean {
    const index = reader.u16()
    if (index >= PROJECTILES_MAX) return false
    for (let field = 0; field < TYPES.length; field++) {
      const type = TYPES[field]!
      if (type === 'u8') this.#columns[field]![index] = reader.u8()
      else this.#columns[field]![index] = type === 'u16' ? reader.u16() : reader.i16()
    }
    if (reader.failed) return true
    if (this.cell[index] === CELL_UNKNOWN) {
      this.#rowOf[index] = this.count
      this.ids[this.count++] = index
    }
    this.cell[index] = cell
    this.x[index] = this.wire.x[index]! / POSITION_STEPS_PER_METRE
    this.z[index] = this.wire.z[index]! / POSITION_STEPS_PER_METRE
    this.vx[index] = this.wire.vx[index]! / SPEED_STEPS_PER_MPS
    this.vz[index] = this.wire.vz[index]! / SPEED_STEPS_PER_MPS
    this.tick[index] = tick
    this.endTick[index] = tick + this.wire.ticksLeft[index]!
    return true
  }

  /** Forgets a projectile, unless another cell has told it meanwhile. */
  remove(index: number, cell: number): void {
    if (index >= PROJECTILES_MAX || this.cell[index] !== cell) return
    this.cell[index] = CELL_UNKNOWN
    const row = this.#rowOf[index]!
    const last = this.ids[--this.count]!
    this.ids[row] = last
    this.#rowOf[last] = row
  }

  /** Forgets all of a cell. */
  removeCell(cell: number): void {
    for (let row = this.count - 1; row >= 0; row--) this.remove(this.ids[row]!, cell)
  }
}
