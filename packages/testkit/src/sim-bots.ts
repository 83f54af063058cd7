/**
 * Scripted soldiers for the simulation harness. Not clever: they walk to objectives, shoot whom
 * they see, bring back the fallen and use what their class has, so that every rule of a battle is
 * really used. They read the world directly and are seeded; no engine-dependent maths, so a battle
 * of theirs is the same in every engine.
 */
import type { PrngState } from '@battalion/base/prng.ts'
import { nextBelow, nextBetween, nextFloat } from '@battalion/base/prng.ts'
import { angleOfVector, cosOfAngle, sinOfAngle } from '@battalion/base/trig-table.ts'
import { hasLineOfSight } from '@battalion/sim/collision.ts'
import type { Command } from '@battalion/sim/commands.ts'
import { Button } from '@battalion/sim/commands.ts'
import { VIEW_TIME_PER_TICK } from '@battalion/sim/limits.ts'
import type { World } from '@battalion/sim/world.ts'
import { LifeState } from '@battalion/sim/world.ts'

const SIGHT_METRES = 45
const REVIVE_SIGHT_METRES = 20
/** Steps between two looks round; the rest of the time a bot acts on what it saw. */
const LOOK_STEPS = 5

/** What one bot keeps in mind. */
export interface SimBot {
  /** The driver's dice, shared by all bots. */
  readonly prng: PrngState
  seq: number
  /** How many eighths of a tick its screen lags behind. */
  readonly lagEighths: number
  goalX: number
  goalZ: number
  /** Steps left of walking `detourAngle` instead of to the goal. */
  detourSteps: number
  detourAngle: number
  /** Enemy in sight, -1 for none. */
  enemy: number
  /** Fallen mate near, -1 for none. */
  patient: number
  lastX: number
  lastZ: number
}

/** A bot with a random connection and a random wrap of its sequence numbers. */
export function createSimBot(prng: PrngState): SimBot {
  return {
    prng,
    seq: nextBelow(prng, 65536),
    lagEighths: nextBelow(prng, 60),
    goalX: 0,
    goalZ: 0,
    detourSteps: 0,
    detourAngle: 0,
    enemy: -1,
    patient: -1,
    lastX: 0,
    lastZ: 0,
  }
}

/** What the bot does in the coming step. */
export function commandOfBot(world: World, netId: number, bot: SimBot): Command {
  if ((world.tick + netId) % LOOK_STEPS === 0) lookRound(world, netId, bot)
  bot.seq = (bot.seq + 1) & 0xffff
  const command: Command = {
    seq: bot.seq,
    buttons: 0,
    moveX: 0,
    moveZ: 0,
    yaw: world.soldiers.yaw[netId]!,
    aimDistance: 320,
    viewTime: ((world.tick + 1) * VIEW_TIME_PER_TICK - bot.lagEighths) & 0xffff,
  }
  if (world.soldiers.state[netId] !== LifeState.alive) return command
  walk(world, netId, bot, command)
  if (bot.patient >= 0) command.buttons |= Button.revive
  if (bot.enemy >= 0) fight(world, netId, bot, command)
  if (nextBelow(bot.prng, 40) === 0) command.buttons |= Button.ability
  if (nextBelow(bot.prng, 200) === 0) command.buttons |= Button.reload
  return command
}

function lookRound(world: World, netId: number, bot: SimBot): void {
  const { soldiers } = world
  bot.enemy = -1
  bot.patient = -1
  let enemySquared = SIGHT_METRES * SIGHT_METRES
  let patientSquared = REVIVE_SIGHT_METRES * REVIVE_SIGHT_METRES
  for (let other = 0; other < world.slotsUsed; other++) {
    const state = soldiers.state[other]
    if (other === netId || (state !== LifeState.alive && state !== LifeState.down)) continue
    const isMate = soldiers.team[other] === soldiers.team[netId]
    if (isMate !== (state === LifeState.down)) continue
    const dx = soldiers.px[other]! - soldiers.px[netId]!
    const dz = soldiers.pz[other]! - soldiers.pz[netId]!
    const squared = dx * dx + dz * dz
    if (isMate && squared < patientSquared) {
      patientSquared = squared
      bot.patient = other
    }
    if (!isMate && squared < enemySquared && canSee(world, netId, other)) {
      enemySquared = squared
      bot.enemy = other
    }
  }
  if (nextBelow(bot.prng, 60) === 0 || bot.goalX === 0) chooseGoal(world, bot)
  noticeObstacle(world, netId, bot)
}

function canSee(world: World, netId: number, other: number): boolean {
  const { px, pz } = world.soldiers
  return hasLineOfSight(world.map, px[netId]!, pz[netId]!, px[other]!, pz[other]!)
}

/** An objective, or the middle of the map where there is none. */
function chooseGoal(world: World, bot: SimBot): void {
  const { objectives, widthMetres, depthMetres } = world.map.map
  const objective = objectives[nextBelow(bot.prng, Math.max(1, objectives.length))]
  bot.goalX = (objective?.x ?? widthMetres / 2) + nextBetween(bot.prng, -5, 5)
  bot.goalZ = (objective?.z ?? depthMetres / 2) + nextBetween(bot.prng, -5, 5)
}

/** Who got nowhere since the last look walks another way for a while. */
function noticeObstacle(world: World, netId: number, bot: SimBot): void {
  const x = world.soldiers.px[netId]!
  const z = world.soldiers.pz[netId]!
  const way = Math.abs(x - bot.lastX) + Math.abs(z - bot.lastZ)
  if (way < 0.2 && bot.enemy < 0) {
    bot.detourSteps = 10 + nextBelow(bot.prng, 40)
    bot.detourAngle = nextBelow(bot.prng, 65536)
  }
  bot.lastX = x
  bot.lastZ = z
}

function walk(world: World, netId: number, bot: SimBot, command: Command): void {
  const { px, pz } = world.soldiers
  const isHelping = bot.patient >= 0
  const goalX = isHelping ? px[bot.patient]! : bot.goalX
  const goalZ = isHelping ? pz[bot.patient]! : bot.goalZ
  const dx = goalX - px[netId]!
  const dz = goalZ - pz[netId]!
  const reach = isHelping ? 2 : 4
  if (bot.detourSteps > 0) bot.detourSteps--
  else if (dx * dx + dz * dz < reach * reach) return
  const angle = bot.detourSteps > 0 ? bot.detourAngle : angleOfVector(dx, dz)
  command.moveX = Math.round(cosOfAngle(angle) * 127)
  command.moveZ = Math.round(sinOfAngle(angle) * 127)
  command.yaw = angle
  if (nextBelow(bot.prng, 4) !== 0) command.buttons |= Button.sprint
}

/** Aims with an error, fires in bursts, crouches or takes the sidearm now and then. */
function fight(world: World, netId: number, bot: SimBot, command: Command): void {
  const { px, pz, state } = world.soldiers
  if (state[bot.enemy] !== LifeState.alive) return
  const dx = px[bot.enemy]! - px[netId]!
  const dz = pz[bot.enemy]! - pz[netId]!
  const error = Math.round((nextFloat(bot.prng) + nextFloat(bot.prng) - 1) * 700)
  command.yaw = (angleOfVector(dx, dz) + error) & 0xffff
  command.aimDistance = Math.min(65535, Math.round(Math.sqrt(dx * dx + dz * dz) * 16))
  if (nextBelow(bot.prng, 3) !== 0) command.buttons |= Button.fire
  command.buttons &= ~Button.sprint
  if ((netId + (world.tick >> 5)) % 4 === 0) command.buttons |= Button.crouch
  if ((netId + (world.tick >> 6)) % 5 === 0) command.buttons |= Button.sidearm
  if (bot.patient < 0 && nextBelow(bot.prng, 2) === 0) command.moveX = -command.moveX
}
