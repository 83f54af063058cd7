/** Who sees whom, for bots: walls end sight, low cover does not. */
import { hasLineOfSight } from '@battalion/sim/collision.ts'
import type { BattleGround } from './battle-ground.ts'

interface Place {
  readonly x: number
  readonly z: number
}

/** True when no wall stands between the two places. */
export function isInSight(ground: BattleGround, from: Place, to: Place): boolean {
  return hasLineOfSight(ground.map, from.x, from.z, to.x, to.z)
}
