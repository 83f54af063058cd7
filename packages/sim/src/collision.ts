/**
 * Bodies against the boxes of a map. Circles slide along boxes and never end inside one, beyond the
 * map or on the other side of a wall, at any speed and tick length. Only + - * / and sqrt, so every
 * engine gives the same bits. Nothing is allocated: fractions travel between functions as fields of
 * objects, because V8 boxes those passed to a function it does not inline.
 *
 * Why it holds: a step is cut into pieces shorter than the radius. When the end of a piece would
 * touch a box, the part of the piece that goes towards it is cut to the gap there is. The box lies
 * behind the line through its nearest point, so what remains keeps its distance, and is never
 * longer than the piece was. Rays are in `raycast.ts`.
 */
import { assert } from '@battalion/base/assert.ts'
import type { BoxGrid, CompiledMap } from './compiled-map.ts'
import { bucketOf } from './compiled-map.ts'

export { hasLineOfSight, isCoverBetween, raycastCover, raycastWalls } from './raycast.ts'

/** A place that is read and written. */
export interface MutablePosition {
  x: number
  z: number
}

/** A place, and the way from there (m). */
export class Motion implements MutablePosition {
  x = 0
  z = 0
  dx = 0
  dz = 0
}

/**
 * Gap kept between bodies and boxes (m). Positions are stored as float32, whose steps reach 0.25 mm
 * on the largest map: with less, rounding would put a body into a wall.
 */
export const BODY_SKIN_METRES = 0.001
const SKIN_TOUCH_METRES = BODY_SKIN_METRES / 2
/** Longest piece of a move as share of the radius. At 1 or more a body could pass a thin wall. */
const PIECE_RATIO = 0.5
/** Boxes one piece can slide along; a body wedged between more stands still for that piece. */
const CONTACTS_MAX = 6
/** Rings searched around an occupied place, each one body wide. */
const FREE_SPOT_RINGS_MAX = 24

/**
 * A class of its own, like all work space that holds fractions: literals of one shape share V8's
 * hidden class, and one anywhere with something else in `x` makes each store into all of them an
 * object (76 B per soldier and step, measured with the shipped balance).
 */
class Piece {
  dx = 0
  dz = 0
  radius = 0
}
class Probe {
  x = 0
  z = 0
  reach = 0
}

/** The piece of movement in work, and the radius of the body. */
const piece = new Piece()
/** The circle that boxes are looked for in. */
const probe = new Probe()

/** Moves a circle along its way, sliding along what stands in it; `motion` is then at the end. */
export function moveWithin(map: CompiledMap, motion: Motion, radius: number): void {
  const { dx, dz } = motion
  const length = Math.sqrt(dx * dx + dz * dz)
  if (!(length > 0)) return
  assert(radius > 0, 'a body has a radius')
  const count = Math.ceil(length / (radius * PIECE_RATIO))
  piece.radius = radius
  for (let index = 0; index < count; index++) {
    piece.dx = dx / count
    piece.dz = dz / count
    if (!clipPiece(map, motion)) continue
    motion.x += piece.dx
    motion.z += piece.dz
  }
}

/** Cuts the piece until its end is free; false when that cannot be done. */
function clipPiece(map: CompiledMap, position: MutablePosition): boolean {
  for (let contact = 0; contact <= CONTACTS_MAX; contact++) {
    clipToMap(map, position)
    probe.x = position.x + piece.dx
    probe.z = position.z + piece.dz
    probe.reach = piece.radius + SKIN_TOUCH_METRES
    const box = findTouchedBox(map)
    if (box < 0) return true
    clipToBox(map, box, position)
  }
  return false
}

/** Keeps the end of the piece on the map. */
function clipToMap(map: CompiledMap, position: MutablePosition): void {
  const low = piece.radius + BODY_SKIN_METRES
  const highX = map.map.widthMetres - low
  const highZ = map.map.depthMetres - low
  const endX = position.x + piece.dx
  const endZ = position.z + piece.dz
  if (endX < low) piece.dx = low - position.x
  else if (endX > highX) piece.dx = highX - position.x
  if (endZ < low) piece.dz = low - position.z
  else if (endZ > highZ) piece.dz = highZ - position.z
}

/** Cuts the part of the piece that goes towards a box to the gap between them. */
function clipToBox(map: CompiledMap, box: number, position: MutablePosition): void {
  const distanceMin = piece.radius + BODY_SKIN_METRES
  const nearestX = clamp(position.x, map.minX[box]!, map.maxX[box]!)
  const nearestZ = clamp(position.z, map.minZ[box]!, map.maxZ[box]!)
  const awayX = position.x - nearestX
  const awayZ = position.z - nearestZ
  const distance = Math.sqrt(awayX * awayX + awayZ * awayZ)
  if (distance === 0) {
    leaveBox(map, box, position)
    return
  }
  const normalX = awayX / distance
  const normalZ = awayZ / distance
  const approach = piece.dx * normalX + piece.dz * normalZ
  const lack = distanceMin - distance - approach
  if (lack <= 0) return
  piece.dx += normalX * lack
  piece.dz += normalZ * lack
}

/** A centre inside a box leaves it by the nearest face. Only a wrong spawn ever gets here. */
function leaveBox(map: CompiledMap, box: number, position: MutablePosition): void {
  const distanceMin = piece.radius + BODY_SKIN_METRES
  const west = position.x - map.minX[box]!
  const east = map.maxX[box]! - position.x
  const north = position.z - map.minZ[box]!
  const south = map.maxZ[box]! - position.z
  const least = Math.min(west, east, north, south)
  piece.dx = 0
  piece.dz = 0
  if (least === west) piece.dx = -(west + distanceMin)
  else if (least === east) piece.dx = east + distanceMin
  else if (least === north) piece.dz = -(north + distanceMin)
  else piece.dz = south + distanceMin
}

/** Whether a circle stands on the map and touches no box. */
export function isFree(map: CompiledMap, x: number, z: number, radius: number): boolean {
  if (!(x >= radius && x <= map.map.widthMetres - radius)) return false
  if (!(z >= radius && z <= map.map.depthMetres - radius)) return false
  probe.x = x
  probe.z = z
  probe.reach = radius
  return findTouchedBox(map) < 0
}

/** The opposite of {@link isFree}. */
export function isBlocked(map: CompiledMap, x: number, z: number, radius: number): boolean {
  return !isFree(map, x, z, radius)
}

/**
 * Moves `position` to the nearest free place of a raster around it (itself when free). False, and
 * nothing changed, when there is none within 24 body widths.
 */
export function findFreeSpot(map: CompiledMap, position: MutablePosition, radius: number): boolean {
  const { x, z } = position
  const step = radius * 2
  for (let ring = 0; ring <= FREE_SPOT_RINGS_MAX; ring++) {
    for (let row = -ring; row <= ring; row++) {
      const isEdgeRow = row === -ring || row === ring
      for (let column = -ring; column <= ring; column += isEdgeRow || ring === 0 ? 1 : 2 * ring) {
        if (!isFree(map, x + column * step, z + row * step, radius + BODY_SKIN_METRES)) continue
        position.x = x + column * step
        position.z = z + row * step
        return true
      }
    }
  }
  return false
}

/** Lowest-numbered box that the probe touches in its bucket order, -1 for none. */
function findTouchedBox(map: CompiledMap): number {
  const { x, z, reach } = probe
  const west = bucketOf(x - reach, map.bucketsX)
  const east = bucketOf(x + reach, map.bucketsX)
  const north = bucketOf(z - reach, map.bucketsZ)
  const south = bucketOf(z + reach, map.bucketsZ)
  for (let row = north; row <= south; row++) {
    for (let column = west; column <= east; column++) {
      const box = findTouchedInBucket(map, row * map.bucketsX + column)
      if (box >= 0) return box
    }
  }
  return -1
}

function findTouchedInBucket(map: CompiledMap, bucket: number): number {
  const { x, z, reach } = probe
  const grid: BoxGrid = map.solids
  for (let item = grid.start[bucket]!; item < grid.start[bucket + 1]!; item++) {
    const box = grid.items[item]!
    const dx = x - clamp(x, map.minX[box]!, map.maxX[box]!)
    const dz = z - clamp(z, map.minZ[box]!, map.maxZ[box]!)
    if (dx * dx + dz * dz < reach * reach) return box
  }
  return -1
}

function clamp(value: number, low: number, high: number): number {
  if (value < low) return low
  return value > high ? high : value
}
