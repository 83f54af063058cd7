/**
 * Bringing back the fallen: whoever holds revive works on the nearest fallen team mate in reach.
 * Work of several adds up; when nobody works for a step, all of it is lost.
 */
import { assert } from '@battalion/base/assert.ts'
import { NET_ID_NONE } from '@battalion/base/ids.ts'
import { Button } from './commands.ts'
import { addEvent } from './event-table.ts'
import { EventType } from './events.ts'
import { hitColumn, hitRow } from './hit-grid.ts'
import { addScore } from './scoring.ts'
import { clearAssists } from './spawn.ts'
import { ticksOfMs } from './ticks-of-ms.ts'
import type { World } from './world.ts'
import { LifeState, Phase } from './world.ts'

/** How near one must stand to revive (m). */
export const REVIVE_REACH_METRES = 2.5

/** Carries out the revive part of all commands. */
export function carryOutRevives(world: World): void {
  const { soldiers, commands, slotsUsed } = world
  if (world.phase === Phase.ended) return
  for (let id = 0; id < slotsUsed; id++) {
    if (soldiers.state[id] !== LifeState.alive || commands.present[id] === 0) continue
    if ((commands.buttons[id]! & Button.revive) === 0) continue
    const target = findFallen(world, id)
    if (target !== NET_ID_NONE) workOnFallen(world, id, target)
  }
}

/** The nearest fallen team mate in reach, the lowest net id of equals, NET_ID_NONE for none. */
function findFallen(world: World, netId: number): number {
  const { soldiers, scratch } = world
  const { hitGrid } = scratch
  const x = soldiers.px[netId]!
  const z = soldiers.pz[netId]!
  const west = hitColumn(hitGrid, x - REVIVE_REACH_METRES)
  const east = hitColumn(hitGrid, x + REVIVE_REACH_METRES)
  const last = hitRow(hitGrid, z + REVIVE_REACH_METRES)
  assert(west <= east, 'the columns are in order')
  let best = NET_ID_NONE as number
  let bestSquared = REVIVE_REACH_METRES * REVIVE_REACH_METRES
  for (let row = hitRow(hitGrid, z - REVIVE_REACH_METRES); row <= last; row++) {
    const to = hitGrid.start[row * hitGrid.cellsX + east + 1]!
    for (let at = hitGrid.start[row * hitGrid.cellsX + west]!; at < to; at++) {
      const other = hitGrid.members[at]!
      if (soldiers.state[other] !== LifeState.down) continue
      if (soldiers.team[other] !== soldiers.team[netId]) continue
      const dx = soldiers.px[other]! - x
      const dz = soldiers.pz[other]! - z
      const squared = dx * dx + dz * dz
      if (squared > bestSquared || (squared === bestSquared && other > best)) continue
      best = other
      bestSquared = squared
    }
  }
  return best
}

function workOnFallen(world: World, actor: number, target: number): void {
  const { soldiers, balance, tick } = world
  if (soldiers.reviveWorkTick[target]! + 1 < tick) soldiers.reviveTicks[target] = 0
  soldiers.reviveWorkTick[target] = tick
  soldiers.reviveTicks[target]!++
  assert(soldiers.team[actor] === soldiers.team[target], 'one tends team mates')
  assert(actor !== target, 'nobody tends himself')
  const { reviveMs, reviveHp } = balance.classes[soldiers.classId[actor]!]!
  if (soldiers.reviveTicks[target]! < ticksOfMs(world, reviveMs)) return
  reviveSoldier(world, actor, target, reviveHp)
}

function reviveSoldier(world: World, actor: number, target: number, reviveHp: number): void {
  const { soldiers, balance, events } = world
  assert(soldiers.state[target] === LifeState.down, 'only the fallen are revived')
  const hpMax = balance.classes[soldiers.classId[target]!]!.hp
  soldiers.state[target] = LifeState.alive
  soldiers.hp[target] = Math.max(1, Math.min(Math.round(reviveHp), hpMax))
  assert(soldiers.hp[target] <= hpMax, 'nobody has more hp than its class')
  soldiers.reviveTicks[target] = 0
  soldiers.downEndTick[target] = 0
  soldiers.reloadEndTick[target] = 0
  soldiers.respawnTick[target] = 0
  soldiers.recoil[target] = 0
  soldiers.flags[target] = 0
  clearAssists(world, target)
  soldiers.revives[actor]!++
  assert(soldiers.state[actor] === LifeState.alive, 'only the living revive')
  addScore(world, actor, balance.formulas.score.revive)
  const row = addEvent(events, EventType.revive)
  events.actor[row] = actor
  events.target[row] = target
  events.value[row] = soldiers.hp[target]!
  events.x[row] = soldiers.px[target]!
  events.z[row] = soldiers.pz[target]!
}
