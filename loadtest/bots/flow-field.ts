/**
 * Walking distance from every cell of the map to one goal, made once per goal and shared by all
 * bots of the process: following it is a look at eight neighbours. Dial's algorithm, integer costs
 * (5 straight, 7 diagonal), so a field costs some 60 ns a cell and nothing after.
 */
import { assert } from '@battalion/base/assert.ts'
import { findFreeCell, type NavGrid } from './nav-grid.ts'

const COST_STRAIGHT = 5
const COST_DIAGONAL = 7
const BUCKET_COUNT = COST_DIAGONAL + 1
/** "No way to the goal from here." */
export const FLOW_UNREACHABLE = 0xffff
/** Fields kept per map; at the limit the one longest unused is made anew when wanted again. */
export const FLOW_FIELDS_MAX = 32

/** Cost to the goal per cell, FLOW_UNREACHABLE where there is no way. */
export type FlowField = Uint16Array

const NEIGHBOUR_X = [1, -1, 0, 0, 1, 1, -1, -1]
const NEIGHBOUR_Z = [0, 0, 1, -1, 1, -1, 1, -1]

/** The field towards the free cell nearest to (x, z). */
export function createFlowField(grid: NavGrid, x: number, z: number): FlowField {
  const field = new Uint16Array(grid.blocked.length).fill(FLOW_UNREACHABLE)
  const goal = findFreeCell(grid, x, z, 64)
  if (goal < 0) return field
  const buckets: number[][] = Array.from({ length: BUCKET_COUNT }, () => [])
  field[goal] = 0
  buckets[0]!.push(goal)
  let pending = 1
  for (let cost = 0; pending > 0 && cost < FLOW_UNREACHABLE - COST_DIAGONAL; cost++) {
    const bucket = buckets[cost % BUCKET_COUNT]!
    pending -= bucket.length
    for (const cell of bucket) {
      if (field[cell] === cost) pending += relaxNeighbours({ grid, field, buckets }, cell, cost)
    }
    bucket.length = 0
  }
  assert(field[goal] === 0, 'the goal is where the field ends')
  return field
}

interface Relaxing {
  readonly grid: NavGrid
  readonly field: FlowField
  readonly buckets: number[][]
}

/** Offers `cost` + step to all free neighbours; answers how many took it. */
function relaxNeighbours({ grid, field, buckets }: Relaxing, cell: number, cost: number): number {
  let taken = 0
  for (let side = 0; side < 8; side++) {
    const next = neighbourOf(grid, cell, side)
    if (next < 0) continue
    const offered = cost + (side < 4 ? COST_STRAIGHT : COST_DIAGONAL)
    if (offered >= field[next]!) continue
    field[next] = offered
    buckets[offered % BUCKET_COUNT]!.push(next)
    taken++
  }
  return taken
}

/**
 * The free cell on `side` (0..7) of a free cell, −1 when blocked; diagonals need both corners free.
 * The rim of the grid is closed, so no index leaves it.
 */
export function neighbourOf(grid: NavGrid, cell: number, side: number): number {
  const cornerX = cell + NEIGHBOUR_X[side]!
  const rows = NEIGHBOUR_Z[side]! * grid.cellsX
  const next = cornerX + rows
  const { blocked } = grid
  if (blocked[next] !== 0) return -1
  if (side < 4) return next
  return blocked[cornerX] === 0 && blocked[cell + rows] === 0 ? next : -1
}

/** The neighbour nearest to the goal, the cell itself at the goal or where there is no way. */
export function stepAlong(grid: NavGrid, field: FlowField, cell: number): number {
  let best = cell
  let bestCost = field[cell]!
  for (let side = 0; side < 8; side++) {
    const next = neighbourOf(grid, cell, side)
    if (next < 0 || field[next]! >= bestCost) continue
    best = next
    bestCost = field[next]!
  }
  return best
}

/** Walking metres to the goal, Infinity when there is no way. */
export function flowMetres(grid: NavGrid, field: FlowField, cell: number): number {
  const cost = field[cell] ?? FLOW_UNREACHABLE
  return cost === FLOW_UNREACHABLE ? Infinity : (cost / COST_STRAIGHT) * grid.cellMetres
}

/** Fields of one map by goal, at most FLOW_FIELDS_MAX. */
export class FlowFields {
  readonly #grid: NavGrid
  readonly #fields = new Map<number, FlowField>()

  constructor(grid: NavGrid) {
    this.#grid = grid
  }

  get size(): number {
    return this.#fields.size
  }

  /** The field towards (x, z), made when first asked for; goals in one cell share it. */
  toward(x: number, z: number): FlowField {
    const goal = findFreeCell(this.#grid, x, z, 64)
    const known = this.#fields.get(goal)
    if (known !== undefined) return known
    if (this.#fields.size >= FLOW_FIELDS_MAX) {
      this.#fields.delete(this.#fields.keys().next().value!)
    }
    const made = createFlowField(this.#grid, x, z)
    this.#fields.set(goal, made)
    return made
  }
}
