/** The course of a battle and how it is won. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { NetId } from '@battalion/base/ids.ts'
import {
  battleDurationSec,
  battleStats,
  playerStats,
  teamStats,
  winnerOf,
} from './battle-result.ts'
import { Button } from './commands.ts'
import { EventType } from './events.ts'
import type { SampleOptions } from './sample-battle.ts'
import { eventsOf, moveTo, order, placeSoldier, sampleWorld, stepMany } from './sample-battle.ts'
import { stepWorld } from './step-world.ts'
import type { World } from './world.ts'
import { LifeState, Phase } from './world.ts'

const OBJECTIVES = [
  { id: 'a', name: 'A', x: 96, z: 96, radius: 5 },
  { id: 'b', name: 'B', x: 96, z: 60, radius: 5 },
  { id: 'c', name: 'C', x: 96, z: 130, radius: 5 },
]

/** A running battle of two: both at their places, ready to fire. */
function duel(options: SampleOptions = {}): { world: World; a: NetId; b: NetId } {
  const mode = { warmupSec: 0, tickets: 3, respawnSec: 1, ...options.mode }
  const world = sampleWorld({ ...options, rifle: { damage: 200 }, mode })
  const a = placeSoldier(world, 0, [50, 50])
  const b = placeSoldier(world, 1, [60, 50])
  stepMany(world, 1)
  assert.equal(world.phase, Phase.running)
  return { world, a, b }
}

/** Lets `shooter` fell `target` in one step. */
function fell(world: World, shooter: NetId, target: NetId): void {
  for (const netId of [shooter, target]) {
    while (world.soldiers.state[netId] !== LifeState.alive) stepMany(world, 1)
  }
  moveTo(world, shooter, [50, 50])
  moveTo(world, target, [60, 50])
  while (world.soldiers.nextFireTick[shooter]! > world.tick) stepMany(world, 1)
  order(world, shooter, { buttons: Button.fire })
  stepWorld(world)
  assert.notEqual(world.soldiers.state[target], LifeState.alive)
  world.soldiers.yaw[shooter] = 0
}

describe('the course of a battle', () => {
  it('[B1] warms up again while too few take part, then starts from zero', () => {
    const world = sampleWorld({ mode: { warmupSec: 2, playersMin: 2 } })
    const a = placeSoldier(world, 0, [50, 50])
    stepMany(world, 45)
    assert.equal(world.phase, Phase.warmup)
    const b = placeSoldier(world, 1, [60, 50])
    order(world, a, { buttons: Button.fire })
    stepWorld(world)
    assert.equal(world.soldiers.hp[b], 80)
    stepMany(world, 34)
    assert.equal(world.phase, Phase.running)
    assert.deepEqual([world.soldiers.damageDone[a], world.soldiers.hp[b]], [0, 100])
    assert.ok(Math.abs(world.soldiers.px[a]! - 20) <= 5)
    assert.deepEqual([...world.teams.tickets], [10, 10, 0, 0])
    assert.equal(world.runningSinceTick, 80)
  })

  it('[B2] a respawn costs a ticket in conquest, a fall does not', () => {
    const { world, a, b } = duel({ mode: { form: 'conquest' } })
    fell(world, a, b)
    assert.equal(world.teams.tickets[1], 3)
    stepMany(world, 21)
    assert.equal(world.soldiers.state[b], LifeState.alive)
    assert.equal(world.teams.tickets[1], 2)
  })

  it('[B2] teams bleed while one holds more than half of the objectives', () => {
    const { world } = duel({
      mode: { form: 'conquest', tickets: 50, bleedTicketsPerMinute: 60 },
      map: { objectives: OBJECTIVES },
    })
    world.objectives.owner[0] = 0
    stepMany(world, 100)
    assert.deepEqual([...world.teams.tickets.subarray(0, 2)], [50, 50])
    world.objectives.owner[1] = 0
    stepMany(world, 101)
    assert.deepEqual([...world.teams.tickets.subarray(0, 2)], [50, 45])
  })

  it('[B2] a team without tickets sends nobody', () => {
    const { world, a, b } = duel({ mode: { form: 'conquest', teamCount: 3, tickets: 1 } })
    fell(world, a, b)
    world.teams.tickets[1] = 0
    stepMany(world, 100)
    assert.equal(world.phase, Phase.running, 'two teams are left')
    assert.equal(world.soldiers.state[b], LifeState.dead)
    const late = placeSoldier(world, 1, [60, 50])
    assert.equal(world.soldiers.state[late], LifeState.dead)
  })

  it('[B3] [B4] [BAT-5] a duel is won when the other side has fallen often enough', () => {
    const { world, a, b } = duel()
    fell(world, a, b)
    fell(world, a, b)
    assert.deepEqual([...world.teams.tickets.subarray(0, 2)], [3, 1])
    assert.equal(world.phase, Phase.running)
    fell(world, a, b)
    assert.equal(world.phase, Phase.ended)
    assert.equal(winnerOf(world), 0)
    const row = eventsOf(world, EventType.end)[0]!
    assert.equal(world.events.value[row], 0)
  })

  for (const [name, prepare, winner] of [
    ['most tickets win', (world: World) => (world.teams.tickets[1] = 2), 0],
    ['then most score', (world: World) => (world.teams.score[1] = 5), 1],
    ['else it is a draw', () => 0, null],
  ] as const) {
    it(`[B4] after roundSec ${name}`, () => {
      const { world } = duel({ mode: { roundSec: 3 } })
      prepare(world)
      stepMany(world, 59)
      assert.equal(world.phase, Phase.running)
      stepMany(world, 1)
      assert.equal(world.phase, Phase.ended)
      assert.equal(winnerOf(world), winner)
      assert.equal(battleDurationSec(world), 3)
    })
  }

  it('[B5] [BAT-5] after the end nothing anybody sends changes the figures', () => {
    const { world, a, b } = duel({ mode: { tickets: 1 } })
    fell(world, a, b)
    const before = JSON.stringify([battleStats(world), teamStats(world)])
    const x = world.soldiers.px[a]!
    for (let step = 0; step < 60; step++) {
      const buttons = Button.fire | Button.ability
      order(world, a, { buttons, moveX: 127 })
      order(world, b, { buttons, yaw: 32768 })
      stepWorld(world)
    }
    assert.equal(JSON.stringify([battleStats(world), teamStats(world)]), before)
    assert.ok(world.soldiers.px[a]! > x + 10)
    assert.equal(world.phase, Phase.ended)
  })

  it('[B6] [BAT-5] a scripted match ends with the expected scoreboard', () => {
    const { world, a, b } = duel({ mode: { tickets: 2 } })
    const idle = placeSoldier(world, 1, [100, 100])
    fell(world, a, b)
    while (world.soldiers.state[b] !== LifeState.alive) stepMany(world, 1)
    moveTo(world, a, [60, 50])
    moveTo(world, b, [50, 50])
    order(world, b, { buttons: Button.fire })
    stepWorld(world)
    fell(world, a, b)
    const rows = battleStats(world).map((row) => [row.netId, row.kills, row.deaths, row.score])
    assert.deepEqual(rows, [
      [a, 2, 1, 200],
      [b, 1, 2, 100],
      [idle, 0, 0, 0],
    ])
    const stats = playerStats(world, a)
    assert.deepEqual([stats.team, stats.classId, stats.damageDone], [0, 'soldier', 200])
    assert.deepEqual([stats.shotsFired, stats.shotsHit], [2, 2])
    assert.equal(stats.playedSec, battleDurationSec(world))
    assert.deepEqual(
      teamStats(world).map((team) => [team.score, team.tickets]),
      [
        [200, 1],
        [100, 0],
      ],
    )
  })
})
