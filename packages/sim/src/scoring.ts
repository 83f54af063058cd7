/**
 * Who gets points for what. A soldier's points are its team's too; a team keeps those of soldiers
 * who left.
 */
import { assert } from '@battalion/base/assert.ts'
import { NET_ID_NONE } from '@battalion/base/ids.ts'
import { addEvent } from './event-table.ts'
import { EventType } from './events.ts'
import { ASSIST_SLOTS } from './limits.ts'
import type { World } from './world.ts'
import { Phase } from './world.ts'

/** Adds points, rounded to whole ones. Nothing counts after the end. */
export function addScore(world: World, netId: number, points: number): void {
  if (world.phase === Phase.ended) return
  const whole = Math.round(points)
  assert(Number.isFinite(whole), 'points are a number')
  world.soldiers.score[netId]! += whole
  world.teams.score[world.soldiers.team[netId]!]! += whole
}

/** Books that `actor` felled `target`. Felling a team mate costs what an enemy would earn. */
export function creditKill(world: World, actor: number, target: number): void {
  const { soldiers, balance } = world
  soldiers.deaths[target]!++
  assert(soldiers.hp[target] === 0, 'who has hp has not fallen')
  creditAssists(world, actor, target)
  if (actor === NET_ID_NONE || actor === target) return
  const points = balance.formulas.score.kill
  if (soldiers.team[actor] === soldiers.team[target]) {
    addScore(world, actor, -points)
    return
  }
  soldiers.kills[actor]!++
  addScore(world, actor, points)
  if (isDefending(world, actor, target)) addScore(world, actor, balance.formulas.score.defend)
}

/** Remembers who hurt whom; the smallest entry makes room for a larger one. */
export function rememberAttacker(
  world: World,
  actor: number,
  target: number,
  damage: number,
): void {
  const { assistActor, assistDamage } = world.soldiers
  const start = target * ASSIST_SLOTS
  let smallest = start
  assert(damage > 0 || actor !== target, 'blows to oneself are not remembered')
  assert(actor !== NET_ID_NONE, 'nobody is not remembered')
  for (let entry = start; entry < start + ASSIST_SLOTS; entry++) {
    if (assistActor[entry] === actor) {
      assistDamage[entry] = Math.min(assistDamage[entry]! + damage, 0xffff)
      return
    }
    if (assistDamage[entry]! < assistDamage[smallest]!) smallest = entry
  }
  if (assistDamage[smallest]! >= damage) return
  assistActor[smallest] = actor
  assistDamage[smallest] = damage
}

function creditAssists(world: World, killer: number, target: number): void {
  const { soldiers, balance, events } = world
  const hpMax = balance.classes[soldiers.classId[target]!]!.hp
  const least = hpMax * balance.formulas.assistShare
  assert(least >= 0, 'an assist needs damage')
  const start = target * ASSIST_SLOTS
  for (let entry = start; entry < start + ASSIST_SLOTS; entry++) {
    const actor = soldiers.assistActor[entry]!
    if (actor === NET_ID_NONE || actor === killer) continue
    if (soldiers.assistDamage[entry]! < least) continue
    if (soldiers.team[actor] === soldiers.team[target]) continue
    soldiers.assists[actor]!++
    addScore(world, actor, balance.formulas.score.assist)
    const row = addEvent(events, EventType.assist)
    events.actor[row] = actor
    events.target[row] = target
  }
}

/** Whether killer or victim stood at an objective of the killer's team. */
function isDefending(world: World, actor: number, target: number): boolean {
  const { soldiers, objectives } = world
  const places = world.map.map.objectives
  for (let index = 0; index < places.length; index++) {
    if (objectives.owner[index] !== soldiers.team[actor]) continue
    if (isAtObjective(world, index, actor) || isAtObjective(world, index, target)) return true
  }
  return false
}

/** Whether a soldier stands within an objective's radius. */
export function isAtObjective(world: World, objective: number, netId: number): boolean {
  const place = world.map.map.objectives[objective]!
  assert(place !== undefined, 'the objective is on the map')
  const dx = world.soldiers.px[netId]! - place.x
  const dz = world.soldiers.pz[netId]! - place.z
  return dx * dx + dz * dz <= place.radius * place.radius
}
