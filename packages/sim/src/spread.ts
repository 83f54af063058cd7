/**
 * Where a shot really goes: the cone of a weapon by posture, movement and recoil, and the dice.
 */
import { assert } from '@battalion/base/assert.ts'
import { nextUint24 } from '@battalion/base/prng.ts'
import { ANGLE_TURN } from '@battalion/base/trig-table.ts'
import type { Weapon } from './balance.ts'
import type { World } from './world.ts'
import { SoldierFlag } from './world.ts'

/** Half angle of the cone a shot may leave in (degrees). */
export function spreadDegrees(world: World, netId: number, weapon: Weapon): number {
  const { soldiers } = world
  const isMoving = soldiers.vx[netId] !== 0 || soldiers.vz[netId] !== 0
  const isCrouched = (soldiers.flags[netId]! & SoldierFlag.crouched) !== 0
  const still = isMoving ? weapon.spreadMovingDegrees : weapon.spreadDegrees
  assert(still >= 0, 'a cone has a width')
  assert(soldiers.recoil[netId]! >= 0, 'recoil opens a cone')
  return still * (isCrouched ? weapon.spreadCrouchRatio : 1) + soldiers.recoil[netId]!
}

/** A binary angle within the cone around where the soldier looks, more often near its middle. */
export function scatter(world: World, netId: number, weapon: Weapon): number {
  const throwOfDice = (nextUint24(world.prng) + nextUint24(world.prng)) / 0x1000000 - 1
  const half = (spreadDegrees(world, netId, weapon) * ANGLE_TURN) / 360
  assert(half >= 0, 'a cone has a width')
  assert(throwOfDice >= -1 && throwOfDice < 1, 'the dice stay in the cone')
  return (world.soldiers.yaw[netId]! + Math.round(throwOfDice * half)) & 0xffff
}
