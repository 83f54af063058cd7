/** What classes can do beside shooting. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Button } from './commands.ts'
import { createWorld } from './create-world.ts'
import { EventType } from './events.ts'
import {
  SampleAbility,
  eventsOf,
  order,
  placeSoldier,
  sampleBalance,
  sampleWorld,
  stepMany,
} from './sample-battle.ts'
import { stepWorld } from './step-world.ts'
import type { World } from './world.ts'
import { LifeState, SoldierFlag } from './world.ts'

function use(world: World, netId: number, steps = 1): void {
  for (let step = 0; step < steps; step++) {
    order(world, netId as never, { buttons: Button.ability, aimDistance: 160 })
    stepWorld(world)
  }
}

describe('abilities', () => {
  it('[A1] work once per cooldown while held', () => {
    const world = sampleWorld({ ability: SampleAbility.grenade })
    const thrower = placeSoldier(world, 0, [50, 50])
    let count = 0
    for (let step = 0; step < 161; step++) {
      use(world, thrower)
      count += eventsOf(world, EventType.ability).length
      if (world.soldiers.state[thrower] !== LifeState.alive) break
    }
    assert.equal(count, 3, 'at 0, 80 and 160 steps')
  })

  it('[PLY-1] are those of the class: who holds the button uses its own and no other', () => {
    const balance = sampleBalance({ ability: SampleAbility.grenade })
    const [soldier, gunner] = balance.classes
    const classes = [soldier!, { ...gunner!, ability: SampleAbility.heal }]
    const given = { modeId: 'sample', mapId: 'field', seed: 1, capacity: 8 }
    const world = createWorld({ ...given, balance: { ...balance, classes } })
    const ids = [placeSoldier(world, 0, [50, 50]), placeSoldier(world, 0, [52, 50], 1)]
    for (const netId of ids) {
      world.soldiers.hp[netId] = 50
      order(world, netId, { buttons: Button.ability, aimDistance: 160 })
    }
    stepWorld(world)
    const used = eventsOf(world, EventType.ability)
    assert.deepEqual(
      used.map((row) => [world.events.actor[row], world.events.kind[row]]),
      [
        [ids[0], SampleAbility.grenade],
        [ids[1], SampleAbility.heal],
      ],
    )
  })

  it('[A1] do not start when they would serve nobody', () => {
    for (const ability of [SampleAbility.heal, SampleAbility.resupply, SampleAbility.scan]) {
      const world = sampleWorld({ ability })
      const netId = placeSoldier(world, 0, [50, 50])
      use(world, netId)
      assert.equal(eventsOf(world, EventType.ability).length, 0)
      assert.ok(world.soldiers.abilityReadyTick[netId]! <= world.tick)
    }
  })

  it('[A2] a grenade is a projectile of its weapon towards the aimed point', () => {
    const world = sampleWorld({ ability: SampleAbility.grenade })
    const thrower = placeSoldier(world, 0, [50, 50])
    use(world, thrower)
    assert.equal(world.projectiles.weapon[0], 3)
    assert.equal(world.projectiles.owner[0], thrower)
    stepMany(world, 20)
    assert.ok(Math.abs(world.projectiles.px[0]! - 60) < 1e-3)
  })

  it('[A3] [I-11] heals mates and oneself up to full, not enemies, the fallen or the far', () => {
    const world = sampleWorld({ ability: SampleAbility.heal })
    const medic = placeSoldier(world, 0, [50, 50])
    const mate = placeSoldier(world, 0, [52, 50])
    const nearlyFull = placeSoldier(world, 0, [50, 52])
    const enemy = placeSoldier(world, 1, [48, 50])
    const far = placeSoldier(world, 0, [57, 50])
    const fallen = placeSoldier(world, 0, [50, 51])
    const all = [medic, mate, nearlyFull, enemy, far, fallen]
    for (const netId of all) world.soldiers.hp[netId] = 50
    world.soldiers.hp[nearlyFull] = 95
    world.soldiers.hp[fallen] = 0
    world.soldiers.state[fallen] = LifeState.down
    world.soldiers.downEndTick[fallen] = 1000
    use(world, medic)
    assert.deepEqual(
      all.map((netId) => world.soldiers.hp[netId]),
      [80, 80, 100, 50, 50, 0],
    )
    assert.equal(world.soldiers.healed[medic], 65)
    assert.equal(world.soldiers.score[medic], 35, 'healing oneself earns nothing')
    assert.equal(eventsOf(world, EventType.heal).length, 3)
  })

  it('[A4] resupplies armour and rounds up to what the class starts with', () => {
    const world = sampleWorld({ ability: SampleAbility.resupply, armour: 40 })
    const engineer = placeSoldier(world, 0, [50, 50])
    const mate = placeSoldier(world, 0, [52, 50])
    world.soldiers.armour[mate] = 0
    world.soldiers.armour[engineer] = 30
    world.soldiers.reserve[mate * 2] = 10
    world.soldiers.reserve[mate * 2 + 1] = 80
    use(world, engineer)
    assert.deepEqual([world.soldiers.armour[mate], world.soldiers.armour[engineer]], [25, 40])
    assert.deepEqual(
      [world.soldiers.reserve[mate * 2], world.soldiers.reserve[mate * 2 + 1]],
      [40, 90],
    )
    assert.equal(world.soldiers.score[engineer], 20)
  })

  it('[A5] scans enemies for a while', () => {
    const world = sampleWorld({ ability: SampleAbility.scan })
    const recon = placeSoldier(world, 0, [50, 50])
    const enemy = placeSoldier(world, 1, [70, 50])
    const far = placeSoldier(world, 1, [90, 50])
    const mate = placeSoldier(world, 0, [52, 50])
    const isSpotted = (netId: number): boolean =>
      (world.soldiers.flags[netId]! & SoldierFlag.spotted) !== 0
    use(world, recon)
    assert.deepEqual([enemy, far, mate].map(isSpotted), [true, false, false])
    stepMany(world, 39)
    assert.equal(isSpotted(enemy), true)
    stepMany(world, 1)
    assert.equal(isSpotted(enemy), false)
  })
})
