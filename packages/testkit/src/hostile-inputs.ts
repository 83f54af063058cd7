/**
 * Soldiers that wish the server ill: rubbish in every field, replays, time travel, several commands
 * in a step, foreign and unknown net ids, class and give-up spam. What they send is applied
 * straight to the world, past the wire's own checks, so the simulation must bear it alone.
 */
import type { NetId } from '@battalion/base/ids.ts'
import type { PrngState } from '@battalion/base/prng.ts'
import { nextBelow, nextUint32 } from '@battalion/base/prng.ts'
import type { Command } from '@battalion/sim/commands.ts'
import type { World } from '@battalion/sim/world.ts'
import type { SimOperation } from './sim-operations.ts'

const EXTREMES = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  -1,
  0,
  0.5,
  127,
  128,
  -128,
  255,
  65535,
  65536,
  -65536,
  2 ** 31,
  -(2 ** 31),
  2 ** 53,
  1e300,
]

/** Adds what a hostile soldier sends in one step; `good` is what an honest one would have sent. */
export function addHostileOperations(
  world: World,
  netId: NetId,
  good: Command,
  prng: PrngState,
): SimOperation[] {
  const operations: SimOperation[] = []
  const count = nextBelow(prng, 3)
  for (let index = 0; index < count; index++) {
    operations.push({ type: 'command', netId, command: spoilCommand(world, good, prng) })
  }
  switch (nextBelow(prng, 12)) {
    case 0:
      operations.push({ type: 'class', netId, classId: pickExtreme(prng) })
      break
    case 1:
      operations.push({ type: 'class', netId, classId: nextBelow(prng, 8) })
      break
    case 2:
      operations.push({ type: 'giveUp', netId })
      break
    case 3:
      operations.push({ type: 'command', netId: 0xffff as NetId, command: good })
      break
    case 4:
      operations.push({ type: 'leave', netId: (world.capacity + nextBelow(prng, 99)) as NetId })
      break
    default:
  }
  // Half of the time the last word is an honest command, so that they take part in the battle.
  if (nextBelow(prng, 2) === 0) operations.push({ type: 'command', netId, command: good })
  return operations
}

/** A command wrong in one of many ways. */
function spoilCommand(world: World, good: Command, prng: PrngState): Command {
  switch (nextBelow(prng, 8)) {
    case 0:
      return { ...good, seq: (good.seq - nextBelow(prng, 40)) & 0xffff }
    case 1:
      return { ...good, seq: (good.seq + nextBelow(prng, 70_000)) & 0xffff }
    case 2:
      return { ...good, viewTime: (good.viewTime + nextBelow(prng, 65536)) & 0xffff }
    case 3:
      return { ...good, viewTime: (good.viewTime - nextBelow(prng, 600)) & 0xffff }
    case 4:
      return { ...good, moveX: pickExtreme(prng), moveZ: pickExtreme(prng) }
    case 5:
      return { ...good, buttons: nextUint32(prng), yaw: nextUint32(prng) }
    case 6:
      return randomCommand(prng)
    default:
      return { ...good, buttons: good.buttons ^ (world.tick & 0x7f) }
  }
}

function randomCommand(prng: PrngState): Command {
  return {
    seq: pickExtreme(prng),
    buttons: pickExtreme(prng),
    moveX: pickExtreme(prng),
    moveZ: pickExtreme(prng),
    yaw: pickExtreme(prng),
    aimDistance: pickExtreme(prng),
    viewTime: pickExtreme(prng),
  }
}

function pickExtreme(prng: PrngState): number {
  return EXTREMES[nextBelow(prng, EXTREMES.length)]!
}
