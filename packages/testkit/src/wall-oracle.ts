/**
 * A second opinion about walls for the invariant checker: plain geometry over the boxes of the map
 * file, sharing no code with the simulation's collision. Slower and simpler; coarse buckets only
 * keep it from being hopeless.
 */
import type { BattleMap, MapBox } from '@battalion/sim/balance.ts'

const BUCKET_METRES = 16

export class WallOracle {
  readonly #columns: number
  readonly #rows: number
  readonly #buckets: MapBox[][]

  constructor(map: BattleMap) {
    this.#columns = Math.ceil(map.widthMetres / BUCKET_METRES)
    this.#rows = Math.ceil(map.depthMetres / BUCKET_METRES)
    this.#buckets = Array.from({ length: this.#columns * this.#rows }, () => [])
    for (const box of map.boxes) {
      this.#visit(box.x - 2, box.z - 2, box.x + box.width + 2, box.z + box.depth + 2, (bucket) =>
        bucket.push(box),
      )
    }
  }

  /** Metres from a place to the nearest box within 2 m; 2 when there is none nearer. */
  distanceToSolid(x: number, z: number): number {
    let nearest = 2
    for (const box of this.#bucketAt(x, z)) {
      const dx = Math.max(box.x - x, 0, x - box.x - box.width)
      const dz = Math.max(box.z - z, 0, z - box.z - box.depth)
      nearest = Math.min(nearest, Math.sqrt(dx * dx + dz * dz))
    }
    return nearest
  }

  /** Whether the segment passes through a box of this kind that is made smaller by `shrink` m. */
  isSegmentBlocked(segment: Segment, kind: MapBox['kind'] | 'any', shrink: number): boolean {
    let isBlocked = false
    const { ax, az, bx, bz } = segment
    const [west, east] = ax < bx ? [ax, bx] : [bx, ax]
    const [north, south] = az < bz ? [az, bz] : [bz, az]
    this.#visit(west, north, east, south, (bucket) => {
      for (const box of bucket) {
        if (isBlocked) return
        if (kind !== 'any' && box.kind !== kind) continue
        if (doesSegmentMeet(segment, box, shrink)) isBlocked = true
      }
    })
    return isBlocked
  }

  #bucketAt(x: number, z: number): MapBox[] {
    const column = Math.min(this.#columns - 1, Math.max(0, Math.floor(x / BUCKET_METRES)))
    const row = Math.min(this.#rows - 1, Math.max(0, Math.floor(z / BUCKET_METRES)))
    return this.#buckets[row * this.#columns + column] ?? []
  }

  // oxlint-disable-next-line max-params -- two corners and what to do
  #visit(
    west: number,
    north: number,
    east: number,
    south: number,
    use: (bucket: MapBox[]) => void,
  ): void {
    const lastColumn = Math.min(this.#columns - 1, Math.floor(east / BUCKET_METRES))
    const lastRow = Math.min(this.#rows - 1, Math.floor(south / BUCKET_METRES))
    for (let row = Math.max(0, Math.floor(north / BUCKET_METRES)); row <= lastRow; row++) {
      for (
        let column = Math.max(0, Math.floor(west / BUCKET_METRES));
        column <= lastColumn;
        column++
      ) {
        use(this.#buckets[row * this.#columns + column]!)
      }
    }
  }
}

export interface Segment {
  readonly ax: number
  readonly az: number
  readonly bx: number
  readonly bz: number
}

/** Clips the segment by the four sides of the box (Liang and Barsky). */
function doesSegmentMeet(segment: Segment, box: MapBox, shrink: number): boolean {
  const dx = segment.bx - segment.ax
  const dz = segment.bz - segment.az
  const sides: readonly [number, number][] = [
    [-dx, segment.ax - (box.x + shrink)],
    [dx, box.x + box.width - shrink - segment.ax],
    [-dz, segment.az - (box.z + shrink)],
    [dz, box.z + box.depth - shrink - segment.az],
  ]
  let enter = 0
  let leave = 1
  for (const [slope, room] of sides) {
    if (slope === 0) {
      if (room < 0) return false
      continue
    }
    const share = room / slope
    if (slope < 0) enter = Math.max(enter, share)
    else leave = Math.min(leave, share)
    if (enter > leave) return false
  }
  return true
}
