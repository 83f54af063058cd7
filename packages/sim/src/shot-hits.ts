/**
 * The targets of one shot, gathered over its pellets so that each is dealt one blow.
 */
import { assert } from '@battalion/base/assert.ts'

/** Pellets of one shot that may meet different targets; the parser refuses more. */
export const PELLETS_MAX = 32

/** Targets of one shot and the damage all its pellets do to each. */
export interface ShotHits {
  count: number
  readonly netId: Uint16Array
  readonly damage: Float64Array
  /** Where the first pellet struck, from the middle of the body as it was then (m). */
  readonly spotX: Float64Array
  readonly spotZ: Float64Array
}

/** An empty list with room for every pellet. */
export function createShotHits(): ShotHits {
  return {
    count: 0,
    netId: new Uint16Array(PELLETS_MAX),
    damage: new Float64Array(PELLETS_MAX),
    spotX: new Float64Array(PELLETS_MAX),
    spotZ: new Float64Array(PELLETS_MAX),
  }
}

/** Adds what one pellet does to one target; its row. */
export function addToHits(hits: ShotHits, netId: number, damage: number): number {
  for (let index = 0; index < hits.count; index++) {
    if (hits.netId[index] !== netId) continue
    hits.damage[index]! += damage
    return index
  }
  assert(hits.count < PELLETS_MAX, 'there is room for every pellet')
  assert(damage >= 0, 'a pellet gives no hp')
  hits.netId[hits.count] = netId
  hits.damage[hits.count] = damage
  return hits.count++
}
