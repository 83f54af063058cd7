/**
 * The answer of `BattleClient.sample`: soldiers and projectiles as columns, rows 0..count-1, to be
 * made once and refilled each frame. Owned by the program; the client only writes it. Excludes the
 * own soldier, which is `client.own`.
 */
import { PROJECTILES_MAX, SOLDIERS_MAX } from '@battalion/sim/limits.ts'

/** How well an entity is known. */
export const Tier = {
  /** In the block of cells around the viewer: every snapshot, all fields. */
  near: 0,
  /** Coarse, once or twice a second: position, team and class only. */
  far: 1,
} as const
export type Tier = (typeof Tier)[keyof typeof Tier]

export interface InterpolatedEntities {
  count: number
  readonly netId: Uint16Array
  /** Metres. */
  readonly x: Float32Array
  readonly z: Float32Array
  /** Binary angle. */
  readonly yaw: Uint16Array
  readonly team: Uint8Array
  readonly classId: Uint8Array
  /** Weapon index in hand. */
  readonly weapon: Uint8Array
  readonly hp: Uint8Array
  /** Bits of SoldierFlag. */
  readonly flags: Uint8Array
  /** Counts spawns, wraps. */
  readonly life: Uint8Array
  /** Tier. */
  readonly tier: Uint8Array
  /** Row of a net id in this sample, −1 when not in it. Length SOLDIERS_MAX. */
  readonly rowOf: Int16Array
  readonly projectiles: InterpolatedProjectiles
}

export interface InterpolatedProjectiles {
  count: number
  readonly weapon: Uint8Array
  readonly x: Float32Array
  readonly z: Float32Array
  /** Binary angle of flight. */
  readonly yaw: Uint16Array
}

/** Room for `capacity` soldiers; with more, the rest is left out of the sample. */
export function createInterpolatedEntities(capacity: number = SOLDIERS_MAX): InterpolatedEntities {
  return {
    count: 0,
    netId: new Uint16Array(capacity),
    x: new Float32Array(capacity),
    z: new Float32Array(capacity),
    yaw: new Uint16Array(capacity),
    team: new Uint8Array(capacity),
    classId: new Uint8Array(capacity),
    weapon: new Uint8Array(capacity),
    hp: new Uint8Array(capacity),
    flags: new Uint8Array(capacity),
    life: new Uint8Array(capacity),
    tier: new Uint8Array(capacity),
    rowOf: new Int16Array(SOLDIERS_MAX).fill(-1),
    projectiles: {
      count: 0,
      weapon: new Uint8Array(PROJECTILES_MAX),
      x: new Float32Array(PROJECTILES_MAX),
      z: new Float32Array(PROJECTILES_MAX),
      yaw: new Uint16Array(PROJECTILES_MAX),
    },
  }
}
