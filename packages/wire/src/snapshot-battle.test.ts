/**
 * Recorded battles on the real simulation, seen by many viewers that lose frames, reconnect and
 * move about: after every frame each decoder holds exactly the server's quantised state of its
 * block, and nothing else (I-14, E-11).
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { NetId } from '@battalion/base/ids.ts'
import { NET_ID_NONE } from '@battalion/base/ids.ts'
import type { PrngState } from '@battalion/base/prng.ts'
import { createPrng, nextBelow, nextFloat } from '@battalion/base/prng.ts'
import { createWorld } from '@battalion/sim/create-world.ts'
import { EventType } from '@battalion/sim/events.ts'
import { cellOfPosition } from '@battalion/sim/spatial-grid.ts'
import { stepWorld } from '@battalion/sim/step-world.ts'
import { LifeState } from '@battalion/sim/world.ts'
import type { World } from '@battalion/sim/world.ts'
import { loadShippedBalance } from '@battalion/testkit/load-shipped-balance.ts'
import { SimDriver } from '@battalion/testkit/sim-driver.ts'
import { applyOperation } from '@battalion/testkit/sim-operations.ts'
import { balanceOfPlan, planSim } from '@battalion/testkit/sim-plan.ts'
import { idsInBlock, isCellInBlock, ownTruth, soldierTruth, TruthHistory } from './battle-truth.ts'
import { compareClients } from './compare-clients.ts'
import { EffectType } from './fields.ts'
import { SnapshotDecoder } from './snapshot-decoder.ts'
import { SnapshotEncoder } from './snapshot-encoder.ts'
import type { SnapshotViewer } from './snapshot-viewer.ts'
import { createViewer } from './snapshot-viewer.ts'
import { SpecChecker } from './spec-checker.ts'
import { SNAPSHOT_BYTES_MAX, STALE_SENDS_MAX } from './wire-limits.ts'

interface Watcher {
  viewer: SnapshotViewer
  decoder: SnapshotDecoder
  checker: SpecChecker
  /** Net ids in sight by enter and leave alone. */
  seen: Set<number>
}

interface BattlePlan {
  readonly seed: number
  readonly steps: number
  readonly players: number
  readonly modeId: string
  readonly mapId: string
  readonly watchers: number
  readonly skipShare: number
  /** Bytes of a block per send; left out: everything is told at once. */
  readonly blockBytes?: number
}

const buffer = new Uint8Array(SNAPSHOT_BYTES_MAX + 7)

class WatchedBattle {
  readonly plan: BattlePlan
  readonly prng: PrngState
  readonly world: World
  readonly encoder: SnapshotEncoder
  readonly watchers: Watcher[] = []
  readonly #driver: SimDriver
  readonly #history = new TruthHistory(STALE_SENDS_MAX)
  /** Rows of events since the last send: [type, actor, target, kind]. */
  events: number[][] = []
  framesChecked = 0
  soldiersChecked = 0
  effectsChecked = 0
  marksSeen = 0
  projectilesChecked = 0
  /** Soldiers told as they were at an earlier send, and the earliest of those. */
  staleChecked = 0
  ageMax = 0

  constructor(plan: BattlePlan) {
    this.plan = plan
    this.prng = createPrng(plan.seed ^ 0x31337)
    const simPlan = planSim(loadShippedBalance(), plan)
    this.world = createWorld({
      balance: balanceOfPlan(loadShippedBalance(), simPlan),
      modeId: plan.modeId,
      mapId: plan.mapId,
      seed: plan.seed,
      capacity: plan.players,
    })
    this.#driver = new SimDriver(simPlan)
    this.encoder = new SnapshotEncoder(this.world, { blockBytes: plan.blockBytes ?? Infinity })
  }

  get #isExact(): boolean {
    return this.plan.blockBytes === undefined
  }

  step(): void {
    for (const operation of this.#driver.nextOperations(this.world)) {
      applyOperation(this.world, operation)
    }
    stepWorld(this.world)
    this.encoder.collectEvents()
    const { events } = this.world
    for (let row = 0; row < events.count; row++) {
      const { type, actor, target, kind } = events
      this.events.push([type[row]!, actor[row]!, target[row]!, kind[row]!])
    }
  }

  send(): void {
    this.#keepWatchers()
    this.encoder.encode()
    if (!this.#isExact) this.#history.record(this.world)
    for (const watcher of this.watchers) this.#sendTo(watcher)
    this.events = []
  }

  /** New watchers, reconnects, spectators that look elsewhere; players whose soldier left go. */
  #keepWatchers(): void {
    const { world, prng } = this
    for (let index = this.watchers.length - 1; index >= 0; index--) {
      const { viewer } = this.watchers[index]!
      const hasLeft =
        viewer.netId !== NET_ID_NONE && world.soldiers.state[viewer.netId] === LifeState.empty
      if (hasLeft) this.watchers.splice(index, 1)
    }
    while (this.watchers.length < this.plan.watchers) this.watchers.push(this.#newWatcher())
    for (const watcher of this.watchers) {
      if (watcher.viewer.netId === NET_ID_NONE && nextBelow(prng, 10) === 0) {
        this.#lookElsewhere(watcher.viewer)
      }
      if (nextBelow(prng, 200) === 0) this.#reconnect(watcher)
    }
  }

  #newWatcher(): Watcher {
    const { world, prng } = this
    const map = world.map.map
    const id = nextBelow(prng, world.slotsUsed)
    const isPlayer = nextBelow(prng, 4) !== 0 && world.soldiers.state[id] !== LifeState.empty
    const viewer = isPlayer
      ? createViewer({ netId: id as NetId, team: world.soldiers.team[id]! })
      : createViewer({ blockRadius: nextBelow(prng, 2) === 0 ? 1 : 2 })
    this.#lookElsewhere(viewer)
    return {
      viewer,
      decoder: new SnapshotDecoder(map, world.tick),
      checker: new SpecChecker(map.widthMetres, map.depthMetres, world.tick),
      seen: new Set(),
    }
  }

  #lookElsewhere(viewer: SnapshotViewer): void {
    const { map } = this.world.map
    viewer.centreX = nextFloat(this.prng) * map.widthMetres
    viewer.centreZ = nextFloat(this.prng) * map.depthMetres
  }

  #reconnect(watcher: Watcher): void {
    const { map } = this.world.map
    const { netId, team, blockRadius, centreX, centreZ } = watcher.viewer
    watcher.viewer = createViewer({ netId, team, blockRadius, centreX, centreZ })
    watcher.decoder.reset(map, this.world.tick)
    watcher.checker = new SpecChecker(map.widthMetres, map.depthMetres, this.world.tick)
    watcher.seen.clear()
  }

  #sendTo(watcher: Watcher): void {
    if (nextFloat(this.prng) < this.plan.skipShare) {
      watcher.viewer.needKey = true
      return
    }
    const end = this.encoder.compose(watcher.viewer, buffer, 5)
    const bytes = buffer.slice(5, end)
    const result = watcher.decoder.apply(bytes)
    assert.deepEqual(result, { ok: true })
    this.framesChecked++
    this.#checkHead(watcher)
    this.#checkSoldiers(watcher)
    this.#checkEffects(watcher)
    this.#checkProjectiles(watcher)
    watcher.checker.apply(bytes)
    compareClients(watcher.decoder, watcher.checker)
  }

  #checkHead({ decoder, viewer }: Watcher): void {
    const { world } = this
    assert.equal(decoder.tick, world.tick)
    assert.equal(decoder.kills.count, this.events.filter((e) => e[0] === EventType.kill).length)
    for (const id of decoder.far.ids.subarray(0, decoder.far.count)) {
      assert.ok(viewer.team === 0xff || decoder.far.team[id] === viewer.team, 'far is own team')
    }
    if (viewer.netId === NET_ID_NONE) return
    const { hasAck, ...fields } = ownTruth(world, viewer.netId)
    for (const [name, value] of Object.entries(fields)) {
      assert.equal(decoder.own[name as 'hp'], value, `own ${name} at tick ${world.tick}`)
    }
    assert.equal(decoder.own.hasAck, hasAck)
    if (hasAck === 1) assert.equal(decoder.own.ackSeq, world.soldiers.ackSeq[viewer.netId])
    if (world.soldiers.cell[viewer.netId]! >= 0) {
      assert.equal(decoder.centreCell, world.soldiers.cell[viewer.netId])
      assert.equal(decoder.own.x, world.soldiers.px[viewer.netId])
      assert.equal(decoder.own.z, world.soldiers.pz[viewer.netId])
    }
    for (let row = 0; row < decoder.marks.count; row++) this.marksSeen++
  }

  #checkSoldiers({ decoder, viewer, seen }: Watcher): void {
    const { entities } = decoder
    const expected = idsInBlock(this.world, decoder.centreCell, viewer.blockRadius)
    const ids = [...entities.ids.subarray(0, entities.count)].sort((a, b) => a - b)
    assert.deepEqual(ids, expected, `soldiers in sight at tick ${this.world.tick}`)
    assert.equal(viewer.visibleCount, expected.length)
    for (const id of expected) {
      if (this.#isExact) this.#checkExact(decoder, id)
      else this.#checkAge(decoder, id)
      this.soldiersChecked++
    }
    for (const id of entities.left.subarray(0, entities.leftCount)) assert.ok(seen.delete(id))
    for (const id of entities.entered.subarray(0, entities.enteredCount)) {
      assert.ok(!seen.has(id))
      seen.add(id)
    }
    assert.equal(seen.size, entities.count)
  }

  #checkExact({ entities }: SnapshotDecoder, id: number): void {
    for (const [name, value] of Object.entries(soldierTruth(this.world, id))) {
      const told = entities[name as 'hp'][id]
      if (told !== value) assert.fail(`soldier ${id} ${name}: told ${told}, is ${value}`)
    }
  }

  /** What is told was true at one of the last sends, and every viewer is told the same. */
  #checkAge({ entities }: SnapshotDecoder, id: number): void {
    const age = this.#history.ageOf(id, (name) => entities[name as 'hp'][id]!)
    if (age === undefined) assert.fail(`soldier ${id}: never was as told, or too long ago`)
    if (age > 0) this.staleChecked++
    this.ageMax = Math.max(this.ageMax, age)
  }

  #checkEffects({ decoder, seen }: Watcher): void {
    const { effects, entities } = decoder
    const left = new Set(entities.left.subarray(0, entities.leftCount))
    for (let row = 0; row < effects.count; row++) {
      this.effectsChecked++
      if (effects.type[row] === EffectType.explosion) continue
      const actor = effects.actor[row]!
      const subject = actor === NET_ID_NONE ? effects.target[row]! : actor
      assert.ok(seen.has(subject) || left.has(subject), 'effects name only who is in sight')
    }
    const shots = this.events.filter(
      (event) => event[0] === EventType.shot && entities.cell[event[1]!] !== -1,
    )
    if (!this.#isExact) return
    const told = [...effects.type.subarray(0, effects.count)]
    const toldShots = told.filter((type) => type === EffectType.shot).length
    assert.ok(toldShots >= shots.length, 'every shot of who is in sight is told')
  }

  #checkProjectiles({ decoder, viewer }: Watcher): void {
    const { projectiles: real, tick, dtSec, map } = this.world
    const { projectiles } = decoder
    let expected = 0
    for (let index = 0; index < real.active.length; index++) {
      if (real.active[index] === 0) continue
      const cell = cellOfPosition(map, real.px[index]!, real.pz[index]!)
      if (!isCellInBlock(this.world, cell, decoder.centreCell, viewer.blockRadius)) continue
      expected++
      this.projectilesChecked++
      assert.equal(projectiles.cell[index], cell)
      assert.equal(projectiles.generation[index], real.generation[index])
      assert.equal(projectiles.weapon[index], real.weapon[index])
      assert.equal(projectiles.team[index], real.team[index])
      assert.equal(projectiles.endTick[index], real.endTick[index])
      const flownSec = (tick - projectiles.tick[index]!) * dtSec
      const x = projectiles.x[index]! + projectiles.vx[index]! * flownSec
      const z = projectiles.z[index]! + projectiles.vz[index]! * flownSec
      const error = Math.max(Math.abs(x - real.px[index]!), Math.abs(z - real.pz[index]!))
      assert.ok(error <= 0.25, `projectile ${index} is ${error} m from where it was told`)
    }
    assert.equal(projectiles.count, expected, 'no other projectile is known')
  }
}

function runBattle(plan: BattlePlan): WatchedBattle {
  const battle = new WatchedBattle(plan)
  try {
    for (let step = 0; step < plan.steps;) {
      const steps = 1 + nextBelow(battle.prng, nextBelow(battle.prng, 4) === 0 ? 3 : 1)
      for (let index = 0; index < steps; index++) battle.step()
      step += steps
      battle.send()
    }
  } catch (error) {
    throw new Error(`seed ${plan.seed}, tick ${battle.world.tick}`, { cause: error })
  }
  return battle
}

describe('snapshots of a battle', () => {
  it('[I-14] [WF11] [WF12] [WF13] [WF15] every viewer holds exactly its block after every frame', () => {
    const battle = runBattle({
      seed: 11,
      steps: 700,
      players: 64,
      modeId: 'conquest',
      mapId: 'skirmish',
      watchers: 16,
      skipShare: 0.05,
    })
    assert.ok(battle.framesChecked > 6000)
    assert.ok(battle.soldiersChecked > 100_000)
    assert.ok(battle.effectsChecked > 500)
    assert.ok(battle.marksSeen > 10)
    assert.ok(battle.projectilesChecked > 50)
  })

  it('[I-14] [E-11] [WF17] [WF19] on a wide map most of the battle stays unseen', () => {
    const battle = runBattle({
      seed: 12,
      steps: 240,
      players: 300,
      modeId: 'front',
      mapId: 'front',
      watchers: 24,
      skipShare: 0.02,
    })
    const perFrame = battle.soldiersChecked / battle.framesChecked
    assert.ok(perFrame > 1 && perFrame < 250, `${perFrame} soldiers in a frame`)
  })

  it('[I-14] [WF26] in a crowd over its budget everybody is told what was true a while ago', () => {
    const plan = { seed: 14, steps: 400, players: 64, modeId: 'conquest', mapId: 'skirmish' }
    const battle = runBattle({ ...plan, watchers: 16, skipShare: 0.05, blockBytes: 60 })
    assert.ok(battle.staleChecked > battle.soldiersChecked / 10, `${battle.staleChecked} are stale`)
    assert.ok(battle.ageMax > 2 && battle.ageMax < STALE_SENDS_MAX, `age ${battle.ageMax}`)
    const { effectsThinned, updatesHeld } = battle.encoder.counters
    assert.ok(effectsThinned > 100 && updatesHeld > 1000, `${effectsThinned}, ${updatesHeld}`)
  })

  it('[I-14] [WF26] with next to no budget nobody is told later than the bound', () => {
    const plan = { seed: 15, steps: 300, players: 200, modeId: 'front', mapId: 'front' }
    const battle = runBattle({ ...plan, watchers: 8, skipShare: 0.05, blockBytes: 1 })
    assert.ok(battle.ageMax > STALE_SENDS_MAX / 2, `age ${battle.ageMax}`)
    assert.ok(battle.ageMax < STALE_SENDS_MAX, `age ${battle.ageMax}`)
  })

  it('[I-14] [WF16] a viewer that loses most frames is right with each one it gets', () => {
    const battle = runBattle({
      seed: 13,
      steps: 400,
      players: 40,
      modeId: 'conquest',
      mapId: 'skirmish',
      watchers: 12,
      skipShare: 0.7,
    })
    assert.ok(battle.framesChecked > 500)
  })
})
