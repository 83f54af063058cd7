/**
 * Prediction against the real simulation over a bad network: whatever is delayed, lost or answered
 * in odd order, what the client shows for a command is what the server computes for it, to the bit.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createPrng, nextBelow, nextFloat } from '@battalion/base/prng.ts'
import { Button, type Command, setCommand } from '@battalion/sim/commands.ts'
import { createWorld } from '@battalion/sim/create-world.ts'
import { addSoldier } from '@battalion/sim/soldiers.ts'
import { stepWorld } from '@battalion/sim/step-world.ts'
import { LifeState, type World } from '@battalion/sim/world.ts'
import type { NetId } from '@battalion/base/ids.ts'
import { type OwnTruth, Prediction } from './prediction.ts'
import { loadShippedBalance } from '@battalion/testkit/load-shipped-balance.ts'

const balance = loadShippedBalance()
const mode = balance.modes[0]!
const classId = 0

function createBattle(seed: number): { world: World; netId: NetId } {
  const mapId = mode.maps[0]!
  const world = createWorld({ balance, modeId: mode.id, mapId, seed, capacity: 8 })
  const netId = addSoldier(world, { classId })!
  return { world, netId }
}

function truthOf(world: World, netId: NetId): OwnTruth {
  const { soldiers } = world
  return {
    x: soldiers.px[netId]!,
    z: soldiers.pz[netId]!,
    ackSeq: soldiers.ackSeq[netId]!,
    life: soldiers.life[netId]!,
    isAlive: soldiers.state[netId] === LifeState.alive,
  }
}

function randomCommand(seq: number, prng: Uint32Array): Command {
  const buttons = nextBelow(prng, 4) === 0 ? Button.sprint : nextBelow(prng, 2) * Button.crouch
  const moveX = nextBelow(prng, 255) - 127
  const moveZ = nextBelow(prng, 255) - 127
  return { seq, buttons, moveX, moveZ, yaw: 0, aimDistance: 0, viewTime: 0 }
}

function createPrediction(world: World): Prediction {
  return new Prediction(world.map, balance.classes[classId]!, mode.tickRateHz)
}

describe('Prediction', () => {
  it('[BAT-3] equals the simulation to the last bit over a delayed, lossless link', () => {
    const { world, netId } = createBattle(1)
    const prediction = createPrediction(world)
    const prng = createPrng(5)
    const up: Command[] = []
    const down: OwnTruth[] = []
    prediction.reconcile(truthOf(world, netId))
    for (let tick = 1; tick <= 2000; tick++) {
      const command = randomCommand(tick & 0xffff, prng)
      prediction.apply(command)
      up.push(command)
      if (up.length > 3) setCommand(world, netId, up.shift()!)
      stepWorld(world)
      down.push(truthOf(world, netId))
      if (down.length > 4 && prediction.reconcile(down.shift()!)) {
        assert.equal(prediction.errorMetres, 0, `tick ${tick}`)
      }
    }
  })

  it('[BAT-3] returns to the simulation after lost, bunched and swallowed commands', () => {
    const { world, netId } = createBattle(2)
    const prediction = createPrediction(world)
    const prng = createPrng(6)
    const queue: Command[] = []
    let held: Command[] = []
    prediction.reconcile(truthOf(world, netId))
    let seq = 0
    for (let tick = 1; tick <= 4000; tick++) {
      const isStill = tick % 400 > 380
      const command = randomCommand(++seq & 0xffff, prng)
      const made = isStill ? { ...command, moveX: 0, moveZ: 0 } : command
      prediction.apply(made)
      held.push(made)
      // A stall holds everything back; then it comes in one piece and the server drops the rest.
      if (nextFloat(prng) < 0.5) {
        queue.push(...held)
        held = []
        queue.splice(4)
      }
      const next = queue.shift()
      if (next !== undefined) setCommand(world, netId, next)
      stepWorld(world)
      if (nextFloat(prng) < 0.7) prediction.reconcile(truthOf(world, netId))
      if (tick % 400 !== 399) continue
      prediction.reconcile(truthOf(world, netId))
      // Everything unanswered stands still, so the prediction must be where the server is.
      assert.equal(prediction.x, world.soldiers.px[netId])
      assert.equal(prediction.z, world.soldiers.pz[netId])
    }
  })

  it('[BAT-3] is not disturbed by acknowledgements that come twice or late', () => {
    const { world, netId } = createBattle(3)
    const prediction = createPrediction(world)
    const prng = createPrng(7)
    prediction.reconcile(truthOf(world, netId))
    for (let seq = 65_500; seq < 65_700; seq++) {
      const command = randomCommand(seq & 0xffff, prng)
      prediction.apply(command)
      setCommand(world, netId, command)
      stepWorld(world)
      const truth = truthOf(world, netId)
      if (seq % 3 === 0) continue
      prediction.reconcile(truth)
      prediction.reconcile(truth)
      assert.equal(prediction.errorMetres, 0)
      assert.equal(prediction.x, truth.x)
      assert.equal(prediction.pendingCount, 0)
    }
  })

  it('[BAT-3] hides a correction by an offset that fades, and shows a new life at once', () => {
    const { world, netId } = createBattle(4)
    const prediction = createPrediction(world)
    const truth = truthOf(world, netId)
    const still = { buttons: 0, moveX: 0, moveZ: 0, yaw: 0 }
    const out = { x: 0, z: 0 }
    prediction.reconcile(truth)
    prediction.reconcile({ ...truth, x: truth.x + 1 })
    assert.equal(prediction.errorMetres, 1)
    prediction.drawInto(out, still, 0)
    assert.ok(Math.abs(out.x - truth.x) < 1e-4, 'nothing jumps on the screen')
    prediction.fade(100)
    prediction.drawInto(out, still, 0)
    assert.ok(Math.abs(out.x - (truth.x + 1)) < 0.15, 'most is gone after 100 ms')
    prediction.reconcile({ ...truth, x: truth.x + 20, life: truth.life + 1 })
    prediction.drawInto(out, still, 0)
    assert.ok(Math.abs(out.x - (truth.x + 20)) < 1e-4, 'a spawn is not smoothed')
    assert.equal(prediction.errorMetres, 1, 'a spawn is no error')
  })

  it('[BAT-3] draws between two commands as if the held one went on', () => {
    const { world, netId } = createBattle(5)
    const prediction = createPrediction(world)
    prediction.reconcile(truthOf(world, netId))
    const walk = { seq: 1, buttons: 0, moveX: 40, moveZ: 0, yaw: 0 }
    const out = { x: 0, z: 0 }
    prediction.drawInto(out, walk, 1 / mode.tickRateHz)
    prediction.apply(walk)
    assert.ok(Math.abs(out.x - prediction.x) < 1e-5)
  })
})
