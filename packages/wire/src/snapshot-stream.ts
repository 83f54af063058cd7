/**
 * For tests: a short stream made by hand on a plain world, in which everything the format knows
 * happens at least once. The golden files are this stream; the fuzzer bends it. Every value is
 * written here, so only a change of the format changes a byte.
 */
import type { NetId, Tick } from '@battalion/base/ids.ts'
import { NET_ID_NONE } from '@battalion/base/ids.ts'
import { EventType, HitFlag } from '@battalion/sim/events.ts'
import { addEvent } from '@battalion/sim/event-table.ts'
import { LifeState, SoldierFlag } from '@battalion/sim/world.ts'
import type { World } from '@battalion/sim/world.ts'
import { createCrowdWorld } from './crowd-world.ts'
import { SnapshotEncoder } from './snapshot-encoder.ts'
import type { SnapshotViewer } from './snapshot-viewer.ts'
import { createViewer } from './snapshot-viewer.ts'
import { SNAPSHOT_BYTES_MAX } from './wire-limits.ts'

/** Side of the map (m): 6 × 6 cells. */
export const STREAM_SIDE_METRES = 384
const SOLDIERS = 12
const START_TICK = 65_530

/** One frame of the stream, and what happens in it. */
export interface StreamFrame {
  readonly name: string
  readonly player: Uint8Array
  readonly spectator: Uint8Array
}

/** A scene of the play: what the world does before the send. */
interface Scene {
  readonly name: string
  play(world: World, viewers: readonly SnapshotViewer[]): void
}

interface EventValues {
  readonly actor?: number
  readonly target?: number
  readonly kind?: number
  readonly flags?: number
  readonly value?: number
  readonly x?: number
  readonly z?: number
  readonly x2?: number
  readonly z2?: number
}

/** Plays all scenes to a player (net id 0) and a spectator. */
export function recordStream(): StreamFrame[] {
  const world = createStreamWorld()
  const encoder = new SnapshotEncoder(world)
  const viewers = [
    createViewer({ netId: 0 as NetId, team: 0 }),
    createViewer({ blockRadius: 2, centreX: 200, centreZ: 200 }),
  ]
  return SCENES.map((scene) => {
    world.events.count = 0
    world.tick = (world.tick + 1) as Tick
    scene.play(world, viewers)
    encoder.collectEvents()
    encoder.encode()
    const [player, spectator] = viewers.map((viewer) => composeOne(encoder, viewer))
    return { name: scene.name, player: player!, spectator: spectator! }
  })
}

function composeOne(encoder: SnapshotEncoder, viewer: SnapshotViewer): Uint8Array {
  const bytes = new Uint8Array(SNAPSHOT_BYTES_MAX)
  return bytes.slice(0, encoder.compose(viewer, bytes, 0))
}

function createStreamWorld(): World {
  const world = createCrowdWorld(SOLDIERS, STREAM_SIDE_METRES)
  world.tick = START_TICK as Tick
  for (let id = 0; id < SOLDIERS; id++) place(world, id, 100 + id * 5, 110 + id * 3)
  place(world, 10, 200, 110)
  place(world, 11, 380, 380)
  world.soldiers.flags.fill(0)
  world.soldiers.protectedUntilTick.fill(0)
  return world
}

/** Puts a soldier somewhere and into the cell of that place. */
function place(world: World, id: number, x: number, z: number): void {
  world.soldiers.px[id] = x
  world.soldiers.pz[id] = z
  world.soldiers.cell[id] = Math.floor(z / 64) * world.map.cellsX + Math.floor(x / 64)
}

function happen(world: World, type: EventType, values: EventValues): void {
  const { events } = world
  const row = addEvent(events, type)
  events.actor[row] = values.actor ?? NET_ID_NONE
  events.target[row] = values.target ?? NET_ID_NONE
  events.kind[row] = values.kind ?? 0
  events.flags[row] = values.flags ?? 0
  events.value[row] = values.value ?? 0
  events.x[row] = values.x ?? 0
  events.z[row] = values.z ?? 0
  events.x2[row] = values.x2 ?? values.x ?? 0
  events.z2[row] = values.z2 ?? values.z ?? 0
}

function fly(world: World, index: number, values: readonly [number, number, number]): void {
  const { projectiles } = world
  const [x, z, vx] = values
  projectiles.active[index] = 1
  projectiles.generation[index] = 7
  projectiles.weapon[index] = 2
  projectiles.team[index] = 1
  projectiles.px[index] = x
  projectiles.pz[index] = z
  projectiles.vx[index] = vx
  projectiles.vz[index] = -2.5
  projectiles.endTick[index] = world.tick + 40
}

const SCENES: readonly Scene[] = [
  { name: 'first frame: everything from scratch', play: () => undefined },
  { name: 'nothing happens', play: () => undefined },
  {
    name: 'places change by four bits, by a byte, in full; somebody turns',
    play(world) {
      place(world, 0, 100.4375, 109.5)
      place(world, 1, 107, 108)
      place(world, 2, 127.9, 64.1)
      world.soldiers.yaw[3] = 0x8080
      world.soldiers.hasAck[0] = 1
      world.soldiers.ackSeq[0] = 0xfffe
    },
  },
  {
    name: 'hp, flags and weapon change; own figures change',
    play(world, viewers) {
      world.soldiers.hp[1] = 55
      world.soldiers.flags[2] = SoldierFlag.crouched | SoldierFlag.fired | SoldierFlag.reloading
      world.soldiers.slot[0] = 1
      world.soldiers.magazine[1] = 299
      world.soldiers.armour[0] = 33
      world.soldiers.reloadEndTick[0] = world.tick + 40
      viewers[0]!.inputsWaiting = 2
    },
  },
  {
    name: 'a fight: shots, hits, marks, a kill, a blast',
    play(world) {
      const at = { x: 105, z: 113 }
      happen(world, EventType.shot, { actor: 1, kind: 2, ...at, x2: 105, z2: 143.5 })
      happen(world, EventType.hit, { actor: 1, target: 0, value: 21, ...at })
      happen(world, EventType.armourHit, { actor: 1, target: 0, value: 9 })
      happen(world, EventType.explosion, { actor: 0, kind: 1, x: 140, z: 130 })
      happen(world, EventType.hit, {
        actor: 0,
        target: 9,
        value: 300,
        flags: HitFlag.explosion | HitFlag.lethal | HitFlag.clamped,
      })
      happen(world, EventType.kill, { actor: 0, target: 9, kind: 1 })
      happen(world, EventType.kill, { target: 11, kind: 0 })
      world.soldiers.state[9] = LifeState.down
      world.soldiers.hp[9] = 0
      world.soldiers.hp[0] = 79
    },
  },
  {
    name: 'helpers: ability, heal, revive; one dies for good, one changes cell',
    play(world) {
      happen(world, EventType.ability, { actor: 2, kind: 0, x: 1, z: 1 })
      happen(world, EventType.heal, { actor: 2, target: 3, value: 10 })
      happen(world, EventType.revive, { actor: 4, target: 9 })
      world.soldiers.state[9] = LifeState.alive
      world.soldiers.hp[9] = 30
      world.soldiers.state[5] = LifeState.dead
      world.soldiers.cell[5] = -1
      place(world, 6, 129, 128.5)
    },
  },
  {
    name: 'things fly; one soldier is back in a new life',
    play(world) {
      fly(world, 3, [150, 120, 12.25])
      fly(world, 2000, [129, 129, -60])
      world.soldiers.state[5] = LifeState.alive
      world.soldiers.life[5]!++
      place(world, 5, 120, 120)
      happen(world, EventType.spawn, { target: 5, x: 120, z: 120 })
    },
  },
  {
    name: 'one thing crosses to the next cell, one comes to rest, one goes off',
    play(world) {
      world.projectiles.px[2000] = 126
      world.projectiles.px[3] = 150.6125
      world.projectiles.vx[3] = 0
      world.projectiles.vz[3] = 0
    },
  },
  {
    name: 'the player runs to another cell and sees other cells',
    play(world, viewers) {
      place(world, 0, 192.5, 110)
      world.projectiles.active[3] = 0
      viewers[1]!.centreX = 330
    },
  },
  {
    name: 'the player falls and waits; his block stays',
    play(world) {
      world.soldiers.state[0] = LifeState.dead
      world.soldiers.cell[0] = -1
      world.soldiers.hp[0] = 0
      world.soldiers.respawnTick[0] = world.tick + 100
    },
  },
  {
    name: 'a frame was left out before this one: from scratch again',
    play(world, viewers) {
      viewers[0]!.needKey = true
      world.soldiers.yaw[10] = 0xffff
    },
  },
]
