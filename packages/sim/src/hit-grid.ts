/**
 * A fine grid over where bodies stand now, refilled by every step: which soldiers a shot, a blast
 * or a healing hand may reach. Rows of cells lie in one piece, so a query per row is one run of
 * ids. Holds no state: nothing in it survives the step.
 */
import { assert } from '@battalion/base/assert.ts'
import type { CompiledMap } from './compiled-map.ts'
import type { World } from './world.ts'
import { LifeState } from './world.ts'

/** Side of a cell (m). Smaller: more cells to clear each step. Larger: more bodies per ray. */
const HIT_CELL_METRES = 8

/** Bodies sorted by cell: those of cell c are members[start[c]] .. members[start[c + 1] - 1]. */
export interface HitGrid {
  readonly cellsX: number
  readonly cellsZ: number
  readonly start: Uint32Array
  readonly members: Uint16Array
  readonly cellOf: Int32Array
}

/** An empty grid over a map. */
export function createHitGrid(map: CompiledMap, capacity: number): HitGrid {
  const cellsX = Math.ceil(map.map.widthMetres / HIT_CELL_METRES)
  const cellsZ = Math.ceil(map.map.depthMetres / HIT_CELL_METRES)
  assert(cellsX > 0, 'the grid has columns')
  assert(cellsZ > 0, 'the grid has rows')
  return {
    cellsX,
    cellsZ,
    start: new Uint32Array(cellsX * cellsZ + 2),
    members: new Uint16Array(capacity),
    cellOf: new Int32Array(capacity),
  }
}

/** Sorts everybody on the field, alive or down, into the grid; ascending net id within a cell. */
export function fillHitGrid(world: World): void {
  const { soldiers, slotsUsed } = world
  const grid = world.scratch.hitGrid
  const { start, members, cellOf } = grid
  assert(members.length >= slotsUsed, 'the grid has room for everybody')
  start.fill(0)
  let count = 0
  for (let id = 0; id < slotsUsed; id++) {
    const state = soldiers.state[id]
    cellOf[id] = -1
    if (state !== LifeState.alive && state !== LifeState.down) continue
    const cell = cellOfBody(world, id)
    assert(cell >= 0 && cell < grid.cellsX * grid.cellsZ, 'a body is in a cell of the grid')
    cellOf[id] = cell
    start[cell + 2]!++
    count++
  }
  for (let cell = 2; cell < start.length; cell++) start[cell]! += start[cell - 1]!
  for (let id = 0; id < slotsUsed; id++) {
    const cell = cellOf[id]!
    if (cell >= 0) members[start[cell + 1]!++] = id
  }
  assert(start[grid.cellsX * grid.cellsZ] === count, 'everybody on the field is in the grid')
}

/** A number with a fraction passed to a function may become an object; an id does not. */
function cellOfBody(world: World, id: number): number {
  const { px, pz } = world.soldiers
  const { cellsX, cellsZ } = world.scratch.hitGrid
  const column = Math.min(Math.max(Math.floor(px[id]! / HIT_CELL_METRES), 0), cellsX - 1)
  const row = Math.min(Math.max(Math.floor(pz[id]! / HIT_CELL_METRES), 0), cellsZ - 1)
  return row * cellsX + column
}

/** Column of a place; outside counts to the border. */
export function hitColumn(grid: HitGrid, x: number): number {
  return Math.min(Math.max(Math.floor(x / HIT_CELL_METRES), 0), grid.cellsX - 1)
}

/** Row of a place; outside counts to the border. */
export function hitRow(grid: HitGrid, z: number): number {
  return Math.min(Math.max(Math.floor(z / HIT_CELL_METRES), 0), grid.cellsZ - 1)
}

/** North edge of a row (m). */
export function hitRowEdge(row: number): number {
  return row * HIT_CELL_METRES
}
