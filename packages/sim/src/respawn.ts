/**
 * The way from fallen to the field again: down soldiers bleed out or give up, dead ones wait and
 * enter by themselves.
 */
import { assert } from '@battalion/base/assert.ts'
import { addEvent } from './event-table.ts'
import { EventType } from './events.ts'
import { canTeamSpawn } from './phases.ts'
import { clearBody, spawnSoldier } from './spawn.ts'
import type { World } from './world.ts'
import { LifeState, Phase } from './world.ts'

/** Ends the wait of everybody whose time has come. */
export function respawnSoldiers(world: World): void {
  const { soldiers, slotsUsed, tick } = world
  for (let id = 0; id < slotsUsed; id++) {
    const state = soldiers.state[id]
    if (state === LifeState.down && soldiers.downEndTick[id]! <= tick) bleedOut(world, id)
    else if (state === LifeState.dead && soldiers.respawnTick[id]! <= tick) reenter(world, id)
  }
}

/** Back to the field, for a ticket of the team where the mode asks one. */
function reenter(world: World, netId: number): void {
  const { soldiers, teams, mode } = world
  const team = soldiers.team[netId]!
  if (!canTeamSpawn(world, team)) return
  if (mode.form === 'conquest' && world.phase === Phase.running) teams.tickets[team]!--
  assert(teams.tickets[team]! >= 0, 'tickets are never owed')
  assert(soldiers.state[netId] === LifeState.dead, 'only the dead come back')
  spawnSoldier(world, netId)
}

/** A fallen soldier can no longer be revived. */
export function bleedOut(world: World, netId: number): void {
  const { soldiers, events } = world
  assert(soldiers.state[netId] === LifeState.down, 'only the fallen bleed out')
  clearBody(world, netId)
  soldiers.state[netId] = LifeState.dead
  events.target[addEvent(events, EventType.death)] = netId
}
