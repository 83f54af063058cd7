/**
 * For tests: what a viewer's decoder must hold, read from the world itself by formulas written
 * anew, so that a mistake in the encoder's own quantising shows. Nothing but tests imports this.
 */
import { LifeState } from '@battalion/sim/world.ts'
import type { World } from '@battalion/sim/world.ts'

/** One soldier as the wire should tell it. */
export type SoldierTruth = Readonly<Record<string, number>>

/** Quantised state of a soldier on the field. */
export function soldierTruth(world: World, id: number): SoldierTruth {
  const { soldiers, balance } = world
  const isDown = soldiers.state[id] === LifeState.down
  return {
    x: Math.min(Math.floor(soldiers.px[id]! * 16 + 0.5), 65535) / 16,
    z: Math.min(Math.floor(soldiers.pz[id]! * 16 + 0.5), 65535) / 16,
    yaw: (Math.floor(soldiers.yaw[id]! / 256 + 0.5) % 256) * 256,
    hp: soldiers.hp[id]!,
    flags: (soldiers.flags[id]! & 0b00110111) + (isDown ? 128 : 0),
    weapon: balance.classes[soldiers.classId[id]!]!.weapons[soldiers.slot[id]!]!,
    life: soldiers.life[id]!,
    team: soldiers.team[id]!,
    squad: soldiers.squad[id]!,
    classId: soldiers.classId[id]!,
    state: soldiers.state[id]!,
    cell: soldiers.cell[id]!,
  }
}

/** What never waits in a crowd: where a soldier belongs, and whether he stands. */
const TOLD_AT_ONCE = ['life', 'team', 'squad', 'classId', 'state', 'cell']

/** The truth of the last sends, to say how old it is what a decoder holds. */
export class TruthHistory {
  readonly #sends: Map<number, SoldierTruth>[] = []
  readonly #sendsMax: number

  constructor(sendsMax: number) {
    this.#sendsMax = sendsMax
  }

  /** Takes the world as it is told by a send; before the send is checked. */
  record(world: World): void {
    const send = new Map<number, SoldierTruth>()
    for (const id of idsInBlock(world, 0, Infinity)) send.set(id, soldierTruth(world, id))
    this.#sends.unshift(send)
    if (this.#sends.length > this.#sendsMax) this.#sends.pop()
  }

  /**
   * How many sends ago all that is told of a soldier was true, undefined = not within the sends
   * remembered, or something is wrong that must be right at once.
   */
  ageOf(id: number, told: (name: string) => number): number | undefined {
    const now = this.#sends[0]!.get(id)
    if (now === undefined || TOLD_AT_ONCE.some((name) => told(name) !== now[name])) return undefined
    const waiting = Object.keys(now).filter((name) => !TOLD_AT_ONCE.includes(name))
    const age = this.#sends.findIndex((send) => {
      const then = send.get(id)
      return then !== undefined && waiting.every((name) => told(name) === then[name])
    })
    return age < 0 ? undefined : age
  }
}

/** Net ids on the field within `radius` cells of a cell, ascending. */
export function idsInBlock(world: World, centreCell: number, radius: number): number[] {
  const ids: number[] = []
  for (let id = 0; id < world.slotsUsed; id++) {
    const state = world.soldiers.state[id]
    if (state !== LifeState.alive && state !== LifeState.down) continue
    if (isCellInBlock(world, world.soldiers.cell[id]!, centreCell, radius)) ids.push(id)
  }
  return ids
}

export function isCellInBlock(
  world: World,
  cell: number,
  centreCell: number,
  radius: number,
): boolean {
  const { cellsX } = world.map
  if (cell < 0) return false
  const dx = Math.abs((cell % cellsX) - (centreCell % cellsX))
  const dz = Math.abs(Math.floor(cell / cellsX) - Math.floor(centreCell / cellsX))
  return dx <= radius && dz <= radius
}

/** The own soldier's head as it should stand after a frame. */
export function ownTruth(world: World, id: number): Readonly<Record<string, number>> {
  const { soldiers, tick } = world
  const until = (end: number): number => (end > tick ? Math.min(end, tick + 65535) : 0)
  const round = id * 2 + soldiers.slot[id]!
  return {
    state: soldiers.state[id]!,
    life: soldiers.life[id]!,
    hp: soldiers.hp[id]!,
    armour: soldiers.armour[id]!,
    slot: soldiers.slot[id]!,
    magazine: soldiers.magazine[round]!,
    reserve: soldiers.reserve[round]!,
    reloadEndTick: until(soldiers.reloadEndTick[id]!),
    abilityReadyTick: until(soldiers.abilityReadyTick[id]!),
    respawnTick: until(soldiers.respawnTick[id]!),
    protectedUntilTick: until(soldiers.protectedUntilTick[id]!),
    downEndTick: until(soldiers.downEndTick[id]!),
    team: soldiers.team[id]!,
    squad: soldiers.squad[id]!,
    classId: soldiers.classId[id]!,
    hasAck: soldiers.hasAck[id]!,
  }
}
