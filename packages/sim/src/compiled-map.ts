/**
 * A map made ready for the simulation: its boxes sorted into a fine grid, so that moving, shooting
 * and looking ask only what stands near. Made once per battle and never changed; worlds, clients
 * and tools share one.
 */
import { assert } from '@battalion/base/assert.ts'
import type { BattleMap, MapBox } from './balance.ts'
import { CELL_METRES } from './limits.ts'

/** Side of a bucket (m). Smaller: more buckets on the way of a shot. Larger: more boxes in each. */
export const BUCKET_METRES = 4
/** Boxes are listed this far beyond their edges (m), so that rounding never misses one. */
const BUCKET_MARGIN_METRES = 0.01

/** Boxes by bucket: those of bucket b are items[start[b]] .. items[start[b + 1] - 1], ascending. */
export interface BoxGrid {
  readonly start: Uint32Array
  /** Box indexes: rows of the edge columns of {@link CompiledMap}. */
  readonly items: Uint16Array
}

export interface CompiledMap {
  readonly map: BattleMap
  /** Cells of 64 m along x and z; cell index = cz * cellsX + cx. */
  readonly cellsX: number
  readonly cellsZ: number
  readonly cellCount: number
  readonly bucketsX: number
  readonly bucketsZ: number
  /** Edges of every box (m), index = position in `map.boxes`. */
  readonly minX: Float64Array
  readonly minZ: Float64Array
  readonly maxX: Float64Array
  readonly maxZ: Float64Array
  /** What stops bodies: all boxes. */
  readonly solids: BoxGrid
  /** What stops shots and sight. */
  readonly walls: BoxGrid
  /** What shields who crouches behind it. */
  readonly covers: BoxGrid
}

/** Makes a map ready; asks for nothing `parseBalance` has not checked. */
export function compileMap(map: BattleMap): CompiledMap {
  assert(map.widthMetres > 0, 'a map has a width')
  assert(map.depthMetres > 0, 'a map has a depth')
  assert(map.boxes.length <= 0xffff, 'box indexes fit u16')
  const cellsX = Math.ceil(map.widthMetres / CELL_METRES)
  const cellsZ = Math.ceil(map.depthMetres / CELL_METRES)
  const bucketsX = Math.ceil(map.widthMetres / BUCKET_METRES)
  const bucketsZ = Math.ceil(map.depthMetres / BUCKET_METRES)
  const { boxes } = map
  return {
    map,
    cellsX,
    cellsZ,
    cellCount: cellsX * cellsZ,
    bucketsX,
    bucketsZ,
    minX: Float64Array.from(boxes, (box) => box.x),
    minZ: Float64Array.from(boxes, (box) => box.z),
    maxX: Float64Array.from(boxes, (box) => box.x + box.width),
    maxZ: Float64Array.from(boxes, (box) => box.z + box.depth),
    solids: sortBoxes(boxes, bucketsX, bucketsZ),
    walls: sortBoxes(boxes, bucketsX, bucketsZ, 'wall'),
    covers: sortBoxes(boxes, bucketsX, bucketsZ, 'cover'),
  }
}

/** Lists the boxes of one kind (all without a kind) by bucket: counts first, then fills. */
function sortBoxes(
  boxes: readonly MapBox[],
  bucketsX: number,
  bucketsZ: number,
  kind?: MapBox['kind'],
): BoxGrid {
  const lists: number[][] = Array.from({ length: bucketsX * bucketsZ }, () => [])
  boxes.forEach((box, index) => {
    if (kind !== undefined && box.kind !== kind) return
    const west = bucketOf(box.x - BUCKET_MARGIN_METRES, bucketsX)
    const east = bucketOf(box.x + box.width + BUCKET_MARGIN_METRES, bucketsX)
    const north = bucketOf(box.z - BUCKET_MARGIN_METRES, bucketsZ)
    const south = bucketOf(box.z + box.depth + BUCKET_MARGIN_METRES, bucketsZ)
    for (let row = north; row <= south; row++) {
      for (let column = west; column <= east; column++) lists[row * bucketsX + column]!.push(index)
    }
  })
  const start = new Uint32Array(lists.length + 1)
  lists.forEach((list, bucket) => (start[bucket + 1] = start[bucket]! + list.length))
  return { start, items: Uint16Array.from(lists.flat()) }
}

/** Bucket number along one axis; what lies outside counts to the border. */
export function bucketOf(metres: number, buckets: number): number {
  const bucket = Math.floor(metres / BUCKET_METRES)
  if (bucket < 0) return 0
  return bucket >= buckets ? buckets - 1 : bucket
}
