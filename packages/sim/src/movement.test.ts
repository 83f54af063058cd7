/** Movement: the file that clients predict with. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Button } from './commands.ts'
import { compileMap } from './compiled-map.ts'
import { SOLDIER_RADIUS_METRES } from './limits.ts'
import { moveSoldier } from './movement.ts'
import { order, placeSoldier, sampleBalance, sampleWorld } from './sample-battle.ts'
import { stepWorld } from './step-world.ts'
import { LifeState } from './world.ts'

const balance = sampleBalance()
const environment = { map: compileMap(balance.maps[0]!), class: balance.classes[0]!, dtSec: 0.05 }

function bodyAt(x: number, z: number) {
  return {
    px: Float32Array.of(x),
    pz: Float32Array.of(z),
    vx: new Float32Array(1),
    vz: new Float32Array(1),
    yaw: new Uint16Array(1),
  }
}

function distanceAfter(command: { buttons?: number; moveX?: number; moveZ?: number }): number {
  const body = bodyAt(50, 50)
  moveSoldier(body, 0, { buttons: 0, moveX: 0, moveZ: 0, yaw: 0, ...command }, environment)
  return Math.hypot(body.px[0]! - 50, body.pz[0]! - 50)
}

describe('movement', () => {
  const cases: [string, Parameters<typeof distanceAfter>[0], number][] = [
    ['[M1] walks at class speed', { moveX: 127 }, 0.25],
    ['[M1] walks at half speed with half a vector', { moveX: -64 }, (0.25 * 64) / 127],
    ['[M1] stands with no vector', {}, 0],
    ['[M2] cuts a diagonal to the circle', { moveX: 127, moveZ: 127 }, 0.25],
    ['[M2] leaves a short diagonal alone', { moveX: 60, moveZ: 60 }, (0.25 * 84.8528) / 127],
    ['[M3] sprints faster', { moveX: 127, buttons: Button.sprint }, 0.4],
    ['[M3] crouches slower', { moveX: 127, buttons: Button.crouch }, 0.125],
    ['[M3] crouch beats sprint', { moveX: 127, buttons: Button.crouch | Button.sprint }, 0.125],
    ['[M3] fire ends a sprint', { moveX: 127, buttons: Button.fire | Button.sprint }, 0.25],
  ]
  for (const [name, command, metres] of cases) {
    it(name, () => assert.ok(Math.abs(distanceAfter(command) - metres) < 1e-4))
  }

  it('[M1] keeps no speed after the command ends', () => {
    const body = bodyAt(50, 50)
    moveSoldier(body, 0, { buttons: 0, moveX: 127, moveZ: 0, yaw: 7 }, environment)
    assert.ok(Math.abs(body.vx[0]! - 5) < 1e-3)
    moveSoldier(body, 0, { buttons: 0, moveX: 0, moveZ: 0, yaw: 9 }, environment)
    assert.deepEqual([body.vx[0], body.vz[0], body.yaw[0]], [0, 0, 9])
  })

  it('[M3] never lets a class be faster than the limit', () => {
    const fast = { ...balance.classes[0]!, walkMetresPerSec: 100 }
    const body = bodyAt(50, 50)
    const command = { buttons: Button.sprint, moveX: 127, moveZ: 0, yaw: 0 }
    moveSoldier(body, 0, command, { ...environment, class: fast })
    assert.ok(body.px[0]! - 50 <= 12 * 0.05 + 1e-4)
  })

  it('[M4] slides along a wall and never enters it', () => {
    const map = compileMap({
      ...balance.maps[0]!,
      boxes: [{ kind: 'wall', x: 52, z: 0, width: 1, depth: 192 }],
    })
    const body = bodyAt(50, 50)
    const command = { buttons: 0, moveX: 90, moveZ: 90, yaw: 0 }
    for (let step = 0; step < 40; step++) moveSoldier(body, 0, command, { ...environment, map })
    assert.ok(body.px[0]! <= 52 - SOLDIER_RADIUS_METRES)
    assert.ok(body.px[0]! > 51.5)
    assert.ok(body.pz[0]! > 56)
    assert.ok(Math.abs(body.vx[0]!) < 0.02)
  })

  it('[M4] stays on the map', () => {
    const body = bodyAt(1, 1)
    const command = { buttons: 0, moveX: -127, moveZ: -127, yaw: 0 }
    for (let step = 0; step < 40; step++) moveSoldier(body, 0, command, environment)
    assert.ok(body.px[0]! >= SOLDIER_RADIUS_METRES)
    assert.ok(body.pz[0]! >= SOLDIER_RADIUS_METRES)
  })

  it('[M5] [I-12] moves nobody who is down or dead', () => {
    const world = sampleWorld()
    const netId = placeSoldier(world, 0, [50, 50])
    for (const state of [LifeState.down, LifeState.dead]) {
      world.soldiers.state[netId] = state
      world.soldiers.downEndTick[netId] = 1000
      world.soldiers.respawnTick[netId] = 1000
      order(world, netId, { moveX: 127 })
      stepWorld(world)
      assert.deepEqual([world.soldiers.px[netId], world.soldiers.pz[netId]], [50, 50])
    }
  })

  it('[M5] [E-01] a thousand commands in one step move a soldier once', () => {
    const world = sampleWorld()
    const netId = placeSoldier(world, 0, [50, 50])
    for (let index = 0; index < 1000; index++) order(world, netId, { moveX: 127 })
    stepWorld(world)
    assert.ok(world.soldiers.px[netId]! - 50 <= 0.2501)
  })
})
