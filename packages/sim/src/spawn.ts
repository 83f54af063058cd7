/**
 * Entering the field: where, with what, and the protection that lasts until it runs out or the
 * soldier fires.
 */
import { assert } from '@battalion/base/assert.ts'
import { NET_ID_NONE } from '@battalion/base/ids.ts'
import { nextBelow, nextFloat } from '@battalion/base/prng.ts'
import { cosOfAngle, sinOfAngle, angleOfVector } from '@battalion/base/trig-table.ts'
import { BODY_SKIN_METRES, findFreeSpot, isFree } from './collision.ts'
import { addEvent } from './event-table.ts'
import { EventType } from './events.ts'
import { ASSIST_SLOTS, SOLDIER_RADIUS_METRES, WEAPON_SLOTS } from './limits.ts'
import { CELL_NONE, cellOfPosition } from './spatial-grid.ts'
import type { World } from './world.ts'
import { LifeState } from './world.ts'

/**
 * Places tried in an area before the one nearest to its centre is taken. Fewer: more soldiers on
 * one spot.
 */
const SPAWN_TRIES_MAX = 8

interface SpawnDisc {
  readonly x: number
  readonly z: number
  readonly radius: number
}

const place = { x: 0, z: 0 }

/** Puts a soldier on the field in a new life, in the class it wishes for. */
export function spawnSoldier(world: World, netId: number): void {
  const { soldiers, mode, map } = world
  assert(soldiers.state[netId] !== LifeState.empty, 'only who takes part can enter the field')
  choosePlace(world, pickDisc(world, soldiers.team[netId]!))
  soldiers.classId[netId] = soldiers.classWish[netId]!
  assert(
    world.balance.classes[soldiers.classId[netId]] !== undefined,
    'the class is in the balance',
  )
  soldiers.state[netId] = LifeState.alive
  soldiers.life[netId]!++
  soldiers.px[netId] = place.x
  soldiers.pz[netId] = place.z
  soldiers.vx[netId] = 0
  soldiers.vz[netId] = 0
  assert(place.x >= 0 && place.x <= map.map.widthMetres, 'one enters on the map in x')
  assert(place.z >= 0 && place.z <= map.map.depthMetres, 'one enters on the map in z')
  const centreX = map.map.widthMetres / 2
  const centreZ = map.map.depthMetres / 2
  soldiers.yaw[netId] = angleOfVector(centreX - place.x, centreZ - place.z)
  soldiers.cell[netId] = cellOfPosition(map, soldiers.px[netId], soldiers.pz[netId])
  soldiers.protectedUntilTick[netId] = world.tick + Math.round(mode.protectionSec * mode.tickRateHz)
  equipSoldier(world, netId)
  const row = addEvent(world.events, EventType.spawn)
  world.events.target[row] = netId
  world.events.value[row] = soldiers.hp[netId]!
  world.events.x[row] = place.x
  world.events.z[row] = place.z
}

/**
 * Takes a soldier off the field: no body, no cell. A reload stays until the next spawn or revive:
 * whoever fell in this step may still have its shot (C3), but not out of a reload.
 */
export function clearBody(world: World, netId: number): void {
  const { soldiers } = world
  soldiers.cell[netId] = CELL_NONE
  soldiers.vx[netId] = 0
  soldiers.vz[netId] = 0
  soldiers.hp[netId] = 0
  soldiers.armour[netId] = 0
  soldiers.flags[netId] = 0
  soldiers.reviveTicks[netId] = 0
}

/** Forgets who hurt this soldier. */
export function clearAssists(world: World, netId: number): void {
  const start = netId * ASSIST_SLOTS
  world.soldiers.assistActor.fill(NET_ID_NONE, start, start + ASSIST_SLOTS)
  world.soldiers.assistDamage.fill(0, start, start + ASSIST_SLOTS)
}

function equipSoldier(world: World, netId: number): void {
  const { soldiers, balance, tick } = world
  assert(netId < world.capacity, 'a net id is a slot of the world')
  const soldierClass = balance.classes[soldiers.classId[netId]!]!
  soldiers.hp[netId] = soldierClass.hp
  soldiers.armour[netId] = soldierClass.armour
  soldiers.slot[netId] = 0
  soldiers.recoil[netId] = 0
  soldiers.fireCarry[netId] = 0
  soldiers.flags[netId] = 0
  soldiers.nextFireTick[netId] = tick
  soldiers.reloadEndTick[netId] = 0
  soldiers.abilityReadyTick[netId] = tick
  soldiers.respawnTick[netId] = 0
  soldiers.downEndTick[netId] = 0
  soldiers.spottedUntilTick[netId] = 0
  soldiers.reviveTicks[netId] = 0
  soldiers.lastButtons[netId] = 0
  clearAssists(world, netId)
  for (let slot = 0; slot < WEAPON_SLOTS; slot++) {
    const weapon = balance.weapons[soldierClass.weapons[slot]!]!
    soldiers.magazine[netId * WEAPON_SLOTS + slot] = weapon.magazineRounds
    soldiers.reserve[netId * WEAPON_SLOTS + slot] = weapon.reserveRounds
  }
  assert(soldiers.hp[netId] > 0, 'who enters the field has hp')
}

/** One of the team's spawn areas and the objectives it holds, by the world's dice. */
function pickDisc(world: World, team: number): SpawnDisc {
  const { map, objectives } = world
  let count = 0
  for (const area of map.map.spawns) if (area.team === team) count++
  assert(count > 0, 'every team of the mode has a spawn area on the map')
  const places = map.map.objectives
  for (let index = 0; index < places.length; index++) if (objectives.owner[index] === team) count++
  let pick = nextBelow(world.prng, count)
  for (const area of map.map.spawns) if (area.team === team && pick-- === 0) return area
  for (let index = 0; index < places.length; index++) {
    if (objectives.owner[index] === team && pick-- === 0) return places[index]!
  }
  return map.map.spawns[0]!
}

/** A free place in the disc, or the one nearest to its centre, into `place`. */
function choosePlace(world: World, disc: SpawnDisc): void {
  for (let attempt = 0; attempt < SPAWN_TRIES_MAX; attempt++) {
    const angle = nextBelow(world.prng, 65536)
    const distance = disc.radius * Math.sqrt(nextFloat(world.prng))
    place.x = disc.x + cosOfAngle(angle) * distance
    place.z = disc.z + sinOfAngle(angle) * distance
    if (isFree(world.map, place.x, place.z, SOLDIER_RADIUS_METRES + BODY_SKIN_METRES)) return
  }
  place.x = disc.x
  place.z = disc.z
  findFreeSpot(world.map, place, SOLDIER_RADIUS_METRES)
}
