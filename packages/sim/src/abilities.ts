/**
 * What classes can do beside shooting, one function per form of the balance. An ability with nobody
 * to serve does not start and costs no wait.
 */
import { assert } from '@battalion/base/assert.ts'
import type { Ability } from './balance.ts'
import { Button } from './commands.ts'
import { addEvent } from './event-table.ts'
import { EventType } from './events.ts'
import { hitColumn, hitRow } from './hit-grid.ts'
import { WEAPON_SLOTS } from './limits.ts'
import { launchProjectile } from './projectiles.ts'
import { addScore } from './scoring.ts'
import { ticksOfMs } from './ticks-of-ms.ts'
import type { World } from './world.ts'
import { LifeState, Phase, SoldierFlag } from './world.ts'

/** Carries out the ability part of all commands. */
export function carryOutAbilities(world: World): void {
  const { soldiers, commands, slotsUsed, tick } = world
  if (world.phase === Phase.ended) return
  for (let id = 0; id < slotsUsed; id++) {
    if (soldiers.state[id] !== LifeState.alive || commands.present[id] === 0) continue
    if ((commands.buttons[id]! & Button.ability) === 0) continue
    if (soldiers.abilityReadyTick[id]! > tick) continue
    useAbility(world, id)
  }
}

/** Gives hp, never above the class's; returns how much and reports it. Not for the fallen. */
export function giveHp(world: World, actor: number, target: number, hp: number): number {
  const { soldiers, balance } = world
  assert(soldiers.state[target] === LifeState.alive, 'only the living are healed')
  const missing = balance.classes[soldiers.classId[target]!]!.hp - soldiers.hp[target]!
  const given = Math.max(0, Math.min(Math.round(hp), missing))
  soldiers.hp[target]! += given
  soldiers.healed[actor]! += given
  assert(
    soldiers.hp[target]! <= balance.classes[soldiers.classId[target]!]!.hp,
    'nobody has more hp than its class',
  )
  assert(given <= missing, 'a heal gives no more than is missing')
  return given
}

function useAbility(world: World, netId: number): void {
  const { soldiers, balance, events } = world
  const index = balance.classes[soldiers.classId[netId]!]!.ability
  const ability = balance.abilities[index]!
  assert(ability !== undefined, 'the ability of a class is in the balance')
  assert(soldiers.state[netId] === LifeState.alive, 'only the living use abilities')
  if (!startAbility(world, netId, ability)) return
  soldiers.abilityReadyTick[netId] = world.tick + Math.max(1, ticksOfMs(world, ability.cooldownMs))
  const row = addEvent(events, EventType.ability)
  events.actor[row] = netId
  events.kind[row] = index
  events.x[row] = soldiers.px[netId]!
  events.z[row] = soldiers.pz[netId]!
}

/** False when it served nobody. */
function startAbility(world: World, netId: number, ability: Ability): boolean {
  if (ability.form === 'grenade') return throwGrenade(world, netId, ability.weapon)
  const { hitGrid } = world.scratch
  assert(ability.radiusMetres > 0, 'an ability reaches somewhere')
  const x = world.soldiers.px[netId]!
  const z = world.soldiers.pz[netId]!
  const west = hitColumn(hitGrid, x - ability.radiusMetres)
  const east = hitColumn(hitGrid, x + ability.radiusMetres)
  const last = hitRow(hitGrid, z + ability.radiusMetres)
  let servedCount = 0
  for (let row = hitRow(hitGrid, z - ability.radiusMetres); row <= last; row++) {
    const to = hitGrid.start[row * hitGrid.cellsX + east + 1]!
    for (let at = hitGrid.start[row * hitGrid.cellsX + west]!; at < to; at++) {
      if (serveSoldier(world, netId, hitGrid.members[at]!, ability)) servedCount++
    }
  }
  return servedCount > 0
}

function throwGrenade(world: World, netId: number, weapon: number): boolean {
  const { launch } = world.scratch
  launch.owner = netId
  launch.weapon = weapon
  launch.angle = world.soldiers.yaw[netId]!
  if (!launchProjectile(world, launch)) return false
  assert(world.projectiles.active.includes(1), 'what was thrown flies')
  world.soldiers.protectedUntilTick[netId] = Math.min(
    world.soldiers.protectedUntilTick[netId]!,
    world.tick,
  )
  return true
}

type AreaAbility = Exclude<Ability, { form: 'grenade' }>

/** Does the ability to one soldier near; false when out of reach or not in need. */
function serveSoldier(world: World, actor: number, target: number, ability: AreaAbility): boolean {
  const { soldiers } = world
  if (soldiers.state[target] !== LifeState.alive) return false
  const dx = soldiers.px[target]! - soldiers.px[actor]!
  const dz = soldiers.pz[target]! - soldiers.pz[actor]!
  if (dx * dx + dz * dz > ability.radiusMetres * ability.radiusMetres) return false
  const isMate = soldiers.team[target] === soldiers.team[actor]
  assert(target < world.slotsUsed, 'the grid holds soldiers of this world')
  if (isMate === (ability.form === 'scan')) return false
  if (ability.form === 'heal') return healSoldier(world, actor, target, ability)
  if (ability.form === 'resupply') return resupplySoldier(world, actor, target, ability)
  soldiers.spottedUntilTick[target] = world.tick + ticksOfMs(world, ability.spottedMs)
  return true
}

function healSoldier(
  world: World,
  actor: number,
  target: number,
  ability: Extract<Ability, { form: 'heal' }>,
): boolean {
  const given = giveHp(world, actor, target, ability.hp)
  if (given === 0) return false
  const { events, soldiers, balance } = world
  const row = addEvent(events, EventType.heal)
  events.actor[row] = actor
  events.target[row] = target
  events.kind[row] = balance.classes[soldiers.classId[actor]!]!.ability
  events.value[row] = given
  events.x[row] = soldiers.px[target]!
  events.z[row] = soldiers.pz[target]!
  if (actor !== target) addScore(world, actor, given * balance.formulas.score.healPerHp)
  return true
}

function resupplySoldier(
  world: World,
  actor: number,
  target: number,
  ability: Extract<Ability, { form: 'resupply' }>,
): boolean {
  const { soldiers, balance } = world
  const soldierClass = balance.classes[soldiers.classId[target]!]!
  const armour = soldiers.armour[target]!
  // Armour beyond the class's own (there is none today) would stay.
  const armourNext = Math.max(armour, Math.min(armour + ability.armour, soldierClass.armour))
  soldiers.armour[target] = armourNext
  assert(armourNext >= armour, 'a resupply takes no armour')
  let isServed = armourNext > armour
  assert(armourNext <= 0xff, 'armour fits its column')
  for (let slot = 0; slot < WEAPON_SLOTS; slot++) {
    const weapon = balance.weapons[soldierClass.weapons[slot]!]!
    const rounds = target * WEAPON_SLOTS + slot
    assert(weapon !== undefined, 'the weapon of a class is in the balance')
    const reserve = soldiers.reserve[rounds]!
    const filled = Math.min(
      reserve + ability.magazines * weapon.magazineRounds,
      weapon.reserveRounds,
    )
    if (filled <= reserve) continue
    soldiers.reserve[rounds] = filled
    isServed = true
  }
  if (isServed && actor !== target) addScore(world, actor, balance.formulas.score.resupply)
  return isServed
}

/** Shows who is marked, protected or reloading; the last word on `flags` in a step. */
export function refreshFlags(world: World): void {
  const { soldiers, slotsUsed, tick } = world
  for (let id = 0; id < slotsUsed; id++) {
    if (soldiers.state[id] !== LifeState.alive) continue
    let flags = soldiers.flags[id]!
    if (soldiers.reloadEndTick[id] !== 0) flags |= SoldierFlag.reloading
    if (soldiers.protectedUntilTick[id]! > tick) flags |= SoldierFlag.protected
    if (soldiers.spottedUntilTick[id]! > tick) flags |= SoldierFlag.spotted
    soldiers.flags[id] = flags
  }
}
