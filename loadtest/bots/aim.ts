/**
 * Eyes and hands: where the target is by now, an error that shrinks while one aims, and a turn that
 * takes time. Errors come from the bot's own dice, so a fight replays.
 */
import { nextBetween } from '@battalion/base/prng.ts'
import { angleDifference, angleOfVector, ANGLE_TURN } from '@battalion/base/trig-table.ts'
import type { BotMemory } from './bot-memory.ts'
import type { BotProfile } from './bot-profile.ts'
import type { BotIntent, BotSenses } from './bot-senses.ts'

/** Aim errors at first sight, as a multiple of the settled one, and how fast it settles (ms). */
const FIRST_ERROR_RATIO = 4
const SETTLE_MS = 700
const ANGLE_PER_DEGREE = ANGLE_TURN / 360

/** A new error for the time until the next decision. */
export function drawAimError(senses: BotSenses, memory: BotMemory, profile: BotProfile): void {
  const aimedMs = senses.nowMs - memory.targetSinceMs
  const unsettled = (FIRST_ERROR_RATIO * SETTLE_MS) / (SETTLE_MS + Math.max(0, aimedMs))
  const spread = profile.aimErrorDegrees * (1 + unsettled)
  const isFast = Math.hypot(memory.targetVx, memory.targetVz) > 5 ? 1.4 : 1
  const bell = nextBetween(memory.dice, -1, 1) + nextBetween(memory.dice, -1, 1)
  memory.aimError = (bell / 2) * spread * isFast * ANGLE_PER_DEGREE
}

/** Follows the target's row: its place and how fast it moves. Called every tick. */
export function followTarget(senses: BotSenses, memory: BotMemory): void {
  const row = findTargetRow(senses, memory)
  if (row < 0 || !memory.isTargetInSight) return
  const { soldiers, nowMs, own } = senses
  const x = soldiers.x[row]!
  const z = soldiers.z[row]!
  const elapsedSec = (nowMs - memory.targetSeenMs) / 1000
  if (elapsedSec > 0 && elapsedSec < 0.5) {
    memory.targetVx += ((x - memory.targetX) / elapsedSec - memory.targetVx) * 0.3
    memory.targetVz += ((z - memory.targetZ) / elapsedSec - memory.targetVz) * 0.3
  }
  memory.targetX = x
  memory.targetZ = z
  memory.targetSeenMs = nowMs
  memory.targetMetres = Math.hypot(x - own.x, z - own.z)
}

function findTargetRow(senses: BotSenses, memory: BotMemory): number {
  const { soldiers } = senses
  return memory.isTargetInSight
    ? soldiers.netId.subarray(0, soldiers.count).indexOf(memory.targetNetId)
    : -1
}

/** Turns towards the target, or where one walks, and writes yaw and distance. */
export function aim(
  senses: BotSenses,
  memory: BotMemory,
  profile: BotProfile,
  intent: BotIntent,
): void {
  const { own } = senses
  const elapsedSec = Math.min(0.2, Math.max(0, (senses.nowMs - memory.lastActMs) / 1000))
  const wanted = memory.isTargetInSight ? aimAtTarget(senses, memory) : lookAhead(memory, intent)
  const turn = angleDifference(memory.aimYaw, wanted)
  const most = profile.turnDegreesPerSec * ANGLE_PER_DEGREE * elapsedSec
  memory.aimYaw = (memory.aimYaw + Math.min(most, Math.max(-most, turn))) & 0xffff
  intent.yaw = memory.aimYaw
  intent.aimDistanceMetres = memory.isTargetInSight
    ? Math.hypot(memory.targetX - own.x, memory.targetZ - own.z)
    : 12
}

/** At the target; slow rounds are aimed at where it will be. */
function aimAtTarget(senses: BotSenses, memory: BotMemory): number {
  const { own, balance } = senses
  const weapon = balance.weapons[own.weapon]
  const leadSec = weapon?.kind === 'projectile' ? memory.targetMetres / weapon.speedMetresPerSec : 0
  const x = memory.targetX + memory.targetVx * leadSec
  const z = memory.targetZ + memory.targetVz * leadSec
  return (angleOfVector(x - own.x, z - own.z) + Math.round(memory.aimError)) & 0xffff
}

function lookAhead(memory: BotMemory, intent: BotIntent): number {
  if (intent.moveX === 0 && intent.moveZ === 0) return memory.aimYaw
  return angleOfVector(intent.moveX, intent.moveZ)
}

/** How far the aim is off the wanted line (degrees); 180 without a target. */
export function aimOffDegrees(senses: BotSenses, memory: BotMemory): number {
  if (!memory.isTargetInSight) return 180
  const line = aimAtTarget(senses, memory)
  return Math.abs(angleDifference(memory.aimYaw, line)) / ANGLE_PER_DEGREE
}
