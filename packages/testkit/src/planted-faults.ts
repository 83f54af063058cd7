/**
 * Bugs to plant, one per way a simulation goes wrong: each spoils a world between or around its
 * steps as the bug would, and names the invariant that must notice. The mutation test proves the
 * checker on them; nothing here is ever part of a server.
 */
import type { Balance, Mode } from '@battalion/sim/balance.ts'
import { EventType } from '@battalion/sim/events.ts'
import { EVENTS_PER_STEP_MAX, REWIND_ROWS, WEAPON_SLOTS } from '@battalion/sim/limits.ts'
import type { World } from '@battalion/sim/world.ts'
import { LifeState } from '@battalion/sim/world.ts'
import type { StepRecord } from './step-record.ts'

/** One bug. The hooks run on the world and its twin alike, but for the last two. */
export interface PlantedFault {
  readonly name: string
  readonly invariantId: string
  /** Rules of the mode without which the bug has no effect. */
  readonly rules?: Partial<Mode>
  /** False: in a battle that nobody comes back to, where W9 would notice first. */
  readonly returns?: false
  readonly spoilBalance?: (balance: Balance) => Balance
  readonly beforeStep?: (world: World) => void
  readonly afterStep?: (world: World, step: StepRecord) => void
  /** On a soldier who just came back to the battle, before the step. */
  readonly afterReturn?: (world: World, netId: number) => void
  readonly spoilTwin?: (twin: World) => void
  readonly afterRestore?: (twin: World) => void
}

/** All bugs that are planted. */
export const PLANTED_FAULTS: readonly PlantedFault[] = [
  {
    name: 'a heal goes above full hp',
    invariantId: 'I-11',
    afterStep(world) {
      const id = findSoldier(world, (at) => world.soldiers.hp[at] === hpMaxOf(world, at))
      if (id < 0 || world.tick % 20 !== 0) return
      world.soldiers.hp[id]! += 10
      world.soldiers.healed[id]! += 10
      pushEvent(world, EventType.heal, { actor: id, target: id, value: 10 })
    },
  },
  {
    name: 'damage is dealt and credited to nobody',
    invariantId: 'I-10',
    afterStep(world) {
      forEachRow(world, EventType.hit, (row) => {
        const actor = world.events.actor[row]!
        if (actor < world.capacity) world.soldiers.damageDone[actor]! -= world.events.value[row]!
      })
    },
  },
  {
    name: 'hp seeps away without a hit',
    invariantId: 'I-10',
    afterStep(world) {
      const id = findSoldier(world, (at) => world.soldiers.hp[at]! > 1)
      if (id >= 0 && world.tick % 50 === 0) world.soldiers.hp[id]!--
    },
  },
  {
    name: 'a kill is not counted',
    invariantId: 'I-10',
    afterStep(world) {
      forEachRow(world, EventType.kill, (row) => {
        world.soldiers.deaths[world.events.target[row]!]!--
      })
    },
  },
  {
    name: 'two commands are carried out in one step',
    invariantId: 'I-12',
    afterStep(world, step) {
      const { px, pz } = world.soldiers
      const id = findSoldier(world, (at) => {
        const dx = px[at]! - step.begin.px[at]!
        const dz = pz[at]! - step.begin.pz[at]!
        const wayMetres = Math.abs(dx) + Math.abs(dz)
        return wayMetres > 0.1 && wayMetres < 2 && step.walls.distanceToSolid(px[at]!, pz[at]!) >= 2
      })
      if (id < 0) return
      px[id]! += px[id]! - step.begin.px[id]!
      pz[id]! += pz[id]! - step.begin.pz[id]!
    },
  },
  {
    name: 'the fallen crawl',
    invariantId: 'I-12',
    afterStep(world, step) {
      for (let id = 0; id < world.slotsUsed; id++) {
        if (world.soldiers.state[id] !== LifeState.down) continue
        const { px, pz } = world.soldiers
        if (step.walls.distanceToSolid(px[id]!, pz[id]!) > 1) px[id]! += 0.05
      }
    },
  },
  {
    name: 'weapons fire at every step',
    invariantId: 'I-11',
    beforeStep: (world) => void world.soldiers.nextFireTick.fill(0),
  },
  {
    name: 'bodies sink into walls',
    invariantId: 'I-11',
    afterStep(world, step) {
      const { px, pz } = world.soldiers
      const id = findSoldier(
        world,
        (at) => step.walls.distanceToSolid(px[at]! + 0.2, pz[at]!) < 0.35,
      )
      if (id >= 0) px[id]! += 0.2
    },
  },
  {
    name: 'shots pass walls',
    invariantId: 'E-04',
    spoilBalance: (balance) => ({
      ...balance,
      maps: balance.maps.map((map) => ({
        ...map,
        boxes: map.boxes.map((box) => ({ ...box, kind: 'cover' as const })),
      })),
    }),
  },
  {
    name: 'a shot reads history older than the bound',
    invariantId: 'I-13',
    beforeStep(world) {
      for (let back = 0; back < 8; back++) copyRewindRow(world, world.tick - 25, world.tick - back)
    },
  },
  {
    name: 'replayed commands are carried out',
    invariantId: 'I-13',
    beforeStep: (world) => void world.soldiers.hasAck.fill(0),
  },
  {
    name: 'time stands still for a step',
    invariantId: 'I-13',
    afterStep(world) {
      if (world.tick === 60) (world as { tick: number }).tick = 59
    },
  },
  {
    name: 'an empty magazine fires and wraps',
    invariantId: 'I-11',
    afterStep(world) {
      forEachRow(world, EventType.shot, (row) => {
        const actor = world.events.actor[row]!
        const rounds = actor * WEAPON_SLOTS + world.soldiers.slot[actor]!
        if (world.soldiers.magazine[rounds] === 0) world.soldiers.magazine[rounds] = 0xffff
      })
    },
  },
  {
    name: 'a velocity is not a number',
    invariantId: 'I-11',
    afterStep(world) {
      if (world.tick % 90 === 0) world.soldiers.vx[0] = Number.NaN
    },
  },
  {
    name: 'more events than a step may have',
    invariantId: 'I-16',
    afterStep(world) {
      if (world.tick % 70 !== 0) return
      world.events.count = EVENTS_PER_STEP_MAX + 1
      world.events.stepEndCount = world.events.count
    },
  },
  {
    name: 'a net id comes back at once',
    invariantId: 'I-16',
    beforeStep: (world) => void world.soldiers.wasUsed.fill(0),
  },
  {
    name: 'who leaves stays counted',
    invariantId: 'I-16',
    afterStep(world) {
      forEachRow(world, EventType.leave, () => void world.soldierCount++)
    },
  },
  {
    name: 'a blast passes walls',
    invariantId: 'E-04',
    afterStep(world, step) {
      forEachRow(world, EventType.explosion, (row) => {
        // The bug's effect on the events: whoever it hurt is behind a wall from where it burst.
        const wall = step.map.boxes.find((box) => box.kind === 'wall' && box.width > 2)!
        world.events.x[row] = wall.x + wall.width / 2
        world.events.z[row] = wall.z + wall.depth / 2
      })
    },
  },
  {
    name: 'the dead come back too early',
    invariantId: 'L4',
    rules: { downSec: 0, respawnSec: 3 },
    returns: false,
    beforeStep: (world) => void world.soldiers.respawnTick.fill(0),
  },
  {
    name: 'who comes back is there at once',
    invariantId: 'W9',
    rules: { respawnSec: 3 },
    afterReturn: (world, netId) => void (world.soldiers.respawnTick[netId] = world.tick),
  },
  {
    name: 'who comes back begins with nothing',
    invariantId: 'W9',
    afterReturn: (world, netId) => void (world.soldiers.deaths[netId] = 0),
  },
  {
    name: 'who comes back is put into the other team',
    invariantId: 'W9',
    afterReturn(world, netId) {
      const { soldiers, teams } = world
      teams.soldierCount[soldiers.team[netId]!]!--
      soldiers.team[netId] = 1 - soldiers.team[netId]!
      teams.soldierCount[soldiers.team[netId]]!++
    },
  },
  {
    name: 'who comes back is put into a squad of his own',
    invariantId: 'W9',
    afterReturn: (world, netId) => void (world.soldiers.squad[netId] = 200),
  },
  {
    name: 'the time away counts as played',
    invariantId: 'W9',
    afterReturn: (world, netId) => void (world.soldiers.joinTick[netId] = 0),
  },
  {
    name: 'who comes back needs no ticket',
    invariantId: 'B2',
    afterReturn: (world, netId) => void world.teams.tickets[world.soldiers.team[netId]!]!++,
  },
  {
    name: 'one touch revives',
    invariantId: 'L2',
    beforeStep(world) {
      world.soldiers.reviveTicks.fill(1000)
      world.soldiers.reviveWorkTick.fill(world.tick)
    },
  },
  {
    name: 'tickets are lost',
    invariantId: 'B2',
    afterStep(world) {
      if (world.tick % 200 === 0) world.teams.tickets[0] = Math.max(0, world.teams.tickets[0]! - 3)
    },
  },
  {
    name: 'dice that are not the world’s',
    invariantId: 'I-15',
    spoilTwin(twin) {
      if (twin.tick === 100) twin.prng[0]! ^= 1
    },
  },
  {
    name: 'a column is left out of the save',
    invariantId: 'I-15',
    afterRestore: (twin) => void twin.soldiers.nextFireTick.fill(0),
  },
]

/** Lowest net id on the field that fits, -1 for none. */
function findSoldier(world: World, isFit: (id: number) => boolean): number {
  for (let id = 0; id < world.slotsUsed; id++) {
    if (world.soldiers.state[id] === LifeState.alive && isFit(id)) return id
  }
  return -1
}

function hpMaxOf(world: World, id: number): number {
  return world.balance.classes[world.soldiers.classId[id]!]!.hp
}

function forEachRow(world: World, type: EventType, use: (row: number) => void): void {
  for (let row = 0; row < world.events.count; row++) {
    if (world.events.type[row] === type) use(row)
  }
}

interface EventValues {
  readonly actor: number
  readonly target: number
  readonly value: number
}

function pushEvent(world: World, type: EventType, values: EventValues): void {
  const { events } = world
  const row = events.count++
  events.stepEndCount = events.count
  events.type[row] = type
  events.actor[row] = values.actor
  events.target[row] = values.target
  events.value[row] = values.value
}

function copyRewindRow(world: World, fromTick: number, toTick: number): void {
  if (fromTick < 0) return
  const { rewind, capacity } = world
  const from = (fromTick % REWIND_ROWS) * capacity
  const to = (toTick % REWIND_ROWS) * capacity
  rewind.px.copyWithin(to, from, from + capacity)
  rewind.pz.copyWithin(to, from, from + capacity)
}
