/**
 * Area damage: everybody within the radius whom no wall shields, less with distance, less behind
 * low cover. Blasts happen in the present.
 */
import { assert } from '@battalion/base/assert.ts'
import { NET_ID_NONE } from '@battalion/base/ids.ts'
import type { ProjectileWeapon } from './balance.ts'
import { blastShare } from './damage-formulas.ts'
import { dealBlow } from './damage.ts'
import { addEvent } from './event-table.ts'
import { EventType, HitFlag } from './events.ts'
import { hitColumn, hitRow } from './hit-grid.ts'
import { SOLDIER_RADIUS_METRES } from './limits.ts'
import { Segment, isCoverOn, isWallOn } from './raycast.ts'
import type { World } from './world.ts'
import { LifeState } from './world.ts'

/** From the middle of the blast at hand to the soldier at hand. */
const reach = new Segment()

/** Sets off the projectile at `index` where it is. */
export function explode(world: World, index: number, weapon: ProjectileWeapon): void {
  const { projectiles, events, scratch, soldiers } = world
  const { blow } = scratch
  const x = projectiles.px[index]!
  const z = projectiles.pz[index]!
  const owner = projectiles.owner[index]!
  assert(weapon.blastRadiusMetres > 0, 'what goes off has a size')
  assert(x >= 0 && x <= world.map.map.widthMetres, 'it goes off on the map in x')
  assert(z >= 0 && z <= world.map.map.depthMetres, 'it goes off on the map in z')
  const row = addEvent(events, EventType.explosion)
  events.actor[row] = owner
  events.kind[row] = projectiles.weapon[index]!
  events.x[row] = x
  events.z[row] = z
  blow.actor = owner
  blow.actorTeam = projectiles.team[index]!
  blow.weapon = projectiles.weapon[index]!
  blow.flags = HitFlag.explosion
  reach.ax = x
  reach.az = z
  const hasHitEnemy = sweepBlast(world, weapon)
  if (hasHitEnemy && owner !== NET_ID_NONE) soldiers.shotsHit[owner]!++
}

/** Deals the blast to everybody near; true when an enemy was hurt. */
function sweepBlast(world: World, weapon: ProjectileWeapon): boolean {
  const { hitGrid } = world.scratch
  const { ax: x, az: z } = reach
  const radius = weapon.blastRadiusMetres + SOLDIER_RADIUS_METRES
  assert(radius > 0, 'a blast reaches somewhere')
  const west = hitColumn(hitGrid, x - radius)
  const east = hitColumn(hitGrid, x + radius)
  const last = hitRow(hitGrid, z + radius)
  assert(west <= east, 'the columns are in order')
  let hasHitEnemy = false
  for (let row = hitRow(hitGrid, z - radius); row <= last; row++) {
    const to = hitGrid.start[row * hitGrid.cellsX + east + 1]!
    for (let at = hitGrid.start[row * hitGrid.cellsX + west]!; at < to; at++) {
      const { blow } = world.scratch
      blow.target = hitGrid.members[at]!
      blow.damage = weapon.blastDamage * shareAt(world, weapon)
      if (blow.damage > 0 && dealBlow(world, blow)) hasHitEnemy = true
    }
  }
  return hasHitEnemy
}

/** Share of the blast's damage that reaches the blow's target. */
function shareAt(world: World, weapon: ProjectileWeapon): number {
  const { soldiers, balance, map, scratch } = world
  const target = scratch.blow.target
  if (soldiers.state[target] !== LifeState.alive) return 0
  reach.bx = soldiers.px[target]!
  reach.bz = soldiers.pz[target]!
  const dx = reach.bx - reach.ax
  const dz = reach.bz - reach.az
  const distance = Math.max(0, Math.sqrt(dx * dx + dz * dz) - SOLDIER_RADIUS_METRES)
  const form = balance.formulas.blast
  const share = blastShare(form, distance, weapon.blastRadiusMetres)
  assert(share >= 0 && share <= 1, 'a share is a share')
  if (share === 0 || isWallOn(map, reach)) return 0
  return isCoverOn(map, reach) ? share * form.coverRatio : share
}
