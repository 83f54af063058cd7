/** Shots judged at the shooter's view time. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { NetId } from '@battalion/base/ids.ts'
import { Button } from './commands.ts'
import { EventType, HitFlag } from './events.ts'
import { VIEW_TIME_PER_TICK } from './limits.ts'
import { findPastSoldier } from './rewind.ts'
import type { SampleOptions } from './sample-battle.ts'
import { eventsOf, moveTo, order, placeSoldier, sampleWorld, stepMany } from './sample-battle.ts'
import { addSoldier } from './soldiers.ts'
import { spawnSoldier } from './spawn.ts'
import { stepWorld } from './step-world.ts'
import type { World } from './world.ts'
import { LifeState } from './world.ts'

interface Scene {
  readonly world: World
  readonly shooter: NetId
  readonly target: NetId
}

/**
 * Shooter at (50, 50) aiming along +x; the target walks along +z through the line of fire, 1 m a
 * tick: at tick t it stands at z = 30 + t.
 */
function crossing(options: SampleOptions = {}): Scene {
  const world = sampleWorld(options)
  const shooter = placeSoldier(world, 0, [50, 50])
  const target = placeSoldier(world, 1, [70, 30])
  return { world, shooter, target }
}

function walkTo(scene: Scene, tick: number): void {
  while (scene.world.tick < tick) {
    moveTo(scene.world, scene.target, [70, 31 + scene.world.tick])
    stepMany(scene.world, 1)
  }
}

/** Fires with a view time `ticksBack` before the step that carries it out. */
function fireBack(scene: Scene, ticksBack: number): boolean {
  const { world, shooter, target } = scene
  moveTo(world, target, [70, 31 + world.tick])
  const before = world.soldiers.hp[target]!
  const viewTime = Math.round((world.tick + 1 - ticksBack) * 8) & 0xffff
  order(world, shooter, { buttons: Button.fire, viewTime })
  stepWorld(world)
  return world.soldiers.hp[target]! < before
}

describe('rewind', () => {
  for (const [ticksBack, isHit] of [
    [3, true],
    [2, false],
    [4, false],
    [2.75, true],
    [3.25, true],
    [2.5, false],
    [3.5, false],
    [0, false],
  ] as const) {
    it(`[C10] looking ${ticksBack} ticks back ${isHit ? 'hits' : 'misses'} who was there 3 ago`, () => {
      const scene = crossing()
      walkTo(scene, 22)
      assert.equal(fireBack(scene, ticksBack), isHit)
    })
  }

  it('[C10] places lie between two ticks in proportion, in x and z', () => {
    const { world, target } = crossing()
    moveTo(world, target, [60, 80])
    stepMany(world, 1)
    moveTo(world, target, [64, 88])
    stepMany(world, 1)
    const past = { x: 0, z: 0, crouched: false }
    assert.equal(findPastSoldier(world, target, 8 + 2, past), true)
    assert.deepEqual([past.x, past.z], [61, 82])
  })

  it('[C9] [E-06] older claims are clamped to 250 ms and counted', () => {
    const scene = crossing()
    walkTo(scene, 24)
    assert.equal(fireBack(scene, 5), true, 'exactly the bound')
    assert.equal(scene.world.counters.rewindClamped[0], 0)
    assert.equal(scene.world.scratch.rewindDepths[5 * VIEW_TIME_PER_TICK], 1)
    const late = crossing()
    walkTo(late, 25)
    assert.equal(fireBack(late, 6), false)
    assert.equal(late.world.counters.rewindClamped[0], 1)
    const clamped = crossing()
    walkTo(clamped, 24)
    assert.equal(fireBack(clamped, 4000), true, 'judged at the oldest allowed')
    assert.equal(clamped.world.scratch.rewindDepths[5 * VIEW_TIME_PER_TICK], 1)
    const hit = eventsOf(clamped.world, EventType.hit)[0]!
    assert.ok(clamped.world.events.flags[hit]! & HitFlag.clamped)
  })

  it('[C9] a weapon may allow less', () => {
    const scene = crossing({ rifle: { rewindMsMax: 100 } })
    walkTo(scene, 22)
    assert.equal(fireBack(scene, 3), false)
    assert.equal(scene.world.counters.rewindClamped[0], 1)
  })

  it('[C9] [E-06] the future becomes now and is counted', () => {
    const scene = crossing()
    walkTo(scene, 19)
    assert.equal(fireBack(scene, -4000), true)
    assert.equal(scene.world.counters.rewindFuture[0], 1)
    assert.equal(scene.world.scratch.rewindDepths[0], 1)
    assert.equal(scene.world.counters.rewindClamped[0], 0)
  })

  it('[C9] view times wrap with u16', () => {
    const scene = crossing()
    scene.world.tick = 8190 as never
    moveTo(scene.world, scene.target, [70, 50])
    stepMany(scene.world, 1)
    moveTo(scene.world, scene.target, [70, 52])
    stepMany(scene.world, 1)
    order(scene.world, scene.shooter, { buttons: Button.fire, viewTime: (8191 * 8) & 0xffff })
    stepWorld(scene.world)
    assert.equal(scene.world.tick, 8193)
    assert.equal(scene.world.soldiers.hp[scene.target], 80)
  })

  it('[C11] [I-13] hits nobody who was not alive then', () => {
    const scene = crossing()
    const { soldiers } = scene.world
    walkTo(scene, 19)
    soldiers.state[scene.target] = LifeState.down
    soldiers.downEndTick[scene.target] = 1000
    walkTo(scene, 22)
    soldiers.state[scene.target] = LifeState.alive
    assert.equal(fireBack(scene, 3), false)
  })

  it('[C11] hits nobody in another life than then', () => {
    const scene = crossing()
    walkTo(scene, 21)
    spawnSoldier(scene.world, scene.target)
    walkTo(scene, 22)
    assert.equal(fireBack(scene, 3), false)
    assert.equal(scene.world.soldiers.hp[scene.target], 100)
  })

  it('[C11] a shooter who was not in the battle then is judged now', () => {
    const scene = crossing()
    walkTo(scene, 22)
    const late = addSoldier(scene.world, { team: 0 })!
    moveTo(scene.world, late, [50, 50])
    scene.world.soldiers.yaw[late] = 0
    assert.equal(fireBack({ ...scene, shooter: late }, 3), false)
    assert.equal(scene.world.counters.rewindClamped[0], 1)
  })

  it('[C12] [E-04] no shot passes a wall, whatever the view time', () => {
    const scene = crossing({
      map: { boxes: [{ kind: 'wall', x: 60, z: 40, width: 1, depth: 20 }] },
      rifle: { magazineRounds: 10_000, spreadDegrees: 10 },
    })
    moveTo(scene.world, scene.target, [70, 50])
    for (let shot = 0; shot < 10_000; shot++) {
      const viewTime = (scene.world.tick * 8 - (shot % 60)) & 0xffff
      order(scene.world, scene.shooter, { buttons: Button.fire, viewTime })
      stepWorld(scene.world)
    }
    assert.ok(scene.world.soldiers.shotsFired[scene.shooter]! >= 5000)
    assert.equal(scene.world.soldiers.damageTaken[scene.target], 0)
  })

  it('[C12] low cover shields who crouched then within 1.5 m behind it, and nobody else', () => {
    const boxes = [{ kind: 'cover', x: 68, z: 40, width: 0.5, depth: 20 }] as const
    const hpAfter = (x: number, buttons: number): number => {
      const { world, shooter, target } = crossing({ map: { boxes } })
      moveTo(world, target, [x, 50])
      order(world, target, { buttons })
      order(world, shooter, { buttons: Button.fire })
      stepWorld(world)
      return world.soldiers.hp[target]!
    }
    assert.equal(hpAfter(69.5, Button.crouch), 100)
    assert.equal(hpAfter(69.5, 0), 80)
    assert.equal(hpAfter(71, Button.crouch), 80)
    assert.equal(hpAfter(67, Button.crouch), 80)
  })

  it('[C12] posture is that of then: crouching now does not undo a hit', () => {
    const boxes = [{ kind: 'cover', x: 68, z: 40, width: 0.5, depth: 20 }] as const
    const scene = crossing({ map: { boxes } })
    moveTo(scene.world, scene.target, [69.5, 50])
    stepMany(scene.world, 3)
    order(scene.world, scene.target, { buttons: Button.crouch })
    order(scene.world, scene.shooter, {
      buttons: Button.fire,
      viewTime: (scene.world.tick - 1) * 8,
    })
    stepWorld(scene.world)
    assert.equal(scene.world.soldiers.hp[scene.target], 80)
    assert.equal(scene.world.counters.hitsBehindCover[0], 1)
  })

  it('[C13] nobody is behind a wall while a side of him is to be seen', () => {
    const scene = crossing({
      map: { boxes: [{ kind: 'wall', x: 60, z: 51.3, width: 1, depth: 20 }] },
    })
    walkTo(scene, 22)
    assert.equal(fireBack(scene, 3), true)
    // He stands at z = 53; the edge of the wall hides what is beyond 52.6 there.
    assert.equal(scene.world.counters.hitsBehindCover[0], 1)
    const seen = crossing({
      map: { boxes: [{ kind: 'wall', x: 60, z: 51.5, width: 1, depth: 20 }] },
    })
    walkTo(seen, 22)
    assert.equal(fireBack(seen, 3), true)
    assert.equal(seen.world.counters.hitsBehindCover[0], 0)
    assert.equal(seen.world.counters.hitsJudged[0], 1)
  })

  it('[C13] who has been wholly behind a wall for longer than the grace is safe', () => {
    const scene = crossing({
      map: { boxes: [{ kind: 'wall', x: 60, z: 50.3, width: 1, depth: 20 }] },
    })
    walkTo(scene, 22)
    assert.equal(fireBack(scene, 3), false)
    const { counters } = scene.world
    assert.equal(counters.hitsVoid[0], 1)
    assert.equal(counters.hitsJudged[0]! + counters.hitsBehindCover[0]!, 0)
  })

  it('[C13] a hit on who has reached a wall by now is valid, flagged and counted', () => {
    const scene = crossing({
      map: { boxes: [{ kind: 'wall', x: 60, z: 51.1, width: 1, depth: 20 }] },
    })
    const { world, target } = scene
    walkTo(scene, 22)
    assert.equal(fireBack(scene, 3), true)
    const hit = eventsOf(world, EventType.hit)[0]!
    assert.ok(world.events.flags[hit]! & HitFlag.behindCoverNow)
    assert.equal(world.counters.hitsBehindCover[0], 1)
    moveTo(world, target, [70, 50])
    stepMany(world, 2)
    order(world, scene.shooter, { buttons: Button.fire })
    stepWorld(world)
    assert.equal(world.counters.hitsBehindCover[0], 1)
  })
})
