/**
 * Things that fly: rockets that go off where they meet something, and lobbed things that pass over
 * bodies and low cover, come to rest at the aimed distance and go off at the end of their fuse.
 * They live in the present; nothing is rewound for them.
 */
import { assert } from '@battalion/base/assert.ts'
import { NET_ID_NONE } from '@battalion/base/ids.ts'
import { cosOfAngle, sinOfAngle } from '@battalion/base/trig-table.ts'
import type { ProjectileWeapon } from './balance.ts'
import { explode } from './blast.ts'
import { dealBlow } from './damage.ts'
import { addEvent } from './event-table.ts'
import { EventType } from './events.ts'
import { PROJECTILES_MAX, VIEW_TIME_PER_TICK } from './limits.ts'
import { ticksOfMs, ticksOfSec } from './ticks-of-ms.ts'
import { shortenToFree, traceSoldiers } from './trace.ts'
import type { World } from './world.ts'
import { LifeState } from './world.ts'

/** Units of an aim distance on the wire, per metre. */
const AIM_STEPS_PER_METRE = 16
/** What lies against a wall keeps this far from it (m), so that its blast is not inside. */
const WALL_GAP_METRES = 0.05

/** What leaves a hand or a barrel. */
export interface Launch {
  owner: number
  weapon: number
  /** Binary angle. */
  angle: number
}

/** Sends a projectile off; false when there are too many, and then nothing is spent. */
export function launchProjectile(world: World, launch: Launch): boolean {
  const { projectiles, soldiers, commands, tick } = world
  const weapon = world.balance.weapons[launch.weapon]!
  assert(weapon.kind === 'projectile', 'only projectile weapons launch something')
  const index = projectiles.active.indexOf(0)
  if (index < 0) {
    world.counters.projectilesRefused[0]!++
    return false
  }
  const owner = launch.owner
  assert(soldiers.state[owner] !== LifeState.empty, 'who launches takes part')
  assert(index < PROJECTILES_MAX, 'what flies has a row')
  projectiles.active[index] = 1
  projectiles.generation[index]!++
  projectiles.weapon[index] = launch.weapon
  projectiles.owner[index] = owner
  projectiles.team[index] = soldiers.team[owner]!
  projectiles.px[index] = soldiers.px[owner]!
  projectiles.pz[index] = soldiers.pz[owner]!
  projectiles.vx[index] = cosOfAngle(launch.angle) * weapon.speedMetresPerSec
  projectiles.vz[index] = sinOfAngle(launch.angle) * weapon.speedMetresPerSec
  const aimed = commands.aimDistance[owner]! / AIM_STEPS_PER_METRE
  assert(aimed >= 0, 'one aims forward')
  projectiles.travelMetres[index] = weapon.lobbed
    ? Math.min(aimed, weapon.rangeMetres)
    : weapon.rangeMetres
  projectiles.endTick[index] = tick + Math.max(1, flightTicks(world, weapon))
  reportLaunch(world, launch)
  return true
}

/** Moves everything that flies and sets off what is due. */
export function flyProjectiles(world: World): void {
  const { projectiles, balance } = world
  for (let index = 0; index < PROJECTILES_MAX; index++) {
    if (projectiles.active[index] === 0) continue
    const weapon = balance.weapons[projectiles.weapon[index]!]!
    assert(weapon.kind === 'projectile', 'what flies came from a projectile weapon')
    if (weapon.lobbed) flyLobbed(world, index)
    else flyStraight(world, index, weapon)
    if (projectiles.active[index] === 0) continue
    if (projectiles.endTick[index]! <= world.tick) endFlight(world, index, weapon)
  }
}

/** Takes everything out of the air without effect. */
export function clearProjectiles(world: World): void {
  world.projectiles.active.fill(0)
}

function flightTicks(world: World, weapon: ProjectileWeapon): number {
  if (weapon.fuseMs > 0) return ticksOfMs(world, weapon.fuseMs)
  return ticksOfSec(world, weapon.rangeMetres / weapon.speedMetresPerSec)
}

/** Length of this step's way; the way ahead is in the world's trace. */
function aimAlongFlight(world: World, index: number): number {
  const { projectiles, scratch, mode } = world
  const { trace } = scratch
  const vx = projectiles.vx[index]!
  const vz = projectiles.vz[index]!
  const speed = Math.sqrt(vx * vx + vz * vz)
  assert(speed >= 0, 'a flight has a speed')
  trace.x = projectiles.px[index]!
  trace.z = projectiles.pz[index]!
  trace.dirX = speed > 0 ? vx / speed : 0
  trace.dirZ = speed > 0 ? vz / speed : 0
  trace.eighths = world.tick * VIEW_TIME_PER_TICK
  trace.actor = projectiles.owner[index]!
  trace.team = projectiles.team[index]!
  trace.hitsOwnTeam = mode.friendlyFireRatio > 0
  return Math.min(speed * world.dtSec, projectiles.travelMetres[index]!)
}

/** How much of the way ahead is free of walls; ends a gap before the wall. */
function freeWay(world: World, way: number): number {
  const reach = way + WALL_GAP_METRES
  assert(way >= 0, 'what flies flies forward')
  const { trace } = world.scratch
  trace.range = reach
  shortenToFree(world, trace)
  return trace.range >= reach ? way : Math.max(0, trace.range - WALL_GAP_METRES)
}

function flyLobbed(world: World, index: number): void {
  const { projectiles } = world
  const way = aimAlongFlight(world, index)
  if (way <= 0) {
    restProjectile(world, index)
    return
  }
  const free = freeWay(world, way)
  const isStopped = free < way
  assert(free <= way, 'nothing flies further than its way')
  advance(world, index, free)
  projectiles.travelMetres[index]! -= way
  if (isStopped || projectiles.travelMetres[index]! <= 0) restProjectile(world, index)
}

function restProjectile(world: World, index: number): void {
  world.projectiles.vx[index] = 0
  world.projectiles.vz[index] = 0
  world.projectiles.travelMetres[index] = 0
}

function flyStraight(world: World, index: number, weapon: ProjectileWeapon): void {
  const { projectiles, scratch } = world
  const { trace } = scratch
  const way = aimAlongFlight(world, index)
  trace.range = freeWay(world, way)
  const isStopped = trace.range < way
  traceSoldiers(world, trace)
  const target = trace.hitNetId
  const distance = trace.hitDistance
  assert(distance <= trace.range, 'what is struck is on the way')
  if (target === NET_ID_NONE) {
    advance(world, index, distance)
    projectiles.travelMetres[index]! -= distance
    if (isStopped) endFlight(world, index, weapon)
    return
  }
  advance(world, index, distance)
  strikeTarget(world, index, target)
  endFlight(world, index, weapon)
}

function advance(world: World, index: number, metres: number): void {
  const { trace } = world.scratch
  world.projectiles.px[index] = trace.x + trace.dirX * metres
  world.projectiles.pz[index] = trace.z + trace.dirZ * metres
  assert(metres >= 0, 'nothing flies backwards')
}

/** The blow of the thing itself, before its blast. */
function strikeTarget(world: World, index: number, target: number): void {
  const { projectiles, balance, scratch, soldiers } = world
  const { blow } = scratch
  blow.actor = projectiles.owner[index]!
  blow.actorTeam = projectiles.team[index]!
  blow.target = target
  blow.weapon = projectiles.weapon[index]!
  blow.damage = balance.weapons[blow.weapon]!.damage
  blow.flags = 0
  assert(blow.target < world.slotsUsed, 'a soldier is struck')
  if (dealBlow(world, blow) && blow.actor !== NET_ID_NONE) soldiers.shotsHit[blow.actor]!++
}

function endFlight(world: World, index: number, weapon: ProjectileWeapon): void {
  const { projectiles } = world
  assert(projectiles.active[index] === 1, 'a flight ends once')
  projectiles.active[index] = 0
  if (weapon.blastRadiusMetres > 0) explode(world, index, weapon)
}

function reportLaunch(world: World, launch: Launch): void {
  const { events, soldiers } = world
  const row = addEvent(events, EventType.shot)
  const x = soldiers.px[launch.owner]!
  const z = soldiers.pz[launch.owner]!
  events.actor[row] = launch.owner
  events.kind[row] = launch.weapon
  events.yaw[row] = launch.angle
  events.x[row] = x
  events.z[row] = z
  events.x2[row] = x
  events.z2[row] = z
}
