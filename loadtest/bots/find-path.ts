/**
 * A short way around obstacles to a place without a flow field of its own (a fallen mate, a cover
 * spot): A* over the nav grid with a bound on work, because many bots ask it often. Long ways are
 * the flow fields' business.
 */
import { neighbourOf } from './flow-field.ts'
import { findFreeCell, navCellOf, type NavGrid } from './nav-grid.ts'

/** Cells looked at per search; beyond it there is "no short way" and the bot drops the idea. */
export const PATH_CELLS_MAX = 900

interface Place {
  readonly x: number
  readonly z: number
}

interface OpenCell {
  readonly cell: number
  readonly cost: number
  readonly guess: number
}

/** Cells from the first step to the goal, or undefined when there is no short way. */
export function findPath(grid: NavGrid, from: Place, to: Place): number[] | undefined {
  const start = findFreeCell(grid, from.x, from.z, 2)
  const goal = navCellOf(grid, to.x, to.z)
  if (start < 0 || grid.blocked[goal] !== 0) return undefined
  const cameFrom = new Map<number, number>([[start, -1]])
  const costs = new Map<number, number>([[start, 0]])
  const open: OpenCell[] = [{ cell: start, cost: 0, guess: guessCost(grid, start, goal) }]
  for (let looked = 0; looked < PATH_CELLS_MAX && open.length > 0; looked++) {
    const current = popCheapest(open)
    if (current.cell === goal) return walkBack(cameFrom, goal)
    if (current.cost > costs.get(current.cell)!) continue
    for (let side = 0; side < 8; side++) {
      const next = neighbourOf(grid, current.cell, side)
      if (next < 0) continue
      const cost = current.cost + (side < 4 ? 1 : Math.SQRT2)
      if (cost >= (costs.get(next) ?? Infinity)) continue
      costs.set(next, cost)
      cameFrom.set(next, current.cell)
      pushOpen(open, { cell: next, cost, guess: cost + guessCost(grid, next, goal) })
    }
  }
  return undefined
}

function guessCost(grid: NavGrid, cell: number, goal: number): number {
  const dx = Math.abs((cell % grid.cellsX) - (goal % grid.cellsX))
  const dz = Math.abs(Math.floor(cell / grid.cellsX) - Math.floor(goal / grid.cellsX))
  return Math.max(dx, dz) + (Math.SQRT2 - 1) * Math.min(dx, dz)
}

function walkBack(cameFrom: ReadonlyMap<number, number>, goal: number): number[] {
  const path: number[] = []
  for (let cell = goal; cell >= 0; cell = cameFrom.get(cell)!) path.push(cell)
  path.reverse()
  return path
}

/** Binary heap by `guess`, smallest first. */
function pushOpen(heap: OpenCell[], item: OpenCell): void {
  let at = heap.push(item) - 1
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (heap[parent]!.guess <= item.guess) break
    heap[at] = heap[parent]!
    at = parent
  }
  heap[at] = item
}

function popCheapest(heap: OpenCell[]): OpenCell {
  const top = heap[0]!
  const last = heap.pop()!
  if (heap.length === 0) return top
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && heap[child + 1]!.guess < heap[child]!.guess) child++
    if (heap[child]!.guess >= last.guess) break
    heap[at] = heap[child]!
    at = child
  }
  heap[at] = last
  return top
}
