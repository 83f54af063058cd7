/**
 * A battle whose every hash is known: 48 soldiers who run, shoot, throw, heal and revive by dice,
 * with joins, leaves and hostile numbers. Two engines that give the same hashes give the same game;
 * tests run it on each Node and in a browser. Must use nothing but the simulation.
 */
import type { NetId } from '@battalion/base/ids.ts'
import type { PrngState } from '@battalion/base/prng.ts'
import { createPrng, nextBelow } from '@battalion/base/prng.ts'
import { angleOfVector } from '@battalion/base/trig-table.ts'
import type { Command } from './commands.ts'
import { BUTTONS_MASK, Button, setCommand } from './commands.ts'
import { sampleWorld } from './sample-battle.ts'
import { addSoldier, giveUp, removeSoldier, setClassWish } from './soldiers.ts'
import { stepWorld } from './step-world.ts'
import { hashWorld } from './world-state.ts'
import type { World } from './world.ts'
import { LifeState } from './world.ts'

const SOLDIERS_COUNT = 48

/** `goldenHashes(1, 1200, 300)`. Changed only together with a rule: say which in the commit. */
export const GOLDEN_HASHES = [
  '371a73cba173bc56',
  'ee8088c7f6150963',
  '43e6297df0f66877',
  'ff1aa7b7d89845b1',
] as const

/** The battle before its first tick. */
export function createGoldenBattle(seed: number): World {
  const world = sampleWorld({
    seed,
    capacity: SOLDIERS_COUNT,
    armour: 20,
    defence: 10,
    reviveMs: 200,
    mode: {
      form: 'conquest',
      warmupSec: 1,
      playersMin: 2,
      tickets: 12,
      downSec: 3,
      respawnSec: 4,
      captureSec: 3,
      protectionSec: 1,
      friendlyFireRatio: 0.5,
    },
    rifle: {
      spreadDegrees: 1,
      spreadMovingDegrees: 4,
      recoilDegreesPerShot: 0.7,
      roundsPerMinute: 700,
    },
    map: {
      boxes: [
        { kind: 'wall', x: 60, z: 60, width: 4, depth: 30 },
        { kind: 'wall', x: 110, z: 90, width: 12, depth: 3 },
        { kind: 'cover', x: 80, z: 95, width: 6, depth: 1 },
        { kind: 'cover', x: 96, z: 80, width: 1, depth: 8 },
      ],
      spawns: [
        { team: 0, x: 70, z: 100, radius: 8 },
        { team: 1, x: 110, z: 80, radius: 8 },
      ],
      objectives: [
        { id: 'a', name: 'A', x: 88, z: 88, radius: 10 },
        { id: 'b', name: 'B', x: 75, z: 110, radius: 8 },
        { id: 'c', name: 'C', x: 110, z: 70, radius: 8 },
      ],
    },
  })
  for (let index = 0; index < SOLDIERS_COUNT / 2; index++) addSoldier(world, { classId: index % 2 })
  return world
}

/** Hashes of the battle, one for every `everyTicks` of `ticks`. */
export function goldenHashes(seed: number, ticks: number, everyTicks: number): string[] {
  const world = createGoldenBattle(seed)
  const dice = createPrng(seed ^ 0x5eed)
  const hashes: string[] = []
  for (let tick = 1; tick <= ticks; tick++) {
    playGoldenTick(world, dice)
    if (tick % everyTicks === 0) hashes.push(hashWorld(world))
  }
  return hashes
}

/** One tick: comings and goings, everybody's command, the step. */
export function playGoldenTick(world: World, dice: PrngState): void {
  const roll = nextBelow(dice, 100)
  const somebody = nextBelow(dice, world.capacity) as NetId
  if (roll < 5) addSoldier(world, { classId: nextBelow(dice, 3) })
  else if (roll < 8) removeSoldier(world, somebody)
  else if (roll < 12) giveUp(world, somebody)
  else if (roll < 16) setClassWish(world, somebody, nextBelow(dice, 5))
  for (let id = 0; id < world.slotsUsed; id++) {
    if (world.soldiers.state[id] !== LifeState.empty) orderByDice(world, dice, id as NetId)
  }
  stepWorld(world)
}

function orderByDice(world: World, dice: PrngState, netId: NetId): void {
  const roll = nextBelow(dice, 100)
  if (roll < 4) return
  const command: Command = {
    seq: (world.tick + (roll < 8 ? nextBelow(dice, 65536) : 0)) & 0xffff,
    buttons: buttonsByDice(dice, netId),
    moveX: nextBelow(dice, 255) - 127,
    moveZ: nextBelow(dice, 255) - 127,
    yaw: aimByDice(world, dice, netId),
    aimDistance: nextBelow(dice, 400),
    viewTime: (world.tick * 8 - nextBelow(dice, 60) + 12) & 0xffff,
  }
  if (roll < 6) command.moveX = NaN
  if (roll < 5) command.yaw = Infinity
  setCommand(world, netId, command)
}

/** Every fourth tends the fallen, every fourth prefers its second weapon, the others shoot. */
function buttonsByDice(dice: PrngState, netId: NetId): number {
  const roll = nextBelow(dice, 10)
  if (netId % 4 === 0) return Button.revive
  if (netId % 4 === 1 && roll < 8) return Button.fire | Button.sidearm
  if (roll < 7) return Button.fire
  if (roll < 8) return Button.fire | Button.crouch
  return nextBelow(dice, BUTTONS_MASK + 1)
}

/** Mostly at the nearest enemy of a few drawn ones. */
function aimByDice(world: World, dice: PrngState, netId: NetId): number {
  const { soldiers } = world
  const other = nextBelow(dice, world.slotsUsed)
  if (soldiers.team[other] === soldiers.team[netId]) return nextBelow(dice, 65536)
  const dx = soldiers.px[other]! - soldiers.px[netId]!
  return angleOfVector(dx, soldiers.pz[other]! - soldiers.pz[netId]!)
}
