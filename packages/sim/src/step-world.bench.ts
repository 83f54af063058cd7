/**
 * What a step costs: 1,000 soldiers who run, turn and fire at each other on an open field, in one
 * process. CPU time, not wall time, so that a busy machine does not lie. Prints the state hash, so
 * that nobody makes it faster by changing what it does.
 */
import { createPrng, nextBelow } from '@battalion/base/prng.ts'
import type { NetId } from '@battalion/base/ids.ts'
import type { BenchOptions, BenchRow } from '@battalion/testkit/bench-row.ts'
import { benchRow } from '@battalion/testkit/bench-row.ts'
import { hashWorld } from './world-state.ts'
import { moveTo, sampleWorld } from './sample-battle.ts'
import { addSoldier } from './soldiers.ts'
import { setCommand } from './commands.ts'
import { stepWorld } from './step-world.ts'
import type { World } from './world.ts'
import type { Command } from './commands.ts'

const SOLDIERS_COUNT = 1000
/** Until the hot functions are compiled: before that every number in flight is an object. */
const WARM_STEPS_COUNT = 400
/** Until they are compiled for the last time: a heap figure is of a battle that runs. */
const HEAP_WARM_STEPS_COUNT = 1500
const STEPS_SMALL_COUNT = 200
const STEPS_COUNT = 1000
/** CPU of a step (ms): the rest of 50 ms belongs to encoding and sending. */
const STEP_BUDGET_MS = 3
/**
 * Heap one more soldier may leave behind per step (bytes). A step itself leaves some 600: views of
 * columns, and what reading the heap's size takes.
 */
const HEAP_PER_SOLDIER_BYTES = 1

const command: Command = {
  seq: 0,
  buttons: 0,
  moveX: 0,
  moveZ: 0,
  yaw: 0,
  aimDistance: 0,
  viewTime: 0,
}

/** Runs the measurement: spread over a square kilometre, then all within one block of cells. */
export function runBench(options: BenchOptions): BenchRow[] {
  const steps = options.small ? STEPS_SMALL_COUNT : STEPS_COUNT
  return [
    ...measure('spread', 1024, steps),
    ...measure('clump', 192, steps),
    heapRow('spread', 1024, steps),
    heapRow('clump', 192, steps),
  ]
}

/** A world in which everybody has fought until the code is compiled. */
function warmWorld(sideMetres: number, soldiers: number, dice: Uint32Array): World {
  const world = crowdedWorld(sideMetres, soldiers)
  for (let step = 0; step < WARM_STEPS_COUNT; step++) {
    orderAll(world, dice)
    stepWorld(world)
  }
  return world
}

/** Heap of one more soldier: the slope between half of them and all. */
function heapRow(name: string, sideMetres: number, steps: number): BenchRow {
  const many = heapPerStep(sideMetres, SOLDIERS_COUNT, steps)
  const few = heapPerStep(sideMetres, SOLDIERS_COUNT / 2, steps)
  return benchRow({
    name: `sim: heap per soldier and step, ${name}`,
    value: (many - few) / (SOLDIERS_COUNT / 2),
    unit: 'B',
    budget: HEAP_PER_SOLDIER_BYTES,
    better: 'lower',
  })
}

/** Median bytes that a step leaves to the collector. */
function heapPerStep(sideMetres: number, soldiers: number, steps: number): number {
  const dice = createPrng(7)
  const world = warmWorld(sideMetres, soldiers, dice)
  for (let step = WARM_STEPS_COUNT; step < HEAP_WARM_STEPS_COUNT; step++) {
    orderAll(world, dice)
    stepWorld(world)
  }
  const samples = new Float64Array(steps)
  for (let step = 0; step < steps; step++) {
    orderAll(world, dice)
    const before = process.memoryUsage().heapUsed
    stepWorld(world)
    // A collection in between makes it negative; half of the steps and more have none.
    samples[step] = process.memoryUsage().heapUsed - before
  }
  return samples.sort()[steps >> 1]!
}

function measure(name: string, sideMetres: number, steps: number): BenchRow[] {
  const dice = createPrng(7)
  const world = warmWorld(sideMetres, SOLDIERS_COUNT, dice)
  let cpuMicroseconds = 0
  let eventCount = 0
  for (let step = 0; step < steps; step++) {
    orderAll(world, dice)
    const before = process.cpuUsage()
    stepWorld(world)
    const used = process.cpuUsage(before)
    cpuMicroseconds += used.user + used.system
    eventCount += world.events.count
  }
  return [
    benchRow({
      name: `sim: step, 1,000 fighting, ${name} (hash ${hashWorld(world)})`,
      value: cpuMicroseconds / steps / 1000,
      unit: 'ms CPU',
      budget: STEP_BUDGET_MS,
      better: 'lower',
    }),
    benchRow({
      name: `sim: events per step, ${name}`,
      value: eventCount / steps,
      unit: 'events',
      budget: null,
      better: 'higher',
    }),
  ]
}

function crowdedWorld(sideMetres: number, soldiers: number): World {
  const world = sampleWorld({
    capacity: soldiers,
    hp: 255,
    mode: { squadSize: 8, respawnSec: 1, downSec: 0 },
    rifle: {
      damage: 4,
      damageMin: 2,
      spreadDegrees: 3,
      spreadMovingDegrees: 5,
      reserveRounds: 60_000,
    },
    map: {
      widthMetres: sideMetres,
      depthMetres: sideMetres,
      spawns: [
        { team: 0, x: 30, z: sideMetres / 2, radius: 25 },
        { team: 1, x: sideMetres - 30, z: sideMetres / 2, radius: 25 },
      ],
    },
  })
  const dice = createPrng(3)
  for (let index = 0; index < soldiers; index++) {
    const netId = addSoldier(world)!
    const x = 10 + nextBelow(dice, sideMetres - 20)
    moveTo(world, netId, [x, 10 + nextBelow(dice, sideMetres - 20)])
  }
  return world
}

function orderAll(world: World, dice: Uint32Array): void {
  command.seq = (command.seq + 1) & 0xffff
  for (let id = 0; id < world.slotsUsed; id++) {
    command.buttons = 1
    command.moveX = nextBelow(dice, 255) - 127
    command.moveZ = nextBelow(dice, 255) - 127
    command.yaw = nextBelow(dice, 65536)
    command.viewTime = (world.tick * 8 - nextBelow(dice, 48)) & 0xffff
    setCommand(world, id as NetId, command)
  }
}
