/**
 * The way from fallen to the field again: down soldiers bleed out or give up, dead ones wait and
 * enter by themselves.
 */
import { assert } from '@battalion/base/assert.ts'
import { addEvent } from './event-table.ts'
import { EventType } from './events.ts'
import { clearBody, spawnSoldier } from './spawn.ts'
import type { World } from './world.ts'
import { LifeState } from './world.ts'

/** Ends the wait of everybody whose time has come. */
export function respawnSoldiers(world: World): void {
  const { soldiers, slotsUsed, tick } = world
  for (let id = 0; id < slotsUsed; id++) {
    const state = soldiers.state[id]
    if (state === LifeState.down && soldiers.downEndTick[id]! <= tick) bleedOut(world, id)
    else if (state === LifeState.dead && soldiers.respawnTick[id]! <= tick) spawnSoldier(world, id)
  }
}

/** A fallen soldier can no longer be revived. */
export function bleedOut(world: World, netId: number): void {
  const { soldiers, events } = world
  assert(soldiers.state[netId] === LifeState.down, 'only the fallen bleed out')
  clearBody(world, netId)
  soldiers.state[netId] = LifeState.dead
  events.target[addEvent(events, EventType.death)] = netId
}
