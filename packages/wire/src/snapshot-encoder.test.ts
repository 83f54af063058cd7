/** The encoder at its limits, and what single rules of the page promise. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { AssertionError } from '@battalion/base/assert.ts'
import type { NetId, Tick } from '@battalion/base/ids.ts'
import { addEvent } from '@battalion/sim/event-table.ts'
import { EventType } from '@battalion/sim/events.ts'
import { COMMANDS_WAITING_MAX, PROJECTILES_MAX, SOLDIERS_MAX } from '@battalion/sim/limits.ts'
import { rebinSoldiers } from '@battalion/sim/spatial-grid.ts'
import type { World } from '@battalion/sim/world.ts'
import { LifeState } from '@battalion/sim/world.ts'
import { createCrowdWorld } from './crowd-world.ts'
import { quantisePlace, quantiseYaw } from './entity-capture.ts'
import { EffectType } from './fields.ts'
import { BYTES_INPUT, BYTES_SNAPSHOT } from './messages.ts'
import { PROTOCOL_VERSION } from './protocol-version.ts'
import { SnapshotDecoder } from './snapshot-decoder.ts'
import { SnapshotEncoder } from './snapshot-encoder.ts'
import type { SnapshotViewer } from './snapshot-viewer.ts'
import { createViewer } from './snapshot-viewer.ts'
import {
  DECODED_EFFECTS_MAX,
  EFFECTS_PER_CELL_MAX,
  EFFECTS_PER_SEND_MAX,
  FAR_SLICES_PER_SEC_MAX,
  KILLS_PER_SEND_MAX,
  MARKS_PER_FRAME_MAX,
  SNAPSHOT_BYTES_MAX,
} from './wire-limits.ts'

const bytes = new Uint8Array(SNAPSHOT_BYTES_MAX)

/** One server and one receiver. */
class Pair {
  readonly world: World
  readonly encoder: SnapshotEncoder
  readonly viewer: SnapshotViewer
  readonly decoder: SnapshotDecoder

  constructor(world: World, viewer: SnapshotViewer, blockBytes = Infinity) {
    this.world = world
    this.encoder = new SnapshotEncoder(world, { blockBytes })
    this.viewer = viewer
    this.decoder = new SnapshotDecoder(world.map.map)
  }

  /** One tick, with what `happen` does to the world; bytes of the frame. */
  send(happen: (world: World) => void = () => undefined): number {
    this.world.tick = (this.world.tick + 1) as Tick
    this.world.events.count = 0
    happen(this.world)
    this.encoder.collectEvents()
    this.encoder.encode()
    return this.receive()
  }

  receive(): number {
    const end = this.encoder.compose(this.viewer, bytes, 0)
    assert.deepEqual(this.decoder.apply(bytes.subarray(0, end)), { ok: true })
    return end
  }
}

function playerPair(count: number, sideMetres: number): Pair {
  const world = createCrowdWorld(count, sideMetres)
  return new Pair(world, createViewer({ netId: 0 as NetId, team: world.soldiers.team[0]! }))
}

function addHits(world: World, count: number): void {
  for (let index = 0; index < count; index++) {
    const row = addEvent(world.events, EventType.hit)
    world.events.actor[row] = 0
    world.events.target[row] = 1
    world.events.value[row] = 1 + (index % 9)
  }
}

/** Square of 256 over 960 m, from the place as the wire knows it. */
function squareOf(metres: number): number {
  return Math.floor((quantisePlace(metres) * 16) / 960)
}

function slicesIn10Sec(players: number, farShare = 1): number {
  const pair = playerPair(players, 960)
  pair.encoder.setFarShare(farShare)
  let told = 0
  pair.send()
  for (let send = 0; send < 200; send++) {
    const frame = bytes.subarray(0, pair.send())
    if ((frame[4]! & 64) !== 0) told++
  }
  return told
}

describe('snapshot encoder', () => {
  it('[WF3] places and angles are quantised to the nearest step, within their range', () => {
    const places = [-5, Number.NaN, 0, 0.031, 0.032, 10, 4095.99, 4096, 1e9]
    const steps = [0, 0, 0, 0, 1, 160, 65_535, 65_535, 65_535]
    assert.deepEqual(places.map(quantisePlace), steps)
    assert.deepEqual([0, 127, 128, 65_407, 65_408, 65_535].map(quantiseYaw), [0, 0, 1, 255, 0, 0])
  })

  it('[WF5] [WF25] the envelope and the version are those of the page', () => {
    assert.deepEqual([BYTES_SNAPSHOT, BYTES_INPUT, PROTOCOL_VERSION], [1, 2, 1])
  })

  it('[WF7] a player sees 3x3 cells, the fallen keep theirs, a spectator may see 5x5', () => {
    const pair = playerPair(400, 640)
    const { world, decoder } = pair
    world.soldiers.px[0] = 320
    world.soldiers.pz[0] = 320
    rebinSoldiers(world)
    pair.send()
    const cells = (): Set<number> =>
      new Set(decoder.entities.ids.subarray(0, decoder.entities.count).map(cellOf))
    const cellOf = (id: number): number => decoder.entities.cell[id]!
    assert.equal(cells().size, 9)
    pair.send(() => {
      world.soldiers.state[0] = LifeState.dead
      world.soldiers.cell[0] = -1
    })
    assert.equal(decoder.centreCell, 5 * world.map.cellsX + 5)
    assert.equal(cells().size, 9)
    const wide = createViewer({ blockRadius: 2, centreX: 320, centreZ: 320 })
    const spectator = new SnapshotDecoder(world.map.map)
    spectator.apply(bytes.subarray(0, pair.encoder.compose(wide, bytes, 0)))
    const seen = spectator.entities.ids.subarray(0, spectator.entities.count)
    assert.equal(new Set(seen.map((id) => spectator.entities.cell[id]!)).size, 25)
    const cheat = createViewer({ netId: 1 as NetId, team: 0, blockRadius: 2 })
    assert.throws(() => pair.encoder.compose(cheat, bytes, 0), AssertionError)
  })

  it('[WF9] [I-16] marks and kills over their limits are dropped and counted', () => {
    const pair = playerPair(3, 128)
    pair.send((world) => {
      addHits(world, MARKS_PER_FRAME_MAX + 8)
      for (let index = 0; index < KILLS_PER_SEND_MAX + 5; index++) {
        world.events.target[addEvent(world.events, EventType.kill)] = 2
      }
    })
    const { decoder, encoder } = pair
    assert.equal(decoder.marks.count, MARKS_PER_FRAME_MAX)
    assert.deepEqual([...decoder.marks.value.subarray(0, 3)], [1, 2, 3], 'the oldest are told')
    assert.equal(decoder.kills.count, KILLS_PER_SEND_MAX)
    assert.equal(encoder.counters.marksDropped, 8)
    assert.equal(encoder.counters.killsDropped, 5)
    pair.send()
    assert.equal(decoder.marks.count + decoder.kills.count, 0, 'told once')
  })

  it('[WF9] a taken mark points to the shooter, for a blast to its centre', () => {
    const pair = playerPair(3, 128)
    const { world, decoder } = pair
    const place = (id: number, x: number, z: number): void => {
      world.soldiers.px[id] = x
      world.soldiers.pz[id] = z
    }
    place(0, 50, 50)
    place(1, 50, 60)
    rebinSoldiers(world)
    pair.send(() => {
      const hit = addEvent(world.events, EventType.hit)
      Object.assign(world.events.actor, { [hit]: 1 })
      Object.assign(world.events.target, { [hit]: 0 })
      Object.assign(world.events.value, { [hit]: 30 })
      const blast = addEvent(world.events, EventType.explosion)
      Object.assign(world.events.x, { [blast]: 40 })
      Object.assign(world.events.z, { [blast]: 50 })
      const burn = addEvent(world.events, EventType.hit)
      Object.assign(world.events.target, { [burn]: 0 })
      Object.assign(world.events.flags, { [burn]: 2 })
      Object.assign(world.events.value, { [burn]: 300 })
    })
    assert.deepEqual([...decoder.marks.flags.subarray(0, 2)], [1, 3])
    assert.deepEqual([...decoder.marks.direction.subarray(0, 2)], [16_384, 32_768])
    assert.deepEqual([...decoder.marks.value.subarray(0, 2)], [30, 255])
  })

  it('[WF10] [E-11] the far tier has exactly the own team after a round, spectators all', () => {
    const pair = playerPair(100, 960)
    const { world, decoder } = pair
    const spectator = new SnapshotDecoder(world.map.map)
    const onlooker = createViewer()
    const sendBoth = (): void => {
      pair.send()
      spectator.apply(bytes.subarray(0, pair.encoder.compose(onlooker, bytes, 0)))
    }
    for (let send = 0; send < 20; send++) sendBoth()
    assert.equal(spectator.far.count, 100)
    assert.equal(decoder.far.count, 50)
    for (const id of decoder.far.ids.subarray(0, 50)) {
      assert.equal(world.soldiers.team[id], world.soldiers.team[0])
      assert.equal(decoder.far.squareX[id], squareOf(world.soldiers.px[id]!))
      assert.ok(Math.abs(decoder.far.z[id]! - world.soldiers.pz[id]!) <= 960 / 512 + 1 / 16)
    }
    world.soldiers.state[0] = LifeState.dead
    world.soldiers.cell[0] = -1
    for (let send = 0; send < 20; send++) sendBoth()
    assert.equal(decoder.far.count, 49)
    assert.equal(spectator.far.count, 99)
  })

  it('[WF10] far slices keep the load flat: at most one a send, each at most twice a second', () => {
    // Two slices twice a second for ten seconds; then more than ten slices a second would be due.
    assert.equal(slicesIn10Sec(64), 40)
    assert.equal(slicesIn10Sec(640), 10 * FAR_SLICES_PER_SEC_MAX)
    assert.equal(slicesIn10Sec(640, 0.25), (10 * FAR_SLICES_PER_SEC_MAX) / 4)
  })

  it('[WF14] [I-16] effects over the limits are dropped and counted, never split', () => {
    const pair = playerPair(3, 128)
    pair.send((world) => addHits(world, EFFECTS_PER_CELL_MAX + 3))
    assert.equal(pair.decoder.effects.count, EFFECTS_PER_CELL_MAX)
    assert.equal(pair.encoder.counters.effectsDropped, 3)
    pair.send((world) => addHits(world, EFFECTS_PER_SEND_MAX + 10))
    assert.equal(pair.decoder.effects.count, EFFECTS_PER_CELL_MAX)
    pair.send()
    assert.equal(pair.decoder.effects.count, 0, 'told once')
  })

  it('[WF14] [I-16] a decoder keeps the first effects of a frame and counts the rest', () => {
    const world = createCrowdWorld(3, 192)
    const pair = new Pair(world, createViewer({ centreX: 96, centreZ: 96 }))
    for (let id = 0; id < 3; id++) world.soldiers.cell[id] = id
    pair.send(({ events }) => {
      for (let index = 0; index < 3 * EFFECTS_PER_CELL_MAX; index++) {
        const row = addEvent(events, EventType.hit)
        events.target[row] = index % 3
        events.value[row] = 1 + (index % 3)
      }
    })
    const { effects } = pair.decoder
    assert.equal(effects.count, DECODED_EFFECTS_MAX)
    assert.equal(effects.droppedCount, 3 * EFFECTS_PER_CELL_MAX - DECODED_EFFECTS_MAX)
    assert.equal(effects.target[DECODED_EFFECTS_MAX - 1], 1, 'the last kept is not written over')
  })

  it('[WF14] effects of several steps go out with one send', () => {
    const pair = playerPair(3, 128)
    pair.world.events.count = 0
    addHits(pair.world, 2)
    pair.encoder.collectEvents()
    pair.send((world) => addHits(world, 3))
    assert.equal(pair.decoder.effects.count, 5)
    assert.ok(pair.decoder.effects.type.subarray(0, 5).every((type) => type === EffectType.hit))
    pair.encoder.encode()
    pair.receive()
    assert.equal(pair.decoder.effects.count, 0, 'a send without a step tells nothing twice')
  })

  it('[WF22] tells how many commands wait, up to 255', () => {
    const pair = playerPair(2, 128)
    for (const waiting of [0, 1, COMMANDS_WAITING_MAX, 255, 1000]) {
      pair.viewer.inputsWaiting = waiting
      pair.send()
      assert.equal(pair.decoder.own.inputsWaiting, Math.min(waiting, 255))
    }
  })

  it('[WF24] [I-16] the largest crowd in one cell fits the largest frame, coming and going', () => {
    const world = createCrowdWorld(SOLDIERS_MAX, 60)
    const pair = new Pair(world, createViewer())
    const { decoder } = pair
    for (let index = 0; index < PROJECTILES_MAX; index++) {
      world.projectiles.active[index] = 1
      world.projectiles.px[index] = 30
      world.projectiles.pz[index] = 30
    }
    assert.ok(pair.send((w) => addHits(w, EFFECTS_PER_SEND_MAX)) < SNAPSHOT_BYTES_MAX)
    assert.equal(decoder.entities.count, world.soldierCount)
    assert.equal(decoder.projectiles.count, PROJECTILES_MAX)
    world.projectiles.active.fill(0)
    pair.send(({ soldiers }) => {
      for (let id = 0; id < world.slotsUsed; id++) {
        soldiers.px[id]! += 20
        soldiers.hp[id] = 3
        soldiers.life[id]! += id & 1
      }
    })
    assert.equal(decoder.entities.count, world.soldierCount)
    assert.equal(decoder.projectiles.count, 0)
    pair.send(({ soldiers }) => soldiers.state.fill(LifeState.dead))
    assert.equal(decoder.entities.count, 0)
    assert.equal(decoder.entities.leftCount, world.soldierCount)
  })

  it('[WF11] viewers of one block share the bytes of its cells', () => {
    const world = createCrowdWorld(200, 320)
    const encoder = new SnapshotEncoder(world)
    const viewers = [10, 200].map((x) => createViewer({ centreX: x + 100, centreZ: 160 }))
    viewers[1]!.centreX = viewers[0]!.centreX + 1
    encoder.encode()
    const [first, second] = viewers.map((viewer) =>
      bytes.slice(0, encoder.compose(viewer, bytes, 0)),
    )
    assert.deepEqual(first, second)
    assert.equal(encoder.counters.keyCells, 9, 'a keyframe is encoded once for all')
  })

  it('[WF16] only what came into the block is told as a keyframe', () => {
    const pair = playerPair(100, 640)
    const { world, encoder } = pair
    world.soldiers.px[0] = 320
    world.soldiers.pz[0] = 320
    rebinSoldiers(world)
    pair.send()
    const before = encoder.counters.keyCells
    pair.send(() => {
      world.soldiers.px[0] = 390
      rebinSoldiers(world)
    })
    assert.equal(encoder.counters.keyCells - before, 3)
    assert.equal(encoder.counters.freshFrames, 1)
  })

  it('[A-06] asserts its own order and room: compose needs encode, and a buffer', () => {
    const pair = playerPair(3, 128)
    assert.throws(() => pair.encoder.compose(pair.viewer, bytes, 0), AssertionError)
    pair.encoder.encode()
    assert.throws(() => pair.encoder.compose(pair.viewer, new Uint8Array(8), 0), AssertionError)
    assert.throws(
      () => pair.encoder.compose(pair.viewer, bytes, SNAPSHOT_BYTES_MAX - 9),
      AssertionError,
    )
  })
})
