/** Rockets, grenades and what they do when they go off. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { NetId } from '@battalion/base/ids.ts'
import { NET_ID_NONE } from '@battalion/base/ids.ts'
import { Button } from './commands.ts'
import { EventType } from './events.ts'
import { PROJECTILES_MAX } from './limits.ts'
import type { SampleOptions } from './sample-battle.ts'
import {
  SampleAbility,
  SampleClass,
  eventsOf,
  moveTo,
  order,
  placeSoldier,
  sampleWorld,
  stepMany,
} from './sample-battle.ts'
import { removeSoldier } from './soldiers.ts'
import { stepWorld } from './step-world.ts'
import type { World } from './world.ts'

/** A gunner at (50, 50) with the launcher in hand and ready. */
function gunnery(options: SampleOptions = {}): { world: World; gunner: NetId } {
  const world = sampleWorld(options)
  const gunner = placeSoldier(world, 0, [50, 50], SampleClass.gunner)
  for (let step = 0; step < 7; step++) {
    order(world, gunner, { buttons: Button.sidearm })
    stepWorld(world)
  }
  return { world, gunner }
}

function launch(world: World, gunner: NetId): void {
  order(world, gunner, { buttons: Button.sidearm | Button.fire })
  stepWorld(world)
}

/** Steps until something goes off; its place, or undefined after 10 s. */
function untilExplosion(world: World): [number, number] | undefined {
  for (let step = 0; step < 200; step++) {
    stepMany(world, 1)
    const row = eventsOf(world, EventType.explosion)[0]
    if (row !== undefined) return [world.events.x[row]!, world.events.z[row]!]
  }
  return undefined
}

describe('straight projectiles', () => {
  it('[P1] fly at their speed and go off at a body, which takes the blow and the blast', () => {
    const { world, gunner } = gunnery({ hp: 200 })
    const target = placeSoldier(world, 1, [70, 50])
    const mate = placeSoldier(world, 0, [60, 50])
    launch(world, gunner)
    assert.ok(Math.abs(world.projectiles.px[0]! - 51) < 1e-4)
    const place = untilExplosion(world)!
    assert.ok(Math.abs(place[0] - 69.6) < 0.01)
    assert.equal(world.soldiers.hp[target], 70)
    assert.equal(world.soldiers.hp[mate], 200)
    assert.equal(world.projectiles.active[0], 0)
  })

  it('[P1] go off at walls and at the end of their range, and pass over low cover', () => {
    const wall = { kind: 'wall', x: 60, z: 40, width: 1, depth: 20 } as const
    const walled = gunnery({ map: { boxes: [wall] } })
    launch(walled.world, walled.gunner)
    assert.ok(Math.abs(untilExplosion(walled.world)![0] - 59.95) < 0.01)
    const covered = gunnery({ map: { boxes: [{ ...wall, kind: 'cover' }] } })
    launch(covered.world, covered.gunner)
    assert.ok(Math.abs(untilExplosion(covered.world)![0] - 100) < 0.01)
  })

  it('[P3] [I-16] with too many in the air a launch is refused, counted, and free', () => {
    const { world, gunner } = gunnery()
    world.projectiles.active.fill(1)
    world.projectiles.weapon.fill(3)
    world.projectiles.owner.fill(NET_ID_NONE)
    world.projectiles.endTick.fill(100_000)
    launch(world, gunner)
    assert.equal(world.counters.projectilesRefused[0], 1)
    assert.equal(world.soldiers.shotsFired[gunner], 0)
    assert.equal(world.soldiers.magazine[gunner * 2 + 1], 2)
    assert.equal(world.projectiles.active.length, PROJECTILES_MAX)
  })

  it('[W5] go on when their owner leaves, but nobody earns by them', () => {
    const { world, gunner } = gunnery({ hp: 20 })
    const target = placeSoldier(world, 1, [70, 50])
    launch(world, gunner)
    removeSoldier(world, gunner)
    untilExplosion(world)
    const kill = eventsOf(world, EventType.kill)[0]!
    assert.equal(world.events.actor[kill], NET_ID_NONE)
    assert.equal(world.soldiers.deaths[target], 1)
  })
})

/** Where a grenade aimed `metres` ahead goes off. */
function landing(metres: number, options: SampleOptions = {}): [number, number] {
  const world = sampleWorld({ ability: SampleAbility.grenade, ...options })
  const thrower = placeSoldier(world, 0, [50, 50])
  placeSoldier(world, 1, [55, 50])
  order(world, thrower, { buttons: Button.ability, aimDistance: metres * 16 })
  stepWorld(world)
  return untilExplosion(world)!
}

describe('lobbed projectiles', () => {
  it('[P2] land at the aimed distance, over bodies and cover, within range', () => {
    const cover = { kind: 'cover', x: 60, z: 40, width: 1, depth: 20 } as const
    assert.ok(Math.abs(landing(20, { map: { boxes: [cover] } })[0] - 70) < 0.01)
    assert.ok(Math.abs(landing(0)[0] - 50) < 0.01)
    assert.ok(Math.abs(landing(300)[0] - 80) < 0.01)
  })

  it('[P2] stop at walls', () => {
    const wall = { kind: 'wall', x: 60, z: 40, width: 1, depth: 20 } as const
    assert.ok(Math.abs(landing(20, { map: { boxes: [wall] } })[0] - 59.95) < 0.01)
  })

  it('[P2] go off when the fuse ends, not before', () => {
    const world = sampleWorld({ ability: SampleAbility.grenade })
    const thrower = placeSoldier(world, 0, [50, 50])
    order(world, thrower, { buttons: Button.ability, aimDistance: 160 })
    stepWorld(world)
    stepMany(world, 39)
    assert.equal(eventsOf(world, EventType.explosion).length, 0)
    stepMany(world, 1)
    assert.equal(eventsOf(world, EventType.explosion).length, 1)
  })
})

/** hp of somebody standing at `place` when a grenade goes off at (70, 50). */
function hpAt(place: readonly [number, number], options: SampleOptions = {}): number {
  const world = sampleWorld({ ability: SampleAbility.grenade, ...options })
  const thrower = placeSoldier(world, 0, [50, 50])
  const target = placeSoldier(world, 1, place)
  order(world, thrower, { buttons: Button.ability, aimDistance: 320 })
  stepWorld(world)
  untilExplosion(world)
  return world.soldiers.hp[target]!
}

describe('blasts', () => {
  const box = { x: 71.5, z: 40, width: 0.5, depth: 20 }
  const walls = { map: { boxes: [{ kind: 'wall', ...box }] } } as const
  const cover = { map: { boxes: [{ kind: 'cover', ...box }] } } as const
  const cases: [string, number, number][] = [
    ['in the open', hpAt([73.4, 50]), 50],
    ['behind low cover', hpAt([73.4, 50], cover), 75],
    ['behind a wall', hpAt([73.4, 50], walls), 100],
    ['at the edge', hpAt([76.4, 50]), 100],
    ['in another cell', hpAt([70, 46.6]), 50],
  ]
  for (const [name, hp, expected] of cases) {
    it(`[D5] [BAT-4] leave ${expected} hp ${name}`, () => assert.equal(hp, expected))
  }

  it('[D6] hurt the thrower in full, his mates by the ratio', () => {
    const world = sampleWorld({ ability: SampleAbility.grenade })
    const thrower = placeSoldier(world, 0, [50, 50])
    const mate = placeSoldier(world, 0, [50, 51])
    order(world, thrower, { buttons: Button.ability, aimDistance: 160 })
    stepWorld(world)
    moveTo(world, thrower, [63.4, 50])
    moveTo(world, mate, [60, 50])
    untilExplosion(world)
    assert.equal(world.soldiers.hp[thrower], 50)
    assert.equal(world.soldiers.hp[mate], 100)
  })
})
