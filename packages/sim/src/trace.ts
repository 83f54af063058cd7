/**
 * What a straight line meets: walls from the compiled map, bodies from the fine grid. Bodies are
 * taken where they were at the trace's view time; the grid, which knows only the present, is asked
 * with a margin of what anybody can have moved since.
 */
import { assert } from '@battalion/base/assert.ts'
import { NET_ID_NONE } from '@battalion/base/ids.ts'
import type { CompiledMap } from './compiled-map.ts'
import { hitColumn, hitRow, hitRowEdge } from './hit-grid.ts'
import { REWIND_MS_MAX, SOLDIER_RADIUS_METRES, SOLDIER_SPEED_MPS_MAX } from './limits.ts'
import type { Line } from './raycast.ts'
import { Segment, isCoverOn, shortenToWall } from './raycast.ts'
import type { PastSoldier } from './rewind.ts'
import { findPastSoldier } from './rewind.ts'
import type { World } from './world.ts'
import { LifeState } from './world.ts'

/** Cover protects a crouched soldier that stands within this far behind it (m). */
export const COVER_REACH_METRES = 1.5

/** How far a body may be from where the shooter saw it, with its own width (m). */
const TRACE_MARGIN_METRES =
  (SOLDIER_SPEED_MPS_MAX * REWIND_MS_MAX) / 1000 + SOLDIER_RADIUS_METRES + 0.25
/** Directions flatter than this cross no row border worth dividing for. */
const FLAT_DIRECTION = 1e-6

/** One line through the world; `hit…` are filled by {@link traceSoldiers}. */
export class Trace implements Line {
  x = 0
  z = 0
  dirX = 1
  dirZ = 0
  range = 0
  /** View time, eighths of a tick. */
  eighths = 0
  /** Passed over: the one who fires. */
  actor: number = NET_ID_NONE
  /** Passed over, unless `hitsOwnTeam`. */
  team = 0
  hitsOwnTeam = false
  /** Nearest body met, NET_ID_NONE = none, and how far along the line. */
  hitNetId: number = NET_ID_NONE
  hitDistance = 0
  /** How far along the line the body at hand is met, -1 when it is passed by. */
  bodyDistance = -1
}

/** From where low cover is looked for, and to where. */
const segment = new Segment()

/** Ends the line at the first wall or at the edge of the map, if they are within its range. */
export function shortenToFree(world: Pick<World, 'map'>, trace: Trace): void {
  const { widthMetres, depthMetres } = world.map.map
  assert(trace.range >= 0, 'a line has a length')
  const toEdgeX = distanceToEdge(trace.x, trace.dirX, widthMetres)
  const toEdgeZ = distanceToEdge(trace.z, trace.dirZ, depthMetres)
  trace.range = Math.min(trace.range, toEdgeX, toEdgeZ)
  shortenToWall(world.map, trace)
}

function distanceToEdge(start: number, direction: number, side: number): number {
  if (direction > FLAT_DIRECTION) return Math.max(0, (side - start) / direction)
  return direction < -FLAT_DIRECTION ? Math.max(0, -start / direction) : side
}

/** Finds the first soldier on the line, nearest first, lowest net id of equals. */
export function traceSoldiers(world: World, trace: Trace): void {
  const grid = world.scratch.hitGrid
  trace.hitNetId = NET_ID_NONE
  trace.hitDistance = trace.range
  assert(trace.range >= 0, 'a line has a length')
  const endZ = trace.z + trace.dirZ * trace.range
  const first = hitRow(grid, Math.min(trace.z, endZ) - TRACE_MARGIN_METRES)
  const last = hitRow(grid, Math.max(trace.z, endZ) + TRACE_MARGIN_METRES)
  assert(first <= last, 'the rows are in order')
  for (let row = first; row <= last; row++) traceRow(world, trace, row)
}

/** The bodies of one grid row: one run of ids between the columns the line passes there. */
function traceRow(world: World, trace: Trace, row: number): void {
  const grid = world.scratch.hitGrid
  const low = hitRowEdge(row) - TRACE_MARGIN_METRES
  const high = hitRowEdge(row + 1) + TRACE_MARGIN_METRES
  let near = 0
  let far = trace.range
  if (Math.abs(trace.dirZ) > FLAT_DIRECTION) {
    const a = (low - trace.z) / trace.dirZ
    const b = (high - trace.z) / trace.dirZ
    near = Math.min(Math.max(Math.min(a, b), 0), trace.range)
    far = Math.min(Math.max(Math.max(a, b), 0), trace.range)
  }
  const x1 = trace.x + trace.dirX * near
  const x2 = trace.x + trace.dirX * far
  const west = hitColumn(grid, Math.min(x1, x2) - TRACE_MARGIN_METRES)
  const east = hitColumn(grid, Math.max(x1, x2) + TRACE_MARGIN_METRES)
  const from = grid.start[row * grid.cellsX + west]!
  const to = grid.start[row * grid.cellsX + east + 1]!
  assert(from <= to, 'a run of ids is in order')
  for (let index = from; index < to; index++) tryBody(world, trace, grid.members[index]!)
}

function tryBody(world: World, trace: Trace, netId: number): void {
  const { soldiers, scratch } = world
  if (netId === trace.actor || soldiers.state[netId] !== LifeState.alive) return
  if (!trace.hitsOwnTeam && soldiers.team[netId] === trace.team) return
  const past = scratch.past
  if (!findPastSoldier(world, netId, trace.eighths, past)) return
  measureBody(trace, past)
  const distance = trace.bodyDistance
  if (distance < 0 || distance > trace.hitDistance) return
  if (distance === trace.hitDistance && netId > trace.hitNetId) return
  if (past.crouched && isBehindCover(world.map, trace)) return
  assert(distance <= trace.range, 'what is met is on the line')
  trace.hitNetId = netId
  trace.hitDistance = distance
}

/** Works out `bodyDistance`: how far along the line the body is met, -1 when passed by. */
export function measureBody(trace: Trace, body: PastSoldier): void {
  const toX = body.x - trace.x
  const toZ = body.z - trace.z
  const along = toX * trace.dirX + toZ * trace.dirZ
  assert(trace.dirX * trace.dirX + trace.dirZ * trace.dirZ < 1.001, 'a line has a unit direction')
  const squared = toX * toX + toZ * toZ
  const inside = SOLDIER_RADIUS_METRES * SOLDIER_RADIUS_METRES
  const aside = squared - along * along
  if (squared <= inside) trace.bodyDistance = 0
  else if (along < 0 || aside > inside) trace.bodyDistance = -1
  else trace.bodyDistance = Math.max(0, along - Math.sqrt(inside - aside))
}

/** Whether low cover stands just before the body at hand. */
export function isBehindCover(map: CompiledMap, trace: Trace): boolean {
  const distance = trace.bodyDistance
  const back = Math.max(0, distance - COVER_REACH_METRES)
  segment.ax = trace.x + trace.dirX * back
  segment.az = trace.z + trace.dirZ * back
  segment.bx = trace.x + trace.dirX * distance
  segment.bz = trace.z + trace.dirZ * distance
  return isCoverOn(map, segment)
}

/** Whether low cover stands just before the end of a line of sight: it hides who crouches there. */
export function isSheltered(map: CompiledMap, sight: Segment): boolean {
  const dx = sight.bx - sight.ax
  const dz = sight.bz - sight.az
  const distance = Math.sqrt(dx * dx + dz * dz)
  if (distance === 0) return false
  assert(distance > 0, 'two places are apart')
  const share = Math.max(0, distance - COVER_REACH_METRES) / distance
  segment.ax = sight.ax + dx * share
  segment.az = sight.az + dz * share
  segment.bx = sight.bx
  segment.bz = sight.bz
  return isCoverOn(map, segment)
}
