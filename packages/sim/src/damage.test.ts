/** From a blow to lost hp: the formula forms and their order. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { NET_ID_NONE } from '@battalion/base/ids.ts'
import {
  blastShare,
  damageAfterDefence,
  damageAtDistance,
  damageInArmour,
} from './damage-formulas.ts'
import { dealBlow } from './damage.ts'
import { EventType, HitFlag } from './events.ts'
import type { SampleOptions } from './sample-battle.ts'
import {
  eventsOf,
  order,
  placeSoldier,
  sampleBalance,
  sampleWorld,
  stepMany,
} from './sample-battle.ts'
import { stepWorld } from './step-world.ts'
import { LifeState, Phase } from './world.ts'

const rifle = sampleBalance().weapons[0]!

/** hp and armour left after one blow of `damage`. */
function afterBlow(damage: number, options: SampleOptions = {}): [number, number] {
  const world = sampleWorld(options)
  const actor = placeSoldier(world, 0, [50, 50])
  const target = placeSoldier(world, 1, [60, 50])
  dealBlow(world, { actor, actorTeam: 0, target, weapon: 0, damage, flags: 0 })
  return [world.soldiers.hp[target]!, world.soldiers.armour[target]!]
}

describe('damage formulas', () => {
  for (const [metres, linear] of [
    [0, 20],
    [20, 20],
    [30, 15],
    [40, 10],
    [50, 10],
  ] as const) {
    it(`[D2] [BAT-4] a rifle does ${linear} at ${metres} m`, () => {
      assert.equal(damageAtDistance({ form: 'linear' }, rifle, metres), linear)
      assert.equal(damageAtDistance({ form: 'none' }, rifle, metres), 20)
    })
  }

  for (const [form, damage, defence, left] of [
    ['percent', 20, 0, 20],
    ['percent', 20, 25, 15],
    ['percent', 20, 100, 0],
    ['percent', 20, 150, 0],
    ['flat', 20, 5, 15],
    ['flat', 20, 30, 1],
    ['flat', 0.5, 30, 0.5],
    ['flat', 0, 30, 0],
  ] as const) {
    it(`[D3] [BAT-4] ${form} defence ${defence} leaves ${left} of ${damage}`, () => {
      assert.equal(damageAfterDefence({ form }, damage, defence), left)
    })
  }

  it('[D4] [BAT-4] absorbing armour takes its share and wears down', () => {
    assert.equal(damageInArmour({ form: 'absorb', ratio: 0.5 }, 20, 100), 10)
    assert.equal(damageInArmour({ form: 'absorb', ratio: 0.5 }, 20, 4), 4)
    assert.deepEqual(afterBlow(20, { armour: 50 }), [90, 40])
    assert.deepEqual(afterBlow(20, { armour: 4 }), [84, 0])
  })

  it('[D4] reducing armour weakens and stays', () => {
    const armour = { form: 'reduce', k: 50 } as const
    assert.equal(damageInArmour(armour, 20, 50), 10)
    assert.equal(damageInArmour(armour, 20, 0), 0)
    assert.deepEqual(afterBlow(20, { armour: 50, formulas: { armour } }), [90, 50])
  })

  for (const [metres, linear, quadratic] of [
    [0, 1, 1],
    [3, 0.5, 0.25],
    [6, 0, 0],
    [9, 0, 0],
  ] as const) {
    it(`[D5] a blast of 6 m has ${linear} or ${quadratic} of its damage at ${metres} m`, () => {
      assert.equal(blastShare({ form: 'linear', coverRatio: 0 }, metres, 6), linear)
      assert.equal(blastShare({ form: 'quadratic', coverRatio: 0 }, metres, 6), quadratic)
    })
  }
})

const sum = (column: Uint32Array): number => column.reduce((a, b) => a + b, 0)

describe('a blow', () => {
  it('[D1] [BAT-4] goes through falloff, friendly ratio, defence and armour, rounded once', () => {
    const world = sampleWorld({
      mode: { friendlyFireRatio: 0.5 },
      defence: 10,
      armour: 100,
      formulas: { armour: { form: 'absorb', ratio: 0.5 } },
    })
    const shooter = placeSoldier(world, 0, [50, 50])
    const mate = placeSoldier(world, 0, [80.4, 50])
    order(world, shooter, { buttons: 1 })
    stepWorld(world)
    // 15 at 30 m, 7.5 to a mate, 6.75 after defence, 3 of it in armour (rounded), 3.75 is 4 hp.
    assert.deepEqual([world.soldiers.hp[mate], world.soldiers.armour[mate]], [96, 97])
  })

  it('[D1] [I-10] takes no more hp than there is', () => {
    const world = sampleWorld()
    const shooter = placeSoldier(world, 0, [50, 50])
    const target = placeSoldier(world, 1, [60, 50])
    world.soldiers.hp[target] = 7
    order(world, shooter, { buttons: 1 })
    stepWorld(world)
    const hit = eventsOf(world, EventType.hit)[0]!
    assert.equal(world.events.value[hit], 7)
    assert.ok(world.events.flags[hit]! & HitFlag.lethal)
    assert.equal(world.soldiers.damageDone[shooter], 7)
  })

  it('[D6] friendly fire is a ratio, and a blow of nobody still knows its team', () => {
    for (const [ratio, hp] of [
      [0, 100],
      [0.5, 90],
      [1, 80],
    ] as const) {
      const world = sampleWorld({ mode: { friendlyFireRatio: ratio } })
      const mate = placeSoldier(world, 0, [60, 50])
      const blow = { actorTeam: 0, target: mate, weapon: 0, damage: 20, flags: 0 }
      assert.equal(dealBlow(world, { ...blow, actor: NET_ID_NONE }), false)
      assert.equal(world.soldiers.hp[mate], hp)
    }
  })

  it('[D6] [E-09] what one does to oneself counts in full', () => {
    const world = sampleWorld()
    const actor = placeSoldier(world, 0, [60, 50])
    dealBlow(world, { actor, actorTeam: 0, target: actor, weapon: 3, damage: 30, flags: 0 })
    assert.equal(world.soldiers.hp[actor], 70)
  })

  it('[D7] [E-09] spares the protected, the fallen, the dead, and everybody after the end', () => {
    const world = sampleWorld()
    const actor = placeSoldier(world, 0, [50, 50])
    const target = placeSoldier(world, 1, [60, 50])
    const blow = { actor, actorTeam: 0, target, weapon: 0, damage: 20, flags: 0 }
    world.soldiers.protectedUntilTick[target] = world.tick + 1
    assert.equal(dealBlow(world, blow), false)
    world.soldiers.protectedUntilTick[target] = 0
    for (const state of [LifeState.down, LifeState.dead, LifeState.empty]) {
      world.soldiers.state[target] = state
      assert.equal(dealBlow(world, blow), false)
    }
    world.soldiers.state[target] = LifeState.alive
    world.phase = Phase.ended
    assert.equal(dealBlow(world, blow), false)
    assert.equal(world.soldiers.hp[target], 100)
    world.phase = Phase.running
    assert.equal(dealBlow(world, blow), true)
  })

  it('[D8] [I-10] damage done and taken stay equal sums over a brawl', () => {
    const world = sampleWorld({ mode: { downSec: 1, friendlyFireRatio: 1 }, armour: 30 })
    const ids = Array.from({ length: 12 }, (_, index) => placeSoldier(world, index % 2, [60, 60]))
    for (let step = 0; step < 400; step++) {
      for (const netId of ids) {
        order(world, netId, { buttons: 1, yaw: (netId * 5000 + step * 977) & 0xffff })
      }
      stepWorld(world)
      assert.equal(sum(world.soldiers.damageDone), sum(world.soldiers.damageTaken))
      assert.ok(world.soldiers.hp.every((hp) => hp <= 100))
    }
    stepMany(world, 1)
    assert.ok(world.soldiers.damageTaken.some((taken) => taken > 100))
  })
})
