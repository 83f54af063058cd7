/**
 * Who is in which cell as clients know it, and in what order: both ends keep the same lists, so
 * that the wire names soldiers by position. Leaving swaps the last member into the gap, entering
 * appends; in one send all leaves come before all enters (SPEC.md, section "Cells").
 */
import { assert } from '@battalion/base/assert.ts'
import { LifeState } from '@battalion/sim/world.ts'
import { CHANGED_ENTER_BIT } from './entity-capture.ts'
import type { SnapshotWorld } from './snapshot-world.ts'

const NO_CELL = -1
const NO_LEAVE = -1
/** First room for members of a cell; doubled when it runs out. */
const MEMBERS_START_COUNT = 16
const NOBODY = new Uint16Array(0)

export class CellMembers {
  /** Members of a cell, rows 0..counts[cell]-1; the last `enters[cell]` came with this send. */
  readonly members: Uint16Array[]
  readonly counts: Uint16Array
  readonly enters: Uint16Array
  /** First leave of a cell in this send, −1 = none; `leaveNext` goes on. */
  readonly leaveHead: Int32Array
  readonly leaveCounts: Uint16Array
  readonly leaveNext: Int32Array
  /** Row that was left, by leave. */
  readonly leaveRow: Uint16Array
  /** Cell of a net id as told with this send, and with the one before; −1 = none. */
  readonly cellOf: Int32Array
  readonly cellBefore: Int32Array
  readonly #rowOf: Uint16Array
  readonly #leaveTail: Int32Array
  #leaveTotal = 0

  constructor(cellCount: number, capacity: number) {
    this.members = Array.from({ length: cellCount }, () => NOBODY)
    this.counts = new Uint16Array(cellCount)
    this.enters = new Uint16Array(cellCount)
    this.leaveHead = new Int32Array(cellCount).fill(NO_LEAVE)
    this.#leaveTail = new Int32Array(cellCount)
    this.leaveCounts = new Uint16Array(cellCount)
    this.leaveNext = new Int32Array(capacity)
    this.leaveRow = new Uint16Array(capacity)
    this.cellOf = new Int32Array(capacity).fill(NO_CELL)
    this.cellBefore = new Int32Array(capacity).fill(NO_CELL)
    this.#rowOf = new Uint16Array(capacity)
  }

  /** Moves everybody to the cell the world says; `changed` tells who must enter anew. */
  update(world: SnapshotWorld, changed: Uint16Array): void {
    const { slotsUsed } = world
    const { cellOf } = this
    this.enters.fill(0)
    this.leaveHead.fill(NO_LEAVE)
    this.leaveCounts.fill(0)
    this.#leaveTotal = 0
    this.cellBefore.set(cellOf)
    for (let id = 0; id < slotsUsed; id++) {
      const told = cellOf[id]!
      if (told === NO_CELL) continue
      const mustEnter = (changed[id]! & CHANGED_ENTER_BIT) !== 0
      if (mustEnter || fieldCell(world, id) !== told) this.#leave(id, told)
    }
    for (let id = 0; id < slotsUsed; id++) {
      if (cellOf[id] !== NO_CELL) continue
      const cell = fieldCell(world, id)
      if (cell !== NO_CELL) this.#enter(id, cell)
    }
  }

  #leave(id: number, cell: number): void {
    const members = this.members[cell]!
    const row = this.#rowOf[id]!
    assert(members[row] === id, 'a soldier stands where its row says')
    const last = members[--this.counts[cell]!]!
    members[row] = last
    this.#rowOf[last] = row
    this.cellOf[id] = NO_CELL
    const leave = this.#leaveTotal++
    this.leaveRow[leave] = row
    this.leaveNext[leave] = NO_LEAVE
    if (this.leaveHead[cell] === NO_LEAVE) this.leaveHead[cell] = leave
    else this.leaveNext[this.#leaveTail[cell]!] = leave
    this.#leaveTail[cell] = leave
    this.leaveCounts[cell]!++
  }

  #enter(id: number, cell: number): void {
    assert(cell < this.counts.length, 'a soldier on the field is in a cell of the map')
    const row = this.counts[cell]!++
    if (row >= this.members[cell]!.length) this.#grow(cell)
    this.members[cell]![row] = id
    this.#rowOf[id] = row
    this.cellOf[id] = cell
    this.enters[cell]!++
  }

  #grow(cell: number): void {
    const old = this.members[cell]!
    const members = new Uint16Array(Math.max(MEMBERS_START_COUNT, old.length * 2))
    members.set(old)
    this.members[cell] = members
  }
}

/** The cell of a soldier that has a body, else −1. */
function fieldCell(world: SnapshotWorld, id: number): number {
  const state = world.soldiers.state[id]!
  if (state !== LifeState.alive && state !== LifeState.down) return NO_CELL
  return world.soldiers.cell[id]!
}
