/** Falling, being revived, and entering the field again. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { NetId } from '@battalion/base/ids.ts'
import { playerStats } from './battle-result.ts'
import { isFree } from './collision.ts'
import { Button } from './commands.ts'
import { EventType } from './events.ts'
import { SOLDIER_RADIUS_METRES } from './limits.ts'
import type { SampleOptions } from './sample-battle.ts'
import {
  eventsOf,
  order,
  placeSoldier,
  SampleAbility,
  sampleWorld,
  stepMany,
} from './sample-battle.ts'
import { addSoldier, giveUp, removeSoldier, setClassWish } from './soldiers.ts'
import { stepWorld } from './step-world.ts'
import type { World } from './world.ts'
import { LifeState, Phase, SoldierFlag } from './world.ts'

const DOWN = { mode: { downSec: 10, respawnSec: 5 } } as const

interface Scene {
  readonly world: World
  readonly shooter: NetId
  readonly target: NetId
}

/** The target has fallen in tick 1. */
function fallen(options: SampleOptions = DOWN): Scene {
  const world = sampleWorld(options)
  const shooter = placeSoldier(world, 0, [50, 50])
  const target = placeSoldier(world, 1, [60, 50])
  world.soldiers.hp[target] = 1
  order(world, shooter, { buttons: Button.fire })
  stepWorld(world)
  return { world, shooter, target }
}

describe('falling', () => {
  it('[L1] lays a soldier down where the mode has revive, else kills', () => {
    const down = fallen()
    assert.equal(down.world.soldiers.state[down.target], LifeState.down)
    assert.ok(down.world.soldiers.flags[down.target]! & SoldierFlag.down)
    assert.ok(down.world.soldiers.cell[down.target]! >= 0, 'the body lies on the field')
    const dead = fallen({ mode: { downSec: 0 } })
    assert.equal(dead.world.soldiers.state[dead.target], LifeState.dead)
    assert.equal(dead.world.soldiers.cell[dead.target], -1)
    assert.equal(eventsOf(dead.world, EventType.death).length, 1)
  })

  it('[L1] the fallen cannot be hurt again', () => {
    const { world, shooter, target } = fallen()
    for (let step = 0; step < 20; step++) {
      order(world, shooter, { buttons: Button.fire })
      stepWorld(world)
    }
    assert.equal(world.soldiers.deaths[target], 1)
    assert.equal(world.soldiers.damageTaken[target], 1)
  })

  it('[L3] who gives up is dead in the next step; who lies long enough too', () => {
    const { world, target } = fallen()
    giveUp(world, target)
    stepMany(world, 1)
    assert.equal(world.soldiers.state[target], LifeState.dead)
    assert.equal(eventsOf(world, EventType.death).length, 1)
    const other = fallen()
    stepMany(other.world, 199)
    assert.equal(other.world.soldiers.state[other.target], LifeState.down)
    stepMany(other.world, 1)
    assert.equal(other.world.soldiers.state[other.target], LifeState.dead)
  })
})

function tend(scene: Scene, medics: readonly NetId[], steps: number): void {
  for (let step = 0; step < steps; step++) {
    for (const medic of medics) order(scene.world, medic, { buttons: Button.revive })
    stepWorld(scene.world)
  }
}

describe('revive', () => {
  it('[L2] takes the reviver its time and gives its hp', () => {
    const scene = fallen()
    const medic = placeSoldier(scene.world, 1, [61, 50])
    tend(scene, [medic], 19)
    assert.equal(scene.world.soldiers.state[scene.target], LifeState.down)
    tend(scene, [medic], 1)
    assert.equal(scene.world.soldiers.state[scene.target], LifeState.alive)
    assert.equal(scene.world.soldiers.hp[scene.target], 40)
    assert.equal(scene.world.soldiers.revives[medic], 1)
    assert.equal(scene.world.soldiers.score[medic], 60)
    assert.equal(eventsOf(scene.world, EventType.revive).length, 1)
  })

  it('[L2] several work together; a step without work loses it all', () => {
    const scene = fallen()
    const medics = [placeSoldier(scene.world, 1, [61, 50]), placeSoldier(scene.world, 1, [59, 50])]
    tend(scene, medics, 9)
    tend(scene, [], 1)
    tend(scene, medics, 9)
    assert.equal(scene.world.soldiers.state[scene.target], LifeState.down)
    tend(scene, medics, 1)
    assert.equal(scene.world.soldiers.state[scene.target], LifeState.alive)
  })

  it('[L2] reaches 2.5 m, the nearest, and only team mates', () => {
    const scene = fallen()
    const tooFar = placeSoldier(scene.world, 1, [62.6, 50])
    tend(scene, [tooFar, scene.shooter], 40)
    assert.equal(scene.world.soldiers.state[scene.target], LifeState.down)
    scene.world.soldiers.px[scene.shooter] = 60
    tend(scene, [scene.shooter], 40)
    assert.equal(scene.world.soldiers.state[scene.target], LifeState.down)
    scene.world.soldiers.px[tooFar] = 62.4
    tend(scene, [tooFar], 20)
    assert.equal(scene.world.soldiers.state[scene.target], LifeState.alive)
  })
})

describe('respawn', () => {
  it('[L4] comes by itself, with the wished class, full and in a new life', () => {
    const { world, target } = fallen({ mode: { downSec: 0, respawnSec: 2 } })
    const life = world.soldiers.life[target]!
    setClassWish(world, target, 1)
    stepMany(world, 39)
    assert.equal(world.soldiers.state[target], LifeState.dead)
    stepMany(world, 1)
    assert.equal(world.soldiers.state[target], LifeState.alive)
    assert.deepEqual([world.soldiers.classId[target], world.soldiers.hp[target]], [1, 100])
    assert.equal(world.soldiers.life[target], life + 1)
    assert.equal(eventsOf(world, EventType.spawn).length, 1)
  })

  it('[W9] who left and comes back waits like the fallen and costs a ticket, in his team', () => {
    const mode = { form: 'conquest', downSec: 0, respawnSec: 2, bleedTicketsPerMinute: 0 } as const
    const { world, target } = fallen({ mode })
    world.phase = Phase.running
    const returning = playerStats(world, target)
    const { team } = returning
    removeSoldier(world, target)
    const back = addSoldier(world, { returning })!
    const tickets = world.teams.tickets[team]!
    stepMany(world, 39)
    assert.equal(world.soldiers.state[back], LifeState.dead)
    stepMany(world, 2)
    assert.equal(world.soldiers.state[back], LifeState.alive)
    assert.equal(world.soldiers.team[back], team)
    assert.equal(world.teams.tickets[team], tickets - 1)
  })

  it('[W9] [D8] who comes back goes on with his figures, squad and time played', () => {
    const { world, target } = fallen({ mode: { downSec: 0, squadSize: 2 } })
    world.phase = Phase.running
    for (let mate = 0; mate < 3; mate++) addSoldier(world, { team: 1 })
    const gone = addSoldier(world, { team: 1 })!
    world.soldiers.score[gone] = 70
    stepMany(world, 40)
    const before = playerStats(world, gone)
    const fallenBefore = playerStats(world, target)
    removeSoldier(world, gone)
    removeSoldier(world, target)
    stepMany(world, 100)
    const back = addSoldier(world, { team: 0, classId: 1, returning: before })!
    const { netId, classId, ...figures } = playerStats(world, back)
    assert.notEqual(netId, gone)
    assert.equal(classId, world.balance.classes[1]!.id)
    assert.deepEqual({ ...figures, netId: gone, classId: before.classId }, before)
    assert.equal(figures.playedSec, 2)
    const other = addSoldier(world, { returning: fallenBefore })!
    assert.ok(fallenBefore.damageTaken > 0)
    assert.equal(playerStats(world, other).damageTaken, fallenBefore.damageTaken)
  })

  it('[W9] a full squad is not joined; a warm-up knows nobody who comes back', () => {
    const { world, target } = fallen({ mode: { downSec: 0, squadSize: 1 } })
    world.soldiers.score[target] = 70
    const returning = playerStats(world, target)
    removeSoldier(world, target)
    const early = addSoldier(world, { team: 1, returning })!
    assert.equal(world.soldiers.state[early], LifeState.alive)
    assert.equal(world.soldiers.score[early], 0)
    world.phase = Phase.running
    const late = addSoldier(world, { returning })!
    assert.equal(world.soldiers.state[late], LifeState.dead)
    assert.equal(world.soldiers.score[late], 70)
    assert.notEqual(world.soldiers.squad[late], returning.squad)
  })

  it('[W9] who comes back after the end has played no less, and holds nobody else’s rounds', () => {
    const { world, target } = fallen({ mode: { downSec: 0, endedSec: 60 } })
    world.phase = Phase.running
    stepMany(world, 40)
    const gone = playerStats(world, target)
    removeSoldier(world, target)
    stepMany(world, 200)
    const waiting = addSoldier(world, { returning: gone })!
    assert.equal(waiting, target, 'the slot has rested and is used again')
    assert.equal(world.soldiers.magazine[waiting * 2], 0)
    assert.equal(world.soldiers.reserve[waiting * 2], 0)
    removeSoldier(world, waiting)
    world.teams.tickets.fill(0)
    stepMany(world, 200)
    assert.equal(world.phase, Phase.ended)
    const back = addSoldier(world, { returning: gone })!
    assert.equal(playerStats(world, back).playedSec, gone.playedSec)
  })

  it('[L4] the wait runs from the fall, also for who lay down first', () => {
    const { world, target } = fallen()
    stepMany(world, 50)
    giveUp(world, target)
    stepMany(world, 49)
    assert.equal(world.soldiers.state[target], LifeState.dead)
    stepMany(world, 1)
    assert.equal(world.soldiers.state[target], LifeState.alive)
  })

  it('[L5] is at a free place of a spawn area or a held objective, and varies', () => {
    const world = sampleWorld({
      map: {
        boxes: [{ kind: 'wall', x: 15, z: 91, width: 6, depth: 4 }],
        objectives: [{ id: 'a', name: 'A', x: 96, z: 96, radius: 4 }],
      },
    })
    const places = new Set<string>()
    let atObjective = 0
    for (let round = 0; round < 60; round++) {
      world.objectives.owner[0] = round < 30 ? 0xff : 0
      const netId = addSoldier(world, { team: 0 })!
      const x = world.soldiers.px[netId]!
      const z = world.soldiers.pz[netId]!
      assert.ok(isFree(world.map, x, z, SOLDIER_RADIUS_METRES))
      places.add(`${x} ${z}`)
      if (Math.hypot(x - 96, z - 96) <= 4) atObjective++
      else assert.ok(Math.hypot(x - 20, z - 96) <= 5)
    }
    assert.equal(places.size, 60)
    assert.ok(atObjective > 5 && atObjective < 25)
  })

  it('[L6] protects until the time is over or a shot is fired', () => {
    const world = sampleWorld({ mode: { protectionSec: 1 } })
    const shooter = placeSoldier(world, 0, [50, 50])
    const target = placeSoldier(world, 1, [60, 50])
    const fireAt = (): number => {
      order(world, shooter, { buttons: Button.fire })
      stepWorld(world)
      return world.soldiers.hp[target]!
    }
    assert.equal(fireAt(), 100)
    assert.ok(world.soldiers.flags[target]! & SoldierFlag.protected)
    assert.ok((world.soldiers.flags[shooter]! & SoldierFlag.protected) === 0)
    stepMany(world, 18)
    assert.equal(fireAt(), 80)
  })

  it('[L6] protection ends with the first grenade', () => {
    const world = sampleWorld({ mode: { protectionSec: 60 }, ability: SampleAbility.grenade })
    const thrower = placeSoldier(world, 0, [50, 50])
    stepMany(world, 2)
    assert.ok(world.soldiers.flags[thrower]! & SoldierFlag.protected)
    order(world, thrower, { buttons: Button.ability, aimDistance: 160 })
    stepMany(world, 2)
    assert.ok(world.projectiles.active.includes(1))
    assert.equal(world.soldiers.flags[thrower]! & SoldierFlag.protected, 0)
  })
})
