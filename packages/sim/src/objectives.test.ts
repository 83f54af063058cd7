/** Capture points. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { NetId } from '@battalion/base/ids.ts'
import { EventType } from './events.ts'
import { eventsOf, moveTo, placeSoldier, sampleWorld, stepMany } from './sample-battle.ts'
import type { World } from './world.ts'
import { LifeState, Phase, TEAM_NONE } from './world.ts'

/** A running conquest with one objective at (96, 96), taken in 10 s (200 steps). */
function conquest(): World {
  const world = sampleWorld({
    mode: { form: 'conquest', teamCount: 3, warmupSec: 0 },
    map: { objectives: [{ id: 'a', name: 'A', x: 96, z: 96, radius: 10 }] },
  })
  for (let team = 0; team < 3; team++) placeSoldier(world, team, [20, 20])
  stepMany(world, 1)
  assert.equal(world.phase, Phase.running)
  return world
}

function stand(world: World, team: number, count = 1): NetId[] {
  return Array.from({ length: count }, (_, index) => placeSoldier(world, team, [94 + index, 96]))
}

describe('objectives', () => {
  it('[O1] are taken by a team alone in captureSec', () => {
    const world = conquest()
    stand(world, 1)
    stepMany(world, 198)
    assert.equal(world.objectives.owner[0], TEAM_NONE)
    assert.equal(world.objectives.capturingTeam[0], 1)
    assert.ok(world.objectives.progress[0]! > 0.98)
    stepMany(world, 3)
    assert.equal(world.objectives.owner[0], 1)
    assert.deepEqual(
      [world.objectives.capturingTeam[0], world.objectives.progress[0]],
      [TEAM_NONE, 0],
    )
  })

  for (const [count, steps] of [
    [2, 100],
    [3, 67],
    [6, 67],
  ] as const) {
    it(`[O1] are taken by ${count} in about ${steps} steps`, () => {
      const world = conquest()
      stand(world, 1, count)
      let taken = 0
      while (world.objectives.owner[0] !== 1 && taken < 300) {
        stepMany(world, 1)
        taken++
      }
      assert.ok(Math.abs(taken - steps) <= 1, `${taken} steps`)
    })
  }

  it('[O2] freeze while several teams are there, dead bodies aside', () => {
    const world = conquest()
    stand(world, 1)
    stepMany(world, 50)
    const progress = world.objectives.progress[0]!
    const rival = stand(world, 0)[0]!
    stepMany(world, 50)
    assert.equal(world.objectives.progress[0], progress)
    world.soldiers.state[rival] = LifeState.down
    world.soldiers.downEndTick[rival] = 100_000
    stepMany(world, 1)
    assert.ok(world.objectives.progress[0] > progress)
  })

  it('[O3] fall back when left alone, and start from zero for another team', () => {
    const world = conquest()
    const [first] = stand(world, 1)
    stepMany(world, 100)
    moveTo(world, first!, [20, 20])
    stepMany(world, 50)
    assert.ok(Math.abs(world.objectives.progress[0]! - 0.25) < 1e-4)
    stand(world, 2)
    stepMany(world, 1)
    assert.equal(world.objectives.capturingTeam[0], 2)
    assert.ok(world.objectives.progress[0]! < 0.006)
  })

  it('[O4] give a capture to every living soldier of the team there', () => {
    const world = conquest()
    const takers = stand(world, 1, 2)
    const elsewhere = placeSoldier(world, 1, [20, 20])
    for (let step = 0; step < 101 && world.objectives.owner[0] !== 1; step++) stepMany(world, 1)
    assert.deepEqual(
      [...takers, elsewhere].map((netId) => world.soldiers.captures[netId]),
      [1, 1, 0],
    )
    assert.equal(world.soldiers.score[takers[0]!], 200)
    const row = eventsOf(world, EventType.capture)[0]!
    assert.deepEqual([world.events.kind[row], world.events.value[row]], [0, 1])
  })
})
