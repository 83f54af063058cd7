/**
 * Rays against the boxes of a map: what a shot hits, what an eye sees. A ray walks the buckets it
 * crosses and stops at the first in which something was hit. Only + - * / and sqrt.
 *
 * The step asks with `shortenToWall`, `isWallOn` and `isCoverOn`, which allocate nothing; the
 * others take numbers, which V8 boxes where it does not inline the call: for tools and bots.
 */
/* oxlint-disable max-params -- numbers, for callers that have no line at hand */
import { assert } from '@battalion/base/assert.ts'
import type { BoxGrid, CompiledMap } from './compiled-map.ts'
import { BUCKET_METRES, bucketOf } from './compiled-map.ts'

/**
 * How far a ray that runs along an axis is from the next bucket beside it (m). Not `Infinity`: with
 * that, V8 keeps the counters of the walk as objects and allocates one for every bucket passed.
 */
const NEVER = 1e30

/** A line from a place along a unit direction, and how far (m). */
export interface Line {
  readonly x: number
  readonly z: number
  readonly dirX: number
  readonly dirZ: number
  range: number
}

/** A straight piece from a to b. */
export class Segment {
  ax = 0
  az = 0
  bx = 0
  bz = 0
}

/** For those who ask with numbers. */
const asked = new Segment()

class Ray {
  x = 0
  z = 0
  dirX = 0
  dirZ = 0
  nearest = 0
}

/** The ray in work: origin, unit direction, and the nearest hit so far (m). */
const ray = new Ray()

/** Ends a line at the first wall on it; at 0 when it begins in a wall. */
export function shortenToWall(map: CompiledMap, line: Line): void {
  ray.x = line.x
  ray.z = line.z
  ray.dirX = line.dirX
  ray.dirZ = line.dirZ
  ray.nearest = line.range
  castRay(map, map.walls)
  assert(ray.nearest <= line.range, 'a wall makes a line no longer')
  line.range = ray.nearest
}

/** Whether a wall stands on a segment. */
export function isWallOn(map: CompiledMap, segment: Segment): boolean {
  return isSomethingOn(map, map.walls, segment)
}

/** Whether low cover stands on a segment. */
export function isCoverOn(map: CompiledMap, segment: Segment): boolean {
  return isSomethingOn(map, map.covers, segment)
}

/**
 * Metres to the first wall along the unit direction (dirX, dirZ), `range` if there is none; 0 when
 * the ray begins in a wall.
 */
export function raycastWalls(
  map: CompiledMap,
  x: number,
  z: number,
  dirX: number,
  dirZ: number,
  range: number,
): number {
  setRay(x, z, dirX, dirZ, range)
  castRay(map, map.walls)
  return ray.nearest
}

/** As {@link raycastWalls}, for low cover. */
export function raycastCover(
  map: CompiledMap,
  x: number,
  z: number,
  dirX: number,
  dirZ: number,
  range: number,
): number {
  setRay(x, z, dirX, dirZ, range)
  castRay(map, map.covers)
  return ray.nearest
}

/** Whether no wall stands between a and b. */
export function hasLineOfSight(
  map: CompiledMap,
  ax: number,
  az: number,
  bx: number,
  bz: number,
): boolean {
  setAsked(ax, az, bx, bz)
  return !isWallOn(map, asked)
}

/** Whether low cover stands between a and b. */
export function isCoverBetween(
  map: CompiledMap,
  ax: number,
  az: number,
  bx: number,
  bz: number,
): boolean {
  setAsked(ax, az, bx, bz)
  return isCoverOn(map, asked)
}

function isSomethingOn(map: CompiledMap, grid: BoxGrid, segment: Segment): boolean {
  const dx = segment.bx - segment.ax
  const dz = segment.bz - segment.az
  const distance = Math.sqrt(dx * dx + dz * dz)
  const isPoint = distance === 0
  assert(distance >= 0, 'a segment has two ends')
  ray.x = segment.ax
  ray.z = segment.az
  ray.dirX = isPoint ? 1 : dx / distance
  ray.dirZ = isPoint ? 0 : dz / distance
  ray.nearest = isPoint ? 1 : distance
  castRay(map, grid)
  assert(ray.nearest >= 0, 'nothing is met behind the ray')
  return isPoint ? ray.nearest === 0 : ray.nearest < distance
}

function setAsked(ax: number, az: number, bx: number, bz: number): void {
  asked.ax = ax
  asked.az = az
  asked.bx = bx
  asked.bz = bz
}

function setRay(x: number, z: number, dirX: number, dirZ: number, range: number): void {
  ray.x = x
  ray.z = z
  ray.dirX = dirX
  ray.dirZ = dirZ
  ray.nearest = range
  assert(range >= 0, 'a ray has a length')
}

/** Walks from bucket to bucket (Amanatides and Woo, 1987) until a hit lies before the next one. */
function castRay(map: CompiledMap, grid: BoxGrid): void {
  const { dirX, dirZ } = ray
  assert(dirX * dirX + dirZ * dirZ < 1.001, 'a ray has a unit direction')
  let column = bucketOf(ray.x, map.bucketsX)
  let row = bucketOf(ray.z, map.bucketsZ)
  const stepX = dirX < 0 ? -1 : 1
  const stepZ = dirZ < 0 ? -1 : 1
  const perBucketX = dirX === 0 ? NEVER : BUCKET_METRES / (dirX * stepX)
  const perBucketZ = dirZ === 0 ? NEVER : BUCKET_METRES / (dirZ * stepZ)
  let nextX = dirX === 0 ? NEVER : (edgeOf(column, stepX) - ray.x) / dirX
  let nextZ = dirZ === 0 ? NEVER : (edgeOf(row, stepZ) - ray.z) / dirZ
  for (;;) {
    hitBucket(map, grid, row * map.bucketsX + column)
    const reached = nextX < nextZ ? nextX : nextZ
    if (!(reached < ray.nearest)) return
    if (nextX < nextZ) {
      column += stepX
      nextX += perBucketX
      if (column < 0 || column >= map.bucketsX) return
    } else {
      row += stepZ
      nextZ += perBucketZ
      if (row < 0 || row >= map.bucketsZ) return
    }
  }
}

/** The edge of a bucket that a ray with this sign leaves by (m). */
function edgeOf(bucket: number, step: number): number {
  return (step > 0 ? bucket + 1 : bucket) * BUCKET_METRES
}

/** Shortens `ray.nearest` to the first box of the bucket that the ray meets. */
function hitBucket(map: CompiledMap, grid: BoxGrid, bucket: number): void {
  for (let item = grid.start[bucket]!; item < grid.start[bucket + 1]!; item++) {
    hitBox(map, grid.items[item]!)
  }
}

/** Slab test of one box. */
function hitBox(map: CompiledMap, box: number): void {
  const { x, z, dirX, dirZ } = ray
  let enter = 0
  let leave = ray.nearest
  if (dirX === 0) {
    if (x < map.minX[box]! || x > map.maxX[box]!) return
  } else {
    const a = (map.minX[box]! - x) / dirX
    const b = (map.maxX[box]! - x) / dirX
    enter = Math.max(enter, Math.min(a, b))
    leave = Math.min(leave, Math.max(a, b))
  }
  if (dirZ === 0) {
    if (z < map.minZ[box]! || z > map.maxZ[box]!) return
  } else {
    const a = (map.minZ[box]! - z) / dirZ
    const b = (map.maxZ[box]! - z) / dirZ
    enter = Math.max(enter, Math.min(a, b))
    leave = Math.min(leave, Math.max(a, b))
  }
  if (enter <= leave) ray.nearest = enter
}
