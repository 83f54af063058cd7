/**
 * Where a soldier can walk: a grid over the map, one byte a cell. A cell is free when a body at its
 * centre touches no box; boxes are grown so that two free neighbours never have a wall between.
 * Immutable once made; shared by all bots of a process.
 */
import { assert } from '@battalion/base/assert.ts'
import type { BattleMap } from '@battalion/sim/balance.ts'

/** Cells of 1 m up to this many, 2 m beyond: 2 M cells are 2 MB and some 100 ms per flow field. */
export const NAV_CELLS_FINE_MAX = 2_000_000
/**
 * Room kept between a cell's centre and a box (m): the body's radius and a finger. Wider: a door of
 * 2 m may hold no free cell. Narrower: bots scrape along corners.
 */
const CLEARANCE_METRES = 0.42

export interface NavGrid {
  readonly cellMetres: number
  readonly cellsX: number
  readonly cellsZ: number
  /** 1 = blocked; length cellsX * cellsZ, row-major by z. */
  readonly blocked: Uint8Array
}

/** The grid of `map`. */
export function createNavGrid(map: BattleMap): NavGrid {
  const fine = map.widthMetres * map.depthMetres <= NAV_CELLS_FINE_MAX
  const cellMetres = fine ? 1 : 2
  const cellsX = Math.max(1, Math.floor(map.widthMetres / cellMetres))
  const cellsZ = Math.max(1, Math.floor(map.depthMetres / cellMetres))
  const grid = { cellMetres, cellsX, cellsZ, blocked: new Uint8Array(cellsX * cellsZ) }
  const grow = fine ? CLEARANCE_METRES : cellMetres / 2
  for (const box of map.boxes) blockBox(grid, box, grow)
  blockRim(grid)
  assert(
    grid.blocked.some((cell) => cell === 0),
    'a map has ground to walk on',
  )
  return grid
}

/** The outermost cells are closed, so that every free cell has eight neighbours. */
function blockRim({ cellsX, cellsZ, blocked }: NavGrid): void {
  blocked.fill(1, 0, cellsX)
  blocked.fill(1, (cellsZ - 1) * cellsX)
  for (let cz = 0; cz < cellsZ; cz++) {
    blocked[cz * cellsX] = 1
    blocked[(cz + 1) * cellsX - 1] = 1
  }
}

interface Box {
  readonly x: number
  readonly z: number
  readonly width: number
  readonly depth: number
}

/** Blocks every cell whose centre lies in the grown box. */
function blockBox(grid: NavGrid, box: Box, grow: number): void {
  const { cellMetres, cellsX, cellsZ, blocked } = grid
  const first = (edge: number) => Math.max(0, Math.ceil((edge - grow) / cellMetres - 0.5))
  const last = (edge: number, cells: number) =>
    Math.min(cells - 1, Math.floor((edge + grow) / cellMetres - 0.5))
  const lastX = last(box.x + box.width, cellsX)
  const lastZ = last(box.z + box.depth, cellsZ)
  for (let cz = first(box.z); cz <= lastZ; cz++) {
    const firstX = first(box.x)
    if (firstX <= lastX) blocked.fill(1, cz * cellsX + firstX, cz * cellsX + lastX + 1)
  }
}

/** The cell of a place; places outside count to the nearest cell. */
export function navCellOf(grid: NavGrid, x: number, z: number): number {
  const cx = Math.min(Math.max(Math.floor(x / grid.cellMetres), 0), grid.cellsX - 1)
  const cz = Math.min(Math.max(Math.floor(z / grid.cellMetres), 0), grid.cellsZ - 1)
  return cz * grid.cellsX + cx
}

/** Centre of a cell along x (m). */
export function navCellX(grid: NavGrid, cell: number): number {
  return ((cell % grid.cellsX) + 0.5) * grid.cellMetres
}

/** Centre of a cell along z (m). */
export function navCellZ(grid: NavGrid, cell: number): number {
  return (Math.floor(cell / grid.cellsX) + 0.5) * grid.cellMetres
}

export function isWalkable(grid: NavGrid, x: number, z: number): boolean {
  if (x < 0 || z < 0) return false
  if (x >= grid.cellsX * grid.cellMetres || z >= grid.cellsZ * grid.cellMetres) return false
  return grid.blocked[navCellOf(grid, x, z)] === 0
}

/** The nearest free cell to a place within `ringsMax` cells, −1 when there is none. */
export function findFreeCell(grid: NavGrid, x: number, z: number, ringsMax = 8): number {
  const start = navCellOf(grid, x, z)
  if (grid.blocked[start] === 0) return start
  const startX = start % grid.cellsX
  const startZ = Math.floor(start / grid.cellsX)
  for (let ring = 1; ring <= ringsMax; ring++) {
    const found = findFreeOnRing(grid, startX, startZ, ring)
    if (found >= 0) return found
  }
  return -1
}

function findFreeOnRing(grid: NavGrid, startX: number, startZ: number, ring: number): number {
  let best = -1
  let bestSquare = Infinity
  for (let dz = -ring; dz <= ring; dz++) {
    const step = Math.abs(dz) === ring ? 1 : 2 * ring
    for (let dx = -ring; dx <= ring; dx += step) {
      const cx = startX + dx
      const cz = startZ + dz
      if (cx < 0 || cz < 0 || cx >= grid.cellsX || cz >= grid.cellsZ) continue
      const cell = cz * grid.cellsX + cx
      if (grid.blocked[cell] !== 0 || dx * dx + dz * dz >= bestSquare) continue
      best = cell
      bestSquare = dx * dx + dz * dz
    }
  }
  return best
}

/** Whether one can walk straight from a to b (m): every half cell on the line is free. */
export function canWalkStraight(
  grid: NavGrid,
  from: { readonly x: number; readonly z: number },
  toX: number,
  toZ: number,
): boolean {
  const dx = toX - from.x
  const dz = toZ - from.z
  const steps = Math.ceil((Math.hypot(dx, dz) / grid.cellMetres) * 2)
  for (let step = 1; step <= steps; step++) {
    const share = step / steps
    if (!isWalkable(grid, from.x + dx * share, from.z + dz * share)) return false
  }
  return true
}
