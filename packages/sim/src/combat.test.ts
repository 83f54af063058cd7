/** Weapons in hand and shots in the present. Shots judged in the past: rewind.test.ts. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Button } from './commands.ts'
import type { NetId } from '@battalion/base/ids.ts'
import { EventType } from './events.ts'
import type { SampleOptions } from './sample-battle.ts'
import {
  SampleClass,
  eventsOf,
  moveTo,
  order,
  placeSoldier,
  sampleBalance,
  sampleWorld,
  stepMany,
} from './sample-battle.ts'
import { spreadDegrees } from './spread.ts'
import { stepWorld } from './step-world.ts'
import type { World } from './world.ts'
import { LifeState } from './world.ts'

/** One shooter at (50, 50) looking along +x. */
function range(options: SampleOptions = {}): { world: World; shooter: NetId } {
  const world = sampleWorld(options)
  return { world, shooter: placeSoldier(world, 0, [50, 50]) }
}

function fire(world: World, shooter: NetId, steps: number, buttons: number = Button.fire): void {
  for (let step = 0; step < steps; step++) {
    order(world, shooter, { buttons })
    stepWorld(world)
  }
}

describe('firing', () => {
  it('[C1] needs fire held, revive not held, and life', () => {
    const { world, shooter } = range()
    fire(world, shooter, 5, 0)
    fire(world, shooter, 5, Button.fire | Button.revive)
    assert.equal(world.soldiers.shotsFired[shooter], 0)
    fire(world, shooter, 1)
    assert.equal(world.soldiers.shotsFired[shooter], 1)
    world.soldiers.state[shooter] = LifeState.dead
    world.soldiers.respawnTick[shooter] = 1000
    fire(world, shooter, 5)
    assert.equal(world.soldiers.shotsFired[shooter], 1)
  })

  it('[C1] a weapon that is not automatic fires once per press', () => {
    const { world, shooter } = range()
    fire(world, shooter, 20, Button.sidearm)
    fire(world, shooter, 20, Button.fire | Button.sidearm)
    assert.equal(world.soldiers.shotsFired[shooter], 1)
    fire(world, shooter, 1, Button.sidearm)
    fire(world, shooter, 1, Button.fire | Button.sidearm)
    assert.equal(world.soldiers.shotsFired[shooter], 2)
  })

  for (const [roundsPerMinute, shots] of [
    [600, 100],
    [700, 116],
    [850, 141],
    [1200, 200],
    [6000, 200],
    [50, 8],
  ] as const) {
    it(`[C2] [E-03] [I-11] ${roundsPerMinute} rounds per minute are ${shots} shots in 10 s`, () => {
      const { world, shooter } = range({ rifle: { roundsPerMinute, magazineRounds: 1000 } })
      let most = 0
      for (let step = 0; step < 200; step++) {
        fire(world, shooter, 1)
        most = Math.max(most, eventsOf(world, EventType.shot).length)
      }
      const fired = world.soldiers.shotsFired[shooter]!
      assert.ok(Math.abs(fired - shots) <= 1, `${fired} shots`)
      assert.equal(most, 1)
    })
  }

  it('[C3] both of two who fire in the same step fall', () => {
    const { world, shooter } = range({ rifle: { damage: 200 } })
    const other = placeSoldier(world, 1, [60, 50])
    order(world, shooter, { buttons: Button.fire, yaw: 0 })
    order(world, other, { buttons: Button.fire, yaw: 32768 })
    stepWorld(world)
    assert.deepEqual([world.soldiers.kills[shooter], world.soldiers.kills[other]], [1, 1])
    assert.equal(eventsOf(world, EventType.kill).length, 2)
  })

  it('[C3] [C4] who is felled out of a reload does not fire, down or dead', () => {
    for (const downSec of [0, 5]) {
      const { world, shooter } = range({ rifle: { damage: 200 }, mode: { downSec } })
      const other = placeSoldier(world, 1, [60, 50])
      fire(world, other, 1, Button.fire)
      fire(world, other, 1, Button.reload)
      order(world, shooter, { buttons: Button.fire, yaw: 0 })
      order(world, other, { buttons: Button.fire, yaw: 32768 })
      stepWorld(world)
      assert.equal(world.soldiers.kills[shooter], 1)
      assert.equal(world.soldiers.shotsFired[other], 1)
    }
  })

  it('[C4] reloads on the button, for its time, from the reserve', () => {
    const { world, shooter } = range({ rifle: { magazineRounds: 10, reserveRounds: 4 } })
    fire(world, shooter, 12)
    assert.equal(world.soldiers.magazine[shooter * 2], 4)
    fire(world, shooter, 1, Button.reload)
    fire(world, shooter, 19)
    assert.equal(world.soldiers.shotsFired[shooter], 6, 'no fire while reloading')
    fire(world, shooter, 1, 0)
    assert.deepEqual(
      [world.soldiers.magazine[shooter * 2], world.soldiers.reserve[shooter * 2]],
      [8, 0],
    )
  })

  it('[C4] [I-11] reloads by itself when empty, and rounds never grow', () => {
    const { world, shooter } = range({ rifle: { magazineRounds: 3, reserveRounds: 4 } })
    fire(world, shooter, 400)
    assert.equal(world.soldiers.shotsFired[shooter], 7)
    assert.deepEqual(
      [world.soldiers.magazine[shooter * 2], world.soldiers.reserve[shooter * 2]],
      [0, 0],
    )
  })

  it('[C5] changing the weapon ends a reload, clears recoil and takes 300 ms', () => {
    const { world, shooter } = range({ rifle: { recoilDegreesPerShot: 1 } })
    fire(world, shooter, 3)
    fire(world, shooter, 1, Button.reload)
    fire(world, shooter, 1, Button.sidearm)
    assert.equal(world.soldiers.reloadEndTick[shooter], 0)
    assert.equal(world.soldiers.recoil[shooter], 0)
    const fired = world.soldiers.shotsFired[shooter]!
    for (let step = 0; step < 5; step++) {
      fire(world, shooter, 1, step % 2 === 1 ? Button.fire | Button.sidearm : Button.sidearm)
    }
    assert.equal(world.soldiers.shotsFired[shooter], fired)
    fire(world, shooter, 1, Button.fire | Button.sidearm)
    assert.equal(world.soldiers.shotsFired[shooter], fired + 1)
  })

  it('[C6] the cone is wider when moving and narrower when crouched, recoil on top', () => {
    const rifle = { spreadDegrees: 2, spreadMovingDegrees: 6, recoilDegreesPerShot: 1 }
    const { world, shooter } = range({ rifle })
    const weapon = world.balance.weapons[0]!
    order(world, shooter, {})
    stepWorld(world)
    assert.equal(spreadDegrees(world, shooter, weapon), 2)
    order(world, shooter, { moveX: 127 })
    stepWorld(world)
    assert.equal(spreadDegrees(world, shooter, weapon), 6)
    order(world, shooter, { buttons: Button.crouch })
    stepWorld(world)
    assert.equal(spreadDegrees(world, shooter, weapon), 1)
    order(world, shooter, { buttons: Button.crouch | Button.fire })
    stepWorld(world)
    assert.equal(spreadDegrees(world, shooter, weapon), 2)
  })

  it('[C6] no shot leaves the cone, and shots differ', () => {
    const { world, shooter } = range({ rifle: { spreadDegrees: 10, magazineRounds: 1000 } })
    const slopes = new Set<number>()
    for (let step = 0; step < 400; step++) {
      fire(world, shooter, 1)
      for (const row of eventsOf(world, EventType.shot)) {
        const dx = world.events.x2[row]! - world.events.x[row]!
        const slope = (world.events.z2[row]! - world.events.z[row]!) / dx
        assert.ok(Math.abs(slope) < 0.1765, 'tangent of 10 degrees')
        slopes.add(slope)
      }
    }
    assert.ok(slopes.size > 150)
  })

  it('[C7] recoil grows by shot to its bound and recovers with time', () => {
    const rifle = { recoilDegreesPerShot: 1, recoilDegreesMax: 2.5, recoilRecoveryDegreesPerSec: 4 }
    const { world, shooter } = range({ rifle })
    fire(world, shooter, 1)
    assert.equal(world.soldiers.recoil[shooter], 1)
    fire(world, shooter, 10)
    assert.equal(world.soldiers.recoil[shooter], 2.5)
    stepMany(world, 5)
    assert.ok(Math.abs((world.soldiers.recoil[shooter] ?? 0) - 1.5) < 1e-5)
    stepMany(world, 20)
    assert.equal(world.soldiers.recoil[shooter], 0)
  })

  it('[C8] the first body on the line is hit, none behind it, none out of range', () => {
    const { world, shooter } = range()
    const near = placeSoldier(world, 1, [70, 50.3])
    const far = placeSoldier(world, 1, [80, 50])
    const aside = placeSoldier(world, 1, [60, 50.5])
    fire(world, shooter, 1)
    assert.deepEqual(
      [near, far, aside].map((id) => world.soldiers.hp[id]),
      [80, 100, 100],
    )
    moveTo(world, near, [49, 50])
    world.soldiers.px[far] = 100.5
    fire(world, shooter, 3)
    assert.equal(world.soldiers.hp[far], 100)
    assert.equal(world.soldiers.hp[near], 80, 'nor who stands right behind the shooter')
    assert.equal(world.soldiers.shotsFired[shooter], 2)
  })

  it('[C8] team mates are passed over, unless the mode has friendly fire', () => {
    for (const [friendlyFireRatio, hp] of [
      [0, [100, 80]],
      [0.5, [90, 100]],
    ] as const) {
      const { world, shooter } = range({ mode: { friendlyFireRatio } })
      const mate = placeSoldier(world, 0, [60, 50])
      const enemy = placeSoldier(world, 1, [70, 50])
      fire(world, shooter, 1)
      assert.deepEqual([world.soldiers.hp[mate], world.soldiers.hp[enemy]], hp)
    }
  })

  it('[C8] [BAT-4] pellets on one target are one blow, others may hit others', () => {
    const world = sampleWorld({ rifle: { spreadDegrees: 0 } })
    const shooter = placeSoldier(world, 0, [50, 50], SampleClass.gunner)
    const target = placeSoldier(world, 1, [60, 50])
    fire(world, shooter, 1)
    assert.equal(eventsOf(world, EventType.hit).length, 1)
    assert.equal(eventsOf(world, EventType.shot).length, 1)
    assert.equal(world.soldiers.hp[target], 20)
    assert.equal(world.soldiers.shotsHit[shooter], 1)
  })

  it('[BAT-4] a command has no field that could carry a position or a damage', () => {
    const { world, shooter } = range()
    const target = placeSoldier(world, 1, [60, 50])
    const forged = { hp: 0, damage: 9999, px: 1, target }
    order(world, shooter, { ...forged, buttons: 0 })
    stepWorld(world)
    assert.deepEqual([world.soldiers.px[shooter], world.soldiers.hp[target]], [50, 100])
    assert.equal(sampleBalance().weapons[0]!.damage, 20)
  })
})
