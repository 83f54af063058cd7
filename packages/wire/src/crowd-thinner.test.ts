/** Crowds: bytes of a block within their budget, and what never waits. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { NetId, Tick } from '@battalion/base/ids.ts'
import { createPrng, nextBelow } from '@battalion/base/prng.ts'
import { addEvent } from '@battalion/sim/event-table.ts'
import { EventType, HitFlag } from '@battalion/sim/events.ts'
import { rebinSoldiers } from '@battalion/sim/spatial-grid.ts'
import { LifeState, SoldierFlag } from '@battalion/sim/world.ts'
import type { World } from '@battalion/sim/world.ts'
import { soldierTruth, TruthHistory } from './battle-truth.ts'
import { createCrowdWorld } from './crowd-world.ts'
import { EffectType } from './fields.ts'
import { EffectFlag } from './frame-head.ts'
import { SnapshotDecoder } from './snapshot-decoder.ts'
import { SnapshotEncoder } from './snapshot-encoder.ts'
import type { SnapshotViewer } from './snapshot-viewer.ts'
import { createViewer } from './snapshot-viewer.ts'
import { BLOCK_BYTES_BUDGET, SNAPSHOT_BYTES_MAX, STALE_SENDS_MAX } from './wire-limits.ts'

const SIDE_METRES = 192
const HEAD_BYTES = 5
const bytes = new Uint8Array(SNAPSHOT_BYTES_MAX)

/** A crowd on 3×3 cells, one who watches all of it and one who stands in it. */
class Crowd {
  readonly world: World
  readonly encoder: SnapshotEncoder
  readonly watcher: SnapshotViewer
  readonly decoder: SnapshotDecoder
  readonly #dice = createPrng(9)

  constructor(count: number, blockBytes = BLOCK_BYTES_BUDGET) {
    this.world = createCrowdWorld(count, SIDE_METRES)
    this.encoder = new SnapshotEncoder(this.world, { blockBytes })
    this.watcher = createViewer({ centreX: SIDE_METRES / 2, centreZ: SIDE_METRES / 2, team: 0xff })
    this.decoder = new SnapshotDecoder(this.world.map.map)
  }

  /** Everybody shuffles about within his cell and turns. */
  shuffle(): void {
    const { soldiers } = this.world
    for (let id = 0; id < this.world.slotsUsed; id++) {
      const x = soldiers.px[id]! + (nextBelow(this.#dice, 9) - 4) / 16
      const z = soldiers.pz[id]! + (nextBelow(this.#dice, 9) - 4) / 16
      soldiers.px[id] = Math.min(Math.max(x, 1), SIDE_METRES - 1)
      soldiers.pz[id] = Math.min(Math.max(z, 1), SIDE_METRES - 1)
      soldiers.yaw[id]! += 700
    }
  }

  /** One tick, with what `happen` does; bytes of the watcher's cells. */
  send(happen: (world: World) => void = () => undefined): number {
    this.world.tick = (this.world.tick + 1) as Tick
    this.world.events.count = 0
    this.shuffle()
    happen(this.world)
    this.encoder.collectEvents()
    this.encoder.encode()
    const end = this.encoder.compose(this.watcher, bytes, 0)
    assert.deepEqual(this.decoder.apply(bytes.subarray(0, end)), { ok: true })
    return end - HEAD_BYTES
  }

  /** Sends until everybody has been crowded for a while. */
  settle(history?: TruthHistory): void {
    for (let send = 0; send < STALE_SENDS_MAX; send++) {
      this.send()
      history?.record(this.world)
    }
  }

  told(id: number): (name: string) => number {
    return (name) => this.decoder.entities[name as 'hp'][id]!
  }
}

function addShots(world: World, count: number): void {
  for (let index = 0; index < count; index++) {
    const row = addEvent(world.events, EventType.shot)
    world.events.actor[row] = (index * 7) % world.slotsUsed
    world.events.x2[row] = 20
  }
}

describe('crowds', () => {
  it('[WF26] a block of a thousand keeps to its budget, and everybody is told again soon', () => {
    const crowd = new Crowd(1000)
    const history = new TruthHistory(STALE_SENDS_MAX)
    let sum = 0
    let largest = 0
    let ageSum = 0
    crowd.settle(history)
    for (let send = 0; send < 100; send++) {
      const size = crowd.send((world) => addShots(world, 100))
      history.record(crowd.world)
      sum += size
      largest = Math.max(largest, size)
      for (let id = 0; id < 1000; id += 9) ageSum += history.ageOf(id, crowd.told(id))!
    }
    // The far tier of both teams takes some 40 bytes a send.
    assert.ok(sum / 100 < BLOCK_BYTES_BUDGET + 60, `${sum / 100} bytes a send`)
    assert.ok(sum / 100 > BLOCK_BYTES_BUDGET * 0.8, `${sum / 100} bytes a send: it is made use of`)
    assert.ok(largest < 3 * BLOCK_BYTES_BUDGET, `${largest} bytes in one send`)
    assert.ok(ageSum / (100 * 112) < 10, `${ageSum / 11_200} sends old on average`)
  })

  it('[WF26] at everyday density nothing waits and nothing is thinned', () => {
    const crowd = new Crowd(45)
    for (let send = 0; send < 50; send++) {
      crowd.send((world) => addShots(world, 6))
      for (let id = 0; id < 45; id++) {
        const truth = soldierTruth(crowd.world, id)
        for (const name of Object.keys(truth)) assert.equal(crowd.told(id)(name), truth[name])
      }
    }
    assert.equal(crowd.encoder.counters.updatesHeld, 0)
    assert.equal(crowd.encoder.counters.effectsThinned, 0)
  })

  it('[WF26] falling, rising, a new life, team, class or squad, coming and going never wait', () => {
    const crowd = new Crowd(600, 100)
    const { soldiers } = crowd.world
    const now = ['state', 'life', 'team', 'squad', 'classId', 'cell'] as const
    const expectNow = (ids: number[]): void => {
      for (const id of ids) {
        const truth = soldierTruth(crowd.world, id)
        for (const name of now) assert.equal(crowd.told(id)(name), truth[name], `${id} ${name}`)
      }
    }
    const ids = [3, 77, 500]
    // The first send of a crowd, and later ones.
    for (const round of [0, 1, 2]) {
      crowd.send(() => {
        for (const id of ids) {
          soldiers.state[id] = round % 2 === 0 ? LifeState.down : LifeState.alive
          soldiers.life[id + 1]!++
          soldiers.team[id + 2]! ^= 1
          soldiers.classId[id + 3]! ^= 1
          soldiers.squad[id + 4]!++
        }
      })
      expectNow(ids.flatMap((id) => [id, id + 1, id + 2, id + 3, id + 4]))
      crowd.settle()
    }
    crowd.send((world) => {
      soldiers.px[9] = 180
      soldiers.pz[9] = 180
      soldiers.state[10] = LifeState.dead
      soldiers.cell[10] = -1
      rebinSoldiers(world)
    })
    expectNow([9])
    assert.equal(crowd.told(10)('cell'), -1)
    assert.equal(crowd.decoder.entities.count, 599)
  })

  it('[WF26] the own soldier never waits: he is in the head', () => {
    const crowd = new Crowd(600, 50)
    const viewer = createViewer({ netId: 5 as NetId, team: crowd.world.soldiers.team[5]! })
    const decoder = new SnapshotDecoder(crowd.world.map.map)
    for (let send = 0; send < 60; send++) {
      crowd.send(({ soldiers }) => (soldiers.hp[5] = 100 - send))
      decoder.apply(bytes.slice(0, crowd.encoder.compose(viewer, bytes, 0)))
      assert.equal(decoder.own.hp, 100 - send)
      assert.equal(decoder.own.x, crowd.world.soldiers.px[5])
      assert.equal(decoder.own.z, crowd.world.soldiers.pz[5])
    }
  })

  it('[WF26] who fights is told sooner than who does not', () => {
    const crowd = new Crowd(900)
    const history = new TruthHistory(STALE_SENDS_MAX)
    const ages = [0, 0]
    for (let id = 0; id < 100; id++) crowd.world.soldiers.flags[id] = SoldierFlag.fired
    crowd.settle(history)
    for (let send = 0; send < 60; send++) {
      crowd.send()
      history.record(crowd.world)
      for (let id = 0; id < 200; id++) ages[id < 100 ? 0 : 1]! += history.ageOf(id, crowd.told(id))!
    }
    assert.ok(ages[0]! < 0.7 * ages[1]!, `ages ${ages.join(' and ')}`)
  })

  it('[WF26] [WF16] a keyframe in a crowd is what the others hold', () => {
    const crowd = new Crowd(700, 200)
    crowd.settle()
    const { watcher, encoder, decoder, world } = crowd
    for (let send = 0; send < 20; send++) {
      crowd.send()
      const late = new SnapshotDecoder(world.map.map)
      const fresh = createViewer({ centreX: watcher.centreX, centreZ: watcher.centreZ })
      assert.deepEqual(late.apply(bytes.slice(0, encoder.compose(fresh, bytes, 0))), { ok: true })
      assert.deepEqual(late.entities.wire, decoder.entities.wire)
    }
  })

  it('[WF26] [I-16] effects are thinned, counted, and the lethal hit is told', () => {
    const crowd = new Crowd(900)
    const victims = [1, 200, 411]
    crowd.settle()
    for (let send = 0; send < 20; send++) {
      const before = crowd.encoder.counters.effectsThinned
      crowd.send((world) => {
        addShots(world, 300)
        for (const id of victims) {
          const row = addEvent(world.events, EventType.hit)
          world.events.target[row] = id
          world.events.flags[row] = HitFlag.lethal
        }
      })
      const { effects } = crowd.decoder
      const types = effects.type.subarray(0, effects.count)
      assert.ok(types.includes(EffectType.shot), 'some shots are told')
      assert.equal(effects.count + crowd.encoder.counters.effectsThinned - before, 303)
      for (let row = 0; row < effects.count; row++) {
        if (types[row] === EffectType.hit) assert.equal(effects.flags[row], EffectFlag.lethal)
      }
      assert.equal(types.filter((type) => type === EffectType.hit).length, victims.length)
    }
  })

  it('[WF26] when the crowd is gone everybody left is told as he is', () => {
    const crowd = new Crowd(600)
    crowd.settle()
    crowd.send(({ soldiers }) => {
      soldiers.state.fill(LifeState.dead, 40)
      soldiers.cell.fill(-1, 40)
    })
    crowd.send()
    for (let id = 0; id < 40; id++) {
      assert.equal(crowd.told(id)('x'), soldierTruth(crowd.world, id).x)
    }
  })
})
