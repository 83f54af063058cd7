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
import type { CompiledMap } from './compiled-map.ts'
import { COVER_GRACE_MS, SOLDIER_RADIUS_METRES, VIEW_TIME_PER_TICK } from './limits.ts'
import { Segment, isWallOn } from './raycast.ts'
import type { PastSoldier } from './rewind.ts'
import { clampViewTime, findPastSoldier } from './rewind.ts'
import { PELLETS_MAX, addToHits } from './shot-hits.ts'
import { scatter } from './spread.ts'
import { isSheltered, shortenToFree, traceSoldiers } from './trace.ts'
import type { World } from './world.ts'
import { SoldierFlag } from './world.ts'

/** Places across a body that are looked for, from side to side: every 0.2 m. */
const BODY_SAMPLES = 5
/** What `judgeShelter` says of a hit that does not count. */
const VOID = -1
/** From the shooter to his target. */
const sight = new Segment()

/** Fires one shot of a hit-scan weapon. */
export function fireHitScan(world: World, netId: number, weaponIndex: number): void {
  const weapon = world.balance.weapons[weaponIndex]!
  const { hits, trace } = world.scratch
  const flags = aimTrace(world, netId, weapon)
  hits.count = 0
  world.counters.shotsJudged[0]!++
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
    const shelter = judgeShelter(world, index)
    if (shelter === VOID) continue
    blow.flags = flags | shelter
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
  scratch.rewindDepths[world.tick * VIEW_TIME_PER_TICK - viewTime.eighths]!++
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
  const { hits } = world.scratch
  const countBefore = hits.count
  const index = addToHits(hits, trace.hitNetId, damage)
  if (index === countBefore) rememberSpot(world, index)
}

/** Where on the body the pellet struck, as the body was then. */
function rememberSpot(world: World, index: number): void {
  const { trace, past, hits } = world.scratch
  const isKnown = findPastSoldier(world, trace.hitNetId, trace.eighths, past)
  assert(isKnown, 'who was hit was there')
  hits.spotX[index] = trace.x + trace.dirX * trace.hitDistance - past.x
  hits.spotZ[index] = trace.z + trace.dirZ * trace.hitDistance - past.z
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

/**
 * Flags of a hit by what cover the target has reached since: none while something of the body is to
 * be seen; behind cover when nothing is; VOID when nothing was for a while already (C13). (The
 * middle of a body is behind a corner long before the rest: judged by it, hits would count on who
 * stands in the open at the very moment.)
 */
function judgeShelter(world: World, index: number): number {
  const { soldiers, scratch, counters } = world
  const { hits, trace, past } = scratch
  const target = hits.netId[index]!
  past.x = soldiers.px[target]!
  past.z = soldiers.pz[target]!
  past.crouched = (soldiers.flags[target]! & SoldierFlag.crouched) !== 0
  const isHiddenNow = isOutOfSight(world, index)
  if (isHiddenNow) {
    const back = Math.floor((COVER_GRACE_MS * world.mode.tickRateHz * VIEW_TIME_PER_TICK) / 1000)
    const then = world.tick * VIEW_TIME_PER_TICK - back
    if (then > trace.eighths && findPastSoldier(world, target, then, past)) {
      if (isOutOfSight(world, index)) {
        counters.hitsVoid[0]!++
        return VOID
      }
    }
  }
  counters.hitsJudged[0]!++
  if (!isHiddenNow) return 0
  counters.hitsBehindCover[0]!++
  return HitFlag.behindCoverNow
}

/** Whether nothing of the target, where `scratch.past` stands, can be seen from the muzzle. */
function isOutOfSight(world: World, index: number): boolean {
  const { map, scratch } = world
  const { trace, past, hits } = scratch
  sight.ax = trace.x
  sight.az = trace.z
  sight.bx = past.x + hits.spotX[index]!
  sight.bz = past.z + hits.spotZ[index]!
  if (!isHidden(map, past.crouched)) return false
  for (let sample = 0; sample < BODY_SAMPLES; sample++) {
    aimAcross(past, sample)
    if (!isHidden(map, past.crouched)) return false
  }
  return true
}

/** Ends the line of sight at one of the places across a body, from side to side. */
function aimAcross(body: PastSoldier, sample: number): void {
  const dx = body.x - sight.ax
  const dz = body.z - sight.az
  const distance = Math.max(Math.sqrt(dx * dx + dz * dz), SOLDIER_RADIUS_METRES)
  const aside = ((sample / (BODY_SAMPLES - 1)) * 2 - 1) * SOLDIER_RADIUS_METRES
  sight.bx = body.x - (dz / distance) * aside
  sight.bz = body.z + (dx / distance) * aside
}

/** Whether the end of the line of sight cannot be seen; low cover hides who crouches behind it. */
function isHidden(map: CompiledMap, isCrouched: boolean): boolean {
  return isWallOn(map, sight) || (isCrouched && isSheltered(map, sight))
}
