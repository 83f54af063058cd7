/**
 * Shots that arrive at once, judged at the shooter's view time (lag compensation): where the
 * targets were then, walls always, low cover by the posture of then. Damage is to the present
 * soldier, who must still be alive in the same life.
 */
import { assert } from '@battalion/base/assert.ts'
import { NET_ID_NONE } from '@battalion/base/ids.ts'
import { cosOfAngle, sinOfAngle } from '@battalion/base/trig-table.ts'
import type { Weapon } from './balance.ts'
import { damageAtDistance } from './damage-formulas.ts'
import { dealBlow } from './damage.ts'
import { addEvent } from './event-table.ts'
import { EventType, HitFlag } from './events.ts'
import { VIEW_TIME_PER_TICK } from './limits.ts'
import { Segment, isWallOn } from './raycast.ts'
import { clampViewTime, findPastSoldier } from './rewind.ts'
import { PELLETS_MAX, addToHits } from './shot-hits.ts'
import { scatter } from './spread.ts'
import { isSheltered, shortenToFree, traceSoldiers } from './trace.ts'
import type { World } from './world.ts'
import { SoldierFlag } from './world.ts'

/** From the shooter to his target. */
const sight = new Segment()

/** Fires one shot of a hit-scan weapon. */
export function fireHitScan(world: World, netId: number, weaponIndex: number): void {
  const weapon = world.balance.weapons[weaponIndex]!
  const { hits, trace } = world.scratch
  const flags = aimTrace(world, netId, weapon)
  hits.count = 0
  const pellets = Math.min(weapon.pellets, PELLETS_MAX)
  assert(pellets >= 1, 'a shot has a pellet')
  for (let pellet = 0; pellet < pellets; pellet++) {
    firePellet(world, netId, weapon)
    if (pellet === 0) reportShot(world, netId, weaponIndex)
  }
  let hasHitEnemy = false
  for (let index = 0; index < hits.count; index++) {
    const { blow } = world.scratch
    blow.actor = netId
    blow.actorTeam = trace.team
    blow.target = hits.netId[index]!
    blow.weapon = weaponIndex
    blow.damage = hits.damage[index]!
    assert(blow.damage >= 0, 'a pellet gives no hp')
    blow.flags = flags | shelterFlag(world, blow.target)
    if (dealBlow(world, blow)) hasHitEnemy = true
  }
  if (hasHitEnemy) world.soldiers.shotsHit[netId]!++
}

/** Sets the trace to the shooter's place and view time; returns the flags of its hits. */
function aimTrace(world: World, netId: number, weapon: Weapon): number {
  const { soldiers, counters, scratch, commands } = world
  const { trace, viewTime } = scratch
  clampViewTime(world, commands.viewTime[netId]!, weapon.rewindMsMax, viewTime)
  // Who was not on the field in this life at that time sees the present.
  if (!findPastSoldier(world, netId, viewTime.eighths, scratch.past)) {
    viewTime.eighths = world.tick * VIEW_TIME_PER_TICK
    viewTime.clamped = true
  }
  if (viewTime.clamped) counters.rewindClamped[0]!++
  if (viewTime.future) counters.rewindFuture[0]!++
  assert(
    viewTime.eighths <= world.tick * VIEW_TIME_PER_TICK,
    'a shot is never judged in the future',
  )
  trace.x = soldiers.px[netId]!
  trace.z = soldiers.pz[netId]!
  trace.eighths = viewTime.eighths
  trace.actor = netId
  trace.team = soldiers.team[netId]!
  trace.hitsOwnTeam = world.mode.friendlyFireRatio > 0
  return viewTime.clamped ? HitFlag.clamped : 0
}

function firePellet(world: World, netId: number, weapon: Weapon): void {
  const { trace } = world.scratch
  const angle = scatter(world, netId, weapon)
  trace.dirX = cosOfAngle(angle)
  trace.dirZ = sinOfAngle(angle)
  trace.range = weapon.rangeMetres
  shortenToFree(world, trace)
  assert(trace.range <= weapon.rangeMetres, 'no shot flies beyond its range')
  traceSoldiers(world, trace)
  if (trace.hitNetId === NET_ID_NONE) return
  const damage = damageAtDistance(world.balance.formulas.falloff, weapon, trace.hitDistance)
  assert(trace.hitDistance <= trace.range, 'what is hit is within range')
  assert(trace.hitNetId !== netId, 'nobody hits himself')
  addToHits(world.scratch.hits, trace.hitNetId, damage)
}

function reportShot(world: World, netId: number, weaponIndex: number): void {
  const { events, scratch, soldiers } = world
  const { trace } = scratch
  const row = addEvent(events, EventType.shot)
  events.actor[row] = netId
  events.kind[row] = weaponIndex
  events.yaw[row] = soldiers.yaw[netId]!
  events.x[row] = trace.x
  events.z[row] = trace.z
  events.x2[row] = trace.x + trace.dirX * trace.hitDistance
  events.z2[row] = trace.z + trace.dirZ * trace.hitDistance
}

/** Counts hits on soldiers who by now had reached cover from this shooter. */
function shelterFlag(world: World, target: number): number {
  const { soldiers, scratch, map, counters } = world
  const { trace } = scratch
  sight.ax = trace.x
  sight.az = trace.z
  sight.bx = soldiers.px[target]!
  sight.bz = soldiers.pz[target]!
  const isCrouched = (soldiers.flags[target]! & SoldierFlag.crouched) !== 0
  const isSeen = !isWallOn(map, sight)
  if (isSeen && !(isCrouched && isSheltered(world, trace, target))) return 0
  counters.hitsBehindCover[0]!++
  return HitFlag.behindCoverNow
}
