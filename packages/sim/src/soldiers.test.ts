/** Joining and leaving, and what a step does with commands. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Button } from './commands.ts'
import { addEvent } from './event-table.ts'
import { EventType } from './events.ts'
import { EVENTS_PER_STEP_MAX, NET_ID_QUARANTINE_TICKS, SEQ_JUMP_MAX } from './limits.ts'
import { eventsOf, order, placeSoldier, sampleWorld, stepMany } from './sample-battle.ts'
import type { SoldierWish } from './soldiers.ts'
import { addSoldier, forgetAck, removeSoldier, setClassWish } from './soldiers.ts'
import { stepWorld } from './step-world.ts'
import { LifeState, SoldierFlag } from './world.ts'

describe('the step', () => {
  it('[W1] fire comes after movement, and cells last', () => {
    const world = sampleWorld()
    const netId = placeSoldier(world, 0, [65.9, 50])
    stepMany(world, 1)
    order(world, netId, { moveX: 127, buttons: Button.fire, yaw: 0 })
    stepWorld(world)
    const shot = eventsOf(world, EventType.shot)[0]!
    assert.equal(world.events.x[shot], world.soldiers.px[netId])
    assert.equal(world.soldiers.cell[netId], 1)
  })

  it('[W3] [I-13] carries out each seq once, and only newer ones, across the wrap', () => {
    const world = sampleWorld()
    const netId = placeSoldier(world, 0, [50, 50])
    const moved = (seq: number): boolean => {
      const before = world.soldiers.px[netId]!
      order(world, netId, { seq, moveX: 127 })
      stepWorld(world)
      return world.soldiers.px[netId]! > before
    }
    const cases: [number, boolean][] = [
      [65533, true],
      [65533, false],
      [65532, false],
      [65535, true],
      [1, true],
      [65535, false],
      [2, true],
    ]
    for (const [seq, isCarriedOut] of cases) assert.equal(moved(seq), isCarriedOut, `seq ${seq}`)
    assert.equal(world.soldiers.ackSeq[netId], 2)
  })

  it('[W3] [E-05] a mad jump of seq does not shut out the honest ones after it', () => {
    const world = sampleWorld()
    const netId = placeSoldier(world, 0, [50, 50])
    for (const seq of [10, 11 + SEQ_JUMP_MAX, 30_000, 11]) {
      order(world, netId, { seq })
      stepWorld(world)
    }
    assert.equal(world.soldiers.ackSeq[netId], 11)
    forgetAck(world, netId)
    order(world, netId, { seq: 5 })
    stepWorld(world)
    assert.equal(world.soldiers.ackSeq[netId], 5)
  })

  it('[W3] without a command a soldier stands, holds fire and stays crouched', () => {
    const world = sampleWorld()
    const netId = placeSoldier(world, 0, [50, 50])
    order(world, netId, { moveX: 127, buttons: Button.crouch | Button.fire })
    stepWorld(world)
    const x = world.soldiers.px[netId]
    stepMany(world, 3)
    assert.equal(world.soldiers.px[netId], x)
    assert.equal(world.soldiers.shotsFired[netId], 1)
    assert.ok(world.soldiers.flags[netId]! & SoldierFlag.crouched)
  })

  it('[W6] [I-16] drops shots first, never kills, and counts', () => {
    const world = sampleWorld()
    const { events } = world
    for (let index = 0; index < EVENTS_PER_STEP_MAX; index++) addEvent(events, EventType.shot)
    assert.equal(events.count, EVENTS_PER_STEP_MAX / 2)
    for (let index = 0; index < EVENTS_PER_STEP_MAX; index++) addEvent(events, EventType.hit)
    const beforeKills = events.count
    addEvent(events, EventType.kill)
    assert.equal(events.count, beforeKills + 1)
    assert.ok(events.droppedCount > EVENTS_PER_STEP_MAX / 2)
    for (let index = 0; index < EVENTS_PER_STEP_MAX; index++) addEvent(events, EventType.kill)
    assert.equal(events.count, EVENTS_PER_STEP_MAX)
  })

  it('[W7] a soldier leaves its cell only two metres outside', () => {
    const world = sampleWorld()
    const netId = placeSoldier(world, 0, [63, 50])
    stepMany(world, 1)
    for (const [x, cell] of [
      [65.9, 0],
      [66.1, 1],
      [62.1, 1],
      [61.9, 0],
    ] as const) {
      world.soldiers.px[netId] = x
      stepMany(world, 1)
      assert.equal(world.soldiers.cell[netId], cell, `at ${x}`)
    }
  })

  it('[W8] [E-07] no number a client could send enters the world as non-finite', () => {
    const world = sampleWorld()
    const netId = placeSoldier(world, 0, [50, 50])
    for (const odd of [NaN, Infinity, -Infinity, 1e300, -1e300, 0.5, -0]) {
      const numbers = { moveX: odd, moveZ: odd, yaw: odd, aimDistance: odd, viewTime: odd }
      order(world, netId, { ...numbers, buttons: odd })
      stepWorld(world)
      order(world, netId, { ...numbers, buttons: Button.fire })
      stepWorld(world)
      for (const column of Object.values(world.soldiers)) {
        assert.ok(column.every((value: number) => Number.isFinite(value)))
      }
    }
  })
})

describe('joining and leaving', () => {
  it('[W4] fills the smallest team, honours a wish, and fills squads in order', () => {
    const world = sampleWorld({ mode: { teamCount: 3, squadSize: 2 } })
    const teams = [undefined, undefined, undefined, 1, undefined, undefined].map((team) => {
      const netId = addSoldier(world, team === undefined ? {} : { team })!
      return world.soldiers.team[netId]
    })
    assert.deepEqual(teams, [0, 1, 2, 1, 0, 2])
    addSoldier(world, { team: 1 })
    const squads = [1, 3, 6].map((netId) => world.soldiers.squad[netId])
    assert.deepEqual(squads, [0, 0, 1])
    assert.deepEqual([...world.teams.soldierCount], [2, 3, 2, 0])
  })

  it('[W4] gives the squad that is wished for with its team, while that has room', () => {
    const world = sampleWorld({ mode: { teamCount: 2, squadSize: 2 } })
    const squadOf = (wish: SoldierWish) => world.soldiers.squad[addSoldier(world, wish)!]
    assert.deepEqual([squadOf({ team: 0, squad: 3 }), squadOf({ team: 0, squad: 3 })], [3, 3])
    assert.equal(squadOf({ team: 0, squad: 3 }), 0, 'a full squad takes nobody')
    assert.equal(squadOf({ team: 7, squad: 3 }), 0, 'a squad without its team is no wish')
    assert.equal(squadOf({ squad: 3 }), 0)
  })

  it('[W4] refuses when the battle is full', () => {
    const world = sampleWorld({ capacity: 3 })
    assert.deepEqual(
      [0, 1, 2].map(() => addSoldier(world)),
      [0, 1, 2],
    )
    assert.equal(addSoldier(world), undefined)
    removeSoldier(world, 1 as never)
    assert.equal(addSoldier(world), 3, 'the freed id rests, a spare one is given')
    assert.equal(addSoldier(world), undefined)
  })

  it('[W5] a net id rests before it returns, and nobody remembers its last user', () => {
    const world = sampleWorld({ capacity: 4 })
    const victim = placeSoldier(world, 0, [50, 50])
    const leaver = placeSoldier(world, 1, [40, 50])
    order(world, leaver, { buttons: Button.fire })
    stepWorld(world)
    assert.equal(world.soldiers.assistActor[victim * 4], leaver)
    removeSoldier(world, leaver)
    assert.ok(!world.soldiers.assistActor.includes(leaver))
    stepMany(world, NET_ID_QUARANTINE_TICKS - 1)
    assert.equal(addSoldier(world), 2)
    stepMany(world, 1)
    assert.equal(addSoldier(world), leaver)
    assert.equal(world.soldiers.shotsFired[leaver], 0)
  })

  it('reports comings and goings with the next step, once', () => {
    const world = sampleWorld()
    const netId = addSoldier(world)!
    stepMany(world, 1)
    assert.equal(eventsOf(world, EventType.join).length, 1)
    assert.equal(eventsOf(world, EventType.spawn).length, 1)
    removeSoldier(world, netId)
    removeSoldier(world, netId)
    stepMany(world, 1)
    assert.equal(eventsOf(world, EventType.join).length, 0)
    assert.equal(eventsOf(world, EventType.leave).length, 1)
    assert.equal(world.soldiers.state[netId], LifeState.empty)
  })

  it('takes an unknown class wish for the first class', () => {
    const world = sampleWorld()
    const netId = addSoldier(world, { classId: 99 })!
    assert.equal(world.soldiers.classId[netId], 0)
    setClassWish(world, netId, NaN)
    assert.equal(world.soldiers.classWish[netId], 0)
    setClassWish(world, netId, 1)
    assert.equal(world.soldiers.classWish[netId], 1)
  })
})
