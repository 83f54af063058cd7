/**
 * Places to hide: free ground right beside each box, found once per map and kept in buckets of 16
 * m. A spot hides from a threat when its box lies between the two.
 */
import type { BattleMap, MapBox } from '@battalion/sim/balance.ts'
import { isWalkable, type NavGrid } from './nav-grid.ts'

const BUCKET_METRES = 16
/** How far from the box one stands (m): body radius 0.4 and a little. */
const STAND_OFF_METRES = 0.75
/** Metres between two spots along one side. */
const SPOT_SPACING_METRES = 3
/** Spots of one map; further boxes get none. */
export const COVER_SPOTS_MAX = 16_384

export interface CoverSpot {
  readonly x: number
  readonly z: number
  /** From the spot towards its box, unit. */
  readonly towardX: number
  readonly towardZ: number
  /** Low cover hides only those who crouch. */
  readonly isLow: boolean
}

export interface CoverMap {
  readonly bucketsX: number
  readonly bucketsZ: number
  readonly buckets: readonly (readonly CoverSpot[])[]
}

/** All spots of `map`. */
export function createCoverMap(map: BattleMap, grid: NavGrid): CoverMap {
  const bucketsX = Math.ceil(map.widthMetres / BUCKET_METRES)
  const bucketsZ = Math.ceil(map.depthMetres / BUCKET_METRES)
  const buckets: CoverSpot[][] = Array.from({ length: bucketsX * bucketsZ }, () => [])
  let count = 0
  for (const box of map.boxes) {
    for (const spot of spotsOfBox(box)) {
      if (count >= COVER_SPOTS_MAX || !isWalkable(grid, spot.x, spot.z)) continue
      const bx = Math.floor(spot.x / BUCKET_METRES)
      const bz = Math.floor(spot.z / BUCKET_METRES)
      buckets[bz * bucketsX + bx]?.push(spot)
      count++
    }
  }
  return { bucketsX, bucketsZ, buckets }
}

function spotsOfBox(box: MapBox): CoverSpot[] {
  const isLow = box.kind === 'cover'
  const spots: CoverSpot[] = []
  for (const share of sharesAlong(box.width)) {
    const x = box.x + box.width * share
    spots.push({ x, z: box.z - STAND_OFF_METRES, towardX: 0, towardZ: 1, isLow })
    spots.push({ x, z: box.z + box.depth + STAND_OFF_METRES, towardX: 0, towardZ: -1, isLow })
  }
  for (const share of sharesAlong(box.depth)) {
    const z = box.z + box.depth * share
    spots.push({ x: box.x - STAND_OFF_METRES, z, towardX: 1, towardZ: 0, isLow })
    spots.push({ x: box.x + box.width + STAND_OFF_METRES, z, towardX: -1, towardZ: 0, isLow })
  }
  return spots
}

/** Even shares of a side, at least its middle. */
function sharesAlong(lengthMetres: number): number[] {
  const count = Math.max(1, Math.floor(lengthMetres / SPOT_SPACING_METRES))
  return Array.from({ length: count }, (_, index) => (index + 0.5) / count)
}

interface Place {
  readonly x: number
  readonly z: number
}

/** The nearest spot around `from` whose box faces `threat`, within about 24 m. */
export function findCoverSpot(cover: CoverMap, from: Place, threat: Place): CoverSpot | undefined {
  const bx = Math.floor(from.x / BUCKET_METRES)
  const bz = Math.floor(from.z / BUCKET_METRES)
  let best: CoverSpot | undefined
  let bestCost = Infinity
  for (let z = Math.max(0, bz - 1); z <= Math.min(cover.bucketsZ - 1, bz + 1); z++) {
    for (let x = Math.max(0, bx - 1); x <= Math.min(cover.bucketsX - 1, bx + 1); x++) {
      for (const spot of cover.buckets[z * cover.bucketsX + x]!) {
        const cost = spotCost(spot, from, threat)
        if (cost >= bestCost) continue
        best = spot
        bestCost = cost
      }
    }
  }
  return best
}

/** Metres to go, more when the way leads towards the threat; Infinity when it does not hide. */
function spotCost(spot: CoverSpot, from: Place, threat: Place): number {
  const threatX = threat.x - spot.x
  const threatZ = threat.z - spot.z
  const threatMetres = Math.hypot(threatX, threatZ)
  const facing = threatX * spot.towardX + threatZ * spot.towardZ
  if (threatMetres < 6 || facing < threatMetres * 0.7) return Infinity
  return Math.hypot(spot.x - from.x, spot.z - from.z) + Math.max(0, 18 - threatMetres)
}
