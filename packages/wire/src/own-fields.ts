/**
 * The own soldier's figures in the head of a frame, sent only when they change. One table drives
 * writing, reading and the state a client holds; the bit of a field in the mask is its position.
 */
import { assert } from '@battalion/base/assert.ts'
import { WEAPON_SLOTS } from '@battalion/sim/limits.ts'
import type { World } from '@battalion/sim/world.ts'

type OwnWorld = Pick<World, 'soldiers' | 'tick'>

export interface OwnField {
  readonly name: string
  /** `until`: u16 ticks from the frame's tick to the moment meant, 0 = over or not at all. */
  readonly type: 'u8' | 'u16' | 'until'
  /** For `until` the tick itself. */
  readonly read: (world: OwnWorld, netId: number) => number
}

/** In the order of the mask's bits and of the bytes. */
export const OWN_FIELDS = [
  { name: 'state', type: 'u8', read: (world, id) => world.soldiers.state[id]! },
  { name: 'life', type: 'u8', read: (world, id) => world.soldiers.life[id]! },
  { name: 'hp', type: 'u8', read: (world, id) => world.soldiers.hp[id]! },
  { name: 'armour', type: 'u8', read: (world, id) => world.soldiers.armour[id]! },
  { name: 'slot', type: 'u8', read: (world, id) => world.soldiers.slot[id]! },
  { name: 'magazine', type: 'u16', read: (world, id) => roundsOf(world, id, 'magazine') },
  { name: 'reserve', type: 'u16', read: (world, id) => roundsOf(world, id, 'reserve') },
  { name: 'reloadEndTick', type: 'until', read: (world, id) => world.soldiers.reloadEndTick[id]! },
  {
    name: 'abilityReadyTick',
    type: 'until',
    read: (world, id) => world.soldiers.abilityReadyTick[id]!,
  },
  { name: 'respawnTick', type: 'until', read: (world, id) => world.soldiers.respawnTick[id]! },
  {
    name: 'protectedUntilTick',
    type: 'until',
    read: (world, id) => world.soldiers.protectedUntilTick[id]!,
  },
  { name: 'downEndTick', type: 'until', read: (world, id) => world.soldiers.downEndTick[id]! },
  { name: 'team', type: 'u8', read: (world, id) => world.soldiers.team[id]! },
  { name: 'squad', type: 'u8', read: (world, id) => world.soldiers.squad[id]! },
  { name: 'classId', type: 'u8', read: (world, id) => world.soldiers.classId[id]! },
] as const satisfies readonly OwnField[]

export type OwnFieldName = (typeof OWN_FIELDS)[number]['name']

/** Rounds of the weapon in hand. */
function roundsOf(world: OwnWorld, id: number, column: 'magazine' | 'reserve'): number {
  return world.soldiers[column][id * WEAPON_SLOTS + world.soldiers.slot[id]!]!
}

assert(OWN_FIELDS.length <= 16, 'the own fields fit a mask of 16 bits')
