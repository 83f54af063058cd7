/**
 * Finds what lies indoors: walls are thickened until their doors close, the outside is flooded from
 * the map's edge, and what stays dry is floor. Pure; only for painting, the rules know no rooms.
 */
import type { BattleMap } from '@battalion/sim/balance.ts'

/** Widest door or window that still counts as closed (m): twice the thickening. */
const THICKEN_METRES = 3
/** Cells of a map at one metre each; larger maps get coarser cells. */
const CELLS_PER_SIDE_MAX = 1024

export interface FloorPlan {
  readonly columns: number
  readonly rows: number
  readonly cellMetres: number
  /** 1 = floor; row-major. */
  readonly cells: Uint8Array
}

const OPEN = 0
const WALL = 1
const OUTSIDE = 2

export function buildFloorPlan(map: BattleMap): FloorPlan {
  const longest = Math.max(map.widthMetres, map.depthMetres)
  const cellMetres = Math.max(1, longest / CELLS_PER_SIDE_MAX)
  const columns = Math.ceil(map.widthMetres / cellMetres)
  const rows = Math.ceil(map.depthMetres / cellMetres)
  const plan = { columns, rows, cellMetres, cells: new Uint8Array(columns * rows) }
  markWalls(plan, map)
  floodOutside(plan)
  return { ...plan, cells: growFloor(plan) }
}

function markWalls(plan: FloorPlan, map: BattleMap): void {
  for (const { kind, x, z, width, depth } of map.boxes) {
    if (kind !== 'wall') continue
    const right = toCell(plan.columns, (x + width + THICKEN_METRES) / plan.cellMetres)
    const bottom = toCell(plan.rows, (z + depth + THICKEN_METRES) / plan.cellMetres)
    const left = toCell(plan.columns, (x - THICKEN_METRES) / plan.cellMetres)
    for (
      let row = toCell(plan.rows, (z - THICKEN_METRES) / plan.cellMetres);
      row <= bottom;
      row++
    ) {
      plan.cells.fill(WALL, row * plan.columns + left, row * plan.columns + right + 1)
    }
  }
}

function toCell(count: number, value: number): number {
  return Math.min(count - 1, Math.max(0, Math.floor(value)))
}

function floodOutside({ columns, rows, cells }: FloorPlan): void {
  const stack: number[] = []
  const visit = (index: number): void => {
    if (cells[index] !== OPEN) return
    cells[index] = OUTSIDE
    stack.push(index)
  }
  for (let column = 0; column < columns; column++) {
    visit(column)
    visit((rows - 1) * columns + column)
  }
  for (let row = 0; row < rows; row++) {
    visit(row * columns)
    visit(row * columns + columns - 1)
  }
  while (stack.length > 0) {
    const index = stack.pop()!
    const column = index % columns
    if (column > 0) visit(index - 1)
    if (column < columns - 1) visit(index + 1)
    if (index >= columns) visit(index - columns)
    if (index < (rows - 1) * columns) visit(index + columns)
  }
}

/** Gives the rooms back what the thickening took. */
function growFloor({ columns, rows, cellMetres, cells }: FloorPlan): Uint8Array {
  const reach = Math.round((THICKEN_METRES + 0.6) / cellMetres)
  const grown = new Uint8Array(cells.length)
  for (let index = 0; index < cells.length; index++) {
    if (cells[index] !== OPEN) continue
    const column = index % columns
    const row = Math.floor(index / columns)
    const left = Math.max(0, column - reach)
    const right = Math.min(columns - 1, column + reach)
    for (let y = Math.max(0, row - reach); y <= Math.min(rows - 1, row + reach); y++) {
      grown.fill(1, y * columns + left, y * columns + right + 1)
    }
  }
  return grown
}
