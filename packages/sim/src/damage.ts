/**
 * Where hp is lost: the one place that takes hp and armour, and what follows when none is left. Hp
 * given back is in abilities.ts and revive.ts, nowhere else.
 */
import { assert } from '@battalion/base/assert.ts'
import { NET_ID_NONE } from '@battalion/base/ids.ts'
import { damageAfterDefence, damageInArmour } from './damage-formulas.ts'
import { addEvent } from './event-table.ts'
import { EventType, HitFlag } from './events.ts'
import { creditKill, rememberAttacker } from './scoring.ts'
import { clearBody } from './spawn.ts'
import { ticksOfSec } from './ticks-of-ms.ts'
import type { World } from './world.ts'
import { LifeState, Phase, SoldierFlag } from './world.ts'

/** One blow to one soldier: what a shot or a blast does to it, before defence and armour. */
export interface Blow {
  /** NET_ID_NONE when the one who did it has left. */
  actor: number
  /** Team of the one who did it, for when it has left. */
  actorTeam: number
  target: number
  weapon: number
  damage: number
  /** Bits of HitFlag. */
  flags: number
}

/** Deals a blow; true when it hurt an enemy of its team. */
export function dealBlow(world: World, blow: Blow): boolean {
  const { soldiers } = world
  if (!canBeHurt(world, blow.target)) return false
  const damage = blow.damage * friendlyRatio(world, blow)
  if (!(damage > 0)) return false
  const { formulas, classes } = world.balance
  const soldierClass = classes[soldiers.classId[blow.target]!]!
  assert(soldierClass !== undefined, 'the class of a soldier is in the balance')
  const defended = damageAfterDefence(formulas.defence, damage, soldierClass.defence)
  const armour = soldiers.armour[blow.target]!
  const inArmour = damageInArmour(formulas.armour, defended, armour)
  if (formulas.armour.form === 'absorb' && inArmour > 0) wearArmour(world, blow, inArmour)
  const hp = soldiers.hp[blow.target]!
  assert(hp > 0, 'the living have hp')
  assert(inArmour <= defended + 1, 'armour takes no more than the damage')
  takeHp(world, blow, Math.min(hp, Math.round(defended - inArmour)))
  return soldiers.team[blow.target] !== blow.actorTeam
}

function canBeHurt(world: World, target: number): boolean {
  if (world.phase === Phase.ended) return false
  if (world.soldiers.state[target] !== LifeState.alive) return false
  return world.soldiers.protectedUntilTick[target]! <= world.tick
}

function friendlyRatio(world: World, blow: Blow): number {
  if (blow.target === blow.actor) return 1
  if (world.soldiers.team[blow.target] !== blow.actorTeam) return 1
  return world.mode.friendlyFireRatio
}

function wearArmour(world: World, blow: Blow, amount: number): void {
  const { soldiers, events } = world
  assert(amount <= soldiers.armour[blow.target]!, 'armour takes no more than there is')
  soldiers.armour[blow.target]! -= amount
  remember(world, blow, amount)
  const row = addEvent(events, EventType.armourHit)
  assert(amount > 0, 'a blow wears armour down')
  events.actor[row] = blow.actor
  events.target[row] = blow.target
  events.kind[row] = blow.weapon
  events.value[row] = amount
}

function takeHp(world: World, blow: Blow, amount: number): void {
  const { soldiers, events } = world
  const { actor, target } = blow
  assert(amount >= 0, 'a blow gives no hp')
  assert(amount <= soldiers.hp[target]!, 'a blow takes no more hp than there is')
  soldiers.hp[target]! -= amount
  soldiers.damageTaken[target]! += amount
  soldiers.flags[target]! |= SoldierFlag.hurt
  if (actor !== NET_ID_NONE) soldiers.damageDone[actor]! += amount
  const isLethal = soldiers.hp[target] === 0
  // Who kills needs no entry, and must not push out one who earned an assist.
  if (!isLethal) remember(world, blow, amount)
  const row = addEvent(events, EventType.hit)
  events.actor[row] = actor
  events.target[row] = target
  events.kind[row] = blow.weapon
  events.value[row] = amount
  events.flags[row] = blow.flags | (isLethal ? HitFlag.lethal : 0)
  events.x[row] = soldiers.px[target]!
  events.z[row] = soldiers.pz[target]!
  if (isLethal) fellSoldier(world, blow)
}

function remember(world: World, blow: Blow, amount: number): void {
  if (blow.actor === NET_ID_NONE || blow.actor === blow.target) return
  rememberAttacker(world, blow.actor, blow.target, amount)
}

/** The last hp is gone: down where the mode knows revive, else dead. */
function fellSoldier(world: World, blow: Blow): void {
  const { soldiers, mode, tick, events, teams } = world
  const { target } = blow
  const row = addEvent(events, EventType.kill)
  events.actor[row] = blow.actor
  events.target[row] = target
  events.kind[row] = blow.weapon
  events.flags[row] = blow.flags
  events.x[row] = soldiers.px[target]!
  events.z[row] = soldiers.pz[target]!
  creditKill(world, blow.actor, target)
  const team = soldiers.team[target]!
  assert(soldiers.hp[target] === 0, 'only who has no hp falls')
  assert(team < mode.teamCount, 'everybody is in a team of the mode')
  if (mode.form === 'duel' && world.phase === Phase.running) {
    teams.tickets[team] = Math.max(0, teams.tickets[team]! - 1)
  }
  soldiers.respawnTick[target] = tick + ticksOfSec(world, mode.respawnSec)
  if (mode.downSec > 0) {
    layDown(world, target)
    return
  }
  clearBody(world, target)
  soldiers.state[target] = LifeState.dead
  events.target[addEvent(events, EventType.death)] = target
}

function layDown(world: World, netId: number): void {
  const { soldiers } = world
  assert(world.soldiers.state[netId] === LifeState.alive, 'only the living fall')
  soldiers.state[netId] = LifeState.down
  soldiers.downEndTick[netId] = world.tick + ticksOfSec(world, world.mode.downSec)
  soldiers.vx[netId] = 0
  soldiers.vz[netId] = 0
  soldiers.armour[netId] = 0
  soldiers.reviveTicks[netId] = 0
  soldiers.flags[netId] = SoldierFlag.down | SoldierFlag.hurt
}
