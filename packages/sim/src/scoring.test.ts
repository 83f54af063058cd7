/** Who gets credit for what. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { levelOfPoints, pointsForLevel } from './battle-result.ts'
import type { Blow } from './damage.ts'
import { dealBlow } from './damage.ts'
import { EventType } from './events.ts'
import type { SampleOptions } from './sample-battle.ts'
import { eventsOf, placeSoldier, sampleBalance, sampleWorld } from './sample-battle.ts'
import { addScore } from './scoring.ts'
import type { World } from './world.ts'
import { LifeState } from './world.ts'

/** Soldiers 0..4 of team 0, 5 and 6 of team 1. */
function scene(options: SampleOptions = {}): World {
  const world = sampleWorld({ mode: { friendlyFireRatio: 1 }, ...options })
  for (let index = 0; index < 7; index++) placeSoldier(world, index < 5 ? 0 : 1, [90, 90 + index])
  return world
}

function hurt(world: World, actor: number, target: number, damage: number): void {
  const actorTeam = world.soldiers.team[actor]!
  const blow: Blow = { actor, actorTeam, target, weapon: 0, damage, flags: 0 }
  dealBlow(world, blow)
}

describe('credit', () => {
  it('[K1] [I-10] the last hp makes the kill; kills are deaths by enemies', () => {
    const world = scene()
    hurt(world, 0, 5, 60)
    hurt(world, 1, 5, 60)
    assert.deepEqual([world.soldiers.kills[0], world.soldiers.kills[1]], [0, 1])
    assert.equal(world.soldiers.deaths[5], 1)
    assert.equal(world.soldiers.score[1], 100)
    assert.equal(world.teams.score[0], 150, 'the kill and the assist')
  })

  it('[K2] felling a mate costs, felling oneself is only a death', () => {
    const world = scene()
    hurt(world, 0, 1, 200)
    hurt(world, 2, 2, 200)
    assert.deepEqual([world.soldiers.kills[0], world.soldiers.score[0]], [0, -100])
    assert.deepEqual([world.soldiers.deaths[1], world.soldiers.deaths[2]], [1, 1])
    assert.equal(world.soldiers.score[2], 0)
  })

  it('[K3] enemies who did a quarter assist, the killer and mates do not', () => {
    const world = scene()
    hurt(world, 0, 5, 25)
    hurt(world, 1, 5, 24)
    hurt(world, 6, 5, 30)
    hurt(world, 2, 5, 100)
    assert.deepEqual([...world.soldiers.assists.subarray(0, 7)], [1, 0, 0, 0, 0, 0, 0])
    assert.equal(eventsOf(world, EventType.assist).length, 1)
    assert.equal(world.soldiers.score[0], 50)
  })

  it('[K3] blows add up, the least of too many attackers is forgotten, a new life forgets all', () => {
    const world = scene({ hp: 200, formulas: { assistShare: 0.1 } })
    hurt(world, 0, 5, 10)
    hurt(world, 1, 5, 21)
    hurt(world, 2, 5, 22)
    hurt(world, 3, 5, 23)
    hurt(world, 0, 5, 10)
    hurt(world, 4, 5, 24)
    hurt(world, 6, 5, 200)
    assert.deepEqual([...world.soldiers.assists.subarray(0, 5)], [0, 1, 1, 1, 1])
    const other = scene()
    hurt(other, 0, 5, 30)
    hurt(other, 1, 5, 100)
    assert.equal(other.soldiers.state[5], LifeState.dead)
    assert.equal(other.soldiers.assists[0], 1)
  })

  it('[K4] a kill at an objective of one’s own team earns more', () => {
    const objectives = [{ id: 'a', name: 'A', x: 90, z: 95, radius: 1.5 }]
    for (const [owner, score] of [
      [0, 125],
      [1, 100],
      [0xff, 100],
    ] as const) {
      const world = scene({ map: { objectives } })
      world.objectives.owner[0] = owner
      hurt(world, 0, 5, 200)
      assert.equal(world.soldiers.score[0], score)
    }
  })

  it('[K5] points are whole and count for soldier and team', () => {
    const world = scene()
    addScore(world, 0, 1.4)
    addScore(world, 1, 1.6)
    assert.deepEqual([world.soldiers.score[0], world.soldiers.score[1]], [1, 2])
    assert.equal(world.teams.score[0], 3)
  })

  it('[K5] levels follow the curve', () => {
    const curve = sampleBalance().levels
    assert.deepEqual(
      [1, 2, 5, 10].map((level) => pointsForLevel(curve, level)),
      [0, 100, 800, 2700],
    )
    const odd = pointsForLevel({ ...curve, exponent: 1.7 }, 11)
    assert.ok(Math.abs(odd - 100 * 10 ** 1.7) < 2)
    for (const [points, level] of [
      [0, 1],
      [99, 1],
      [100, 2],
      [799, 4],
      [800, 5],
      [1e9, 50],
    ] as const) {
      assert.equal(levelOfPoints(curve, points), level)
    }
  })
})
