/**
 * The soldiers a client sees, as columns by net id: what the wire said (`wire`, quantised) and the
 * same in metres and binary angles. Only `cell-decoder.ts` writes here. Values of a soldier that
 * left stay readable until its net id enters again, so that its last shot can still be drawn.
 */
import { SOLDIERS_MAX } from '@battalion/sim/limits.ts'
import { POSITION_STEPS_PER_METRE } from '@battalion/sim/limits.ts'
import { LifeState, SoldierFlag } from '@battalion/sim/world.ts'
import type { Column, Columns } from './fields.ts'
import { createColumns, ENTITY_FIELDS, listColumns, MASKED_FIELDS } from './fields.ts'

/** `cell` of a soldier that is not in sight. */
export const CELL_UNKNOWN = -1

export class DecodedEntities {
  /** As on the wire. */
  readonly wire: Columns<typeof ENTITY_FIELDS> = createColumns(ENTITY_FIELDS, SOLDIERS_MAX)
  /** Metres; exact multiples of 1/16. */
  readonly x = new Float32Array(SOLDIERS_MAX)
  readonly z = new Float32Array(SOLDIERS_MAX)
  /** Binary angle, multiples of 256. */
  readonly yaw = new Uint16Array(SOLDIERS_MAX)
  /** LifeState: alive or down. */
  readonly state = new Uint8Array(SOLDIERS_MAX)
  readonly hp = this.wire.hp
  /** Bits of SoldierFlag without `fired` and `hurt`. */
  readonly flags = this.wire.flags
  /** Weapon index in hand. */
  readonly weapon = this.wire.weapon
  readonly life = this.wire.life
  readonly team = this.wire.team
  readonly squad = this.wire.squad
  readonly classId = this.wire.classId
  /** Cell the soldier is in, −1 = not in sight. */
  readonly cell = new Int32Array(SOLDIERS_MAX).fill(CELL_UNKNOWN)

  /** Net ids in sight, rows 0..count-1, in no order. */
  readonly ids = new Uint16Array(SOLDIERS_MAX)
  count = 0
  /** Net ids that came into sight with the last frame, rows 0..enteredCount-1. */
  readonly entered = new Uint16Array(SOLDIERS_MAX)
  enteredCount = 0
  /** Net ids that left sight with the last frame, rows 0..leftCount-1. */
  readonly left = new Uint16Array(SOLDIERS_MAX)
  leftCount = 0

  readonly #columns: readonly Column[] = listColumns(ENTITY_FIELDS, this.wire)
  readonly #masked: readonly Column[] = listColumns(ENTITY_FIELDS, this.wire, MASKED_FIELDS)
  readonly #rowOf = new Uint16Array(SOLDIERS_MAX)
  /** Frame in which an id was last touched, and whether it was in sight before. */
  readonly #touchedFrame = new Uint32Array(SOLDIERS_MAX)
  readonly #wasKnown = new Uint8Array(SOLDIERS_MAX)
  readonly #touched = new Uint16Array(SOLDIERS_MAX)
  #touchedCount = 0
  /** Frame in which an id was last seen leaving a cell, and which. */
  readonly #leftFrame = new Uint32Array(SOLDIERS_MAX)
  readonly #leftCell = new Uint16Array(SOLDIERS_MAX)
  #frame = 0

  /** All fields in wire order, for the reader of a full record. */
  get columns(): readonly Column[] {
    return this.#columns
  }
  /** The fields behind the mask byte, by bit. */
  get maskedColumns(): readonly Column[] {
    return this.#masked
  }

  beginFrame(): void {
    this.#frame++
    this.#touchedCount = 0
    this.enteredCount = 0
    this.leftCount = 0
  }

  /** Puts a soldier, whose wire columns are written, into a cell. */
  enter(netId: number, cell: number): void {
    this.#touch(netId)
    this.cell[netId] = cell
    this.convertPlace(netId)
    this.convertYaw(netId)
    this.convertFlags(netId)
  }

  /** Takes a soldier out of a cell, unless it has meanwhile entered another. */
  leave(netId: number, cell: number): void {
    if (this.cell[netId] !== cell) return
    this.forget(netId, cell)
    this.#leftFrame[netId] = this.#frame
    this.#leftCell[netId] = cell
  }

  /** As `leave`, but without having seen it go. */
  forget(netId: number, cell: number): void {
    if (this.cell[netId] !== cell) return
    this.#touch(netId)
    this.cell[netId] = CELL_UNKNOWN
  }

  /** True when the soldier is in the cell, or was seen leaving it in this frame (WF14). */
  isWitnessed(netId: number, cell: number): boolean {
    if (this.cell[netId] === cell) return true
    return this.#leftFrame[netId] === this.#frame && this.#leftCell[netId] === cell
  }

  /** Works out who came and who went, from before the frame to after it. */
  endFrame(): void {
    for (let index = 0; index < this.#touchedCount; index++) {
      const netId = this.#touched[index]!
      const isKnown = this.cell[netId] !== CELL_UNKNOWN
      if (isKnown && this.#wasKnown[netId] === 0) this.#list(netId)
      if (!isKnown && this.#wasKnown[netId] === 1) this.#unlist(netId)
    }
  }

  convertPlace(netId: number): void {
    this.x[netId] = this.wire.x[netId]! / POSITION_STEPS_PER_METRE
    this.z[netId] = this.wire.z[netId]! / POSITION_STEPS_PER_METRE
  }

  convertYaw(netId: number): void {
    this.yaw[netId] = this.wire.yaw[netId]! << 8
  }

  convertFlags(netId: number): void {
    const isDown = (this.wire.flags[netId]! & SoldierFlag.down) !== 0
    this.state[netId] = isDown ? LifeState.down : LifeState.alive
  }

  #touch(netId: number): void {
    if (this.#touchedFrame[netId] === this.#frame) return
    this.#touchedFrame[netId] = this.#frame
    this.#wasKnown[netId] = this.cell[netId] === CELL_UNKNOWN ? 0 : 1
    this.#touched[this.#touchedCount++] = netId
  }

  #list(netId: number): void {
    this.#rowOf[netId] = this.count
    this.ids[this.count++] = netId
    this.entered[this.enteredCount++] = netId
  }

  #unlist(netId: number): void {
    const row = this.#rowOf[netId]!
    const last = this.ids[--this.count]!
    this.ids[row] = last
    this.#rowOf[last] = row
    this.left[this.leftCount++] = netId
  }
}
