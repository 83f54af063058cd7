/**
 * Fingers: bursts, single shots, reloads, the sidearm, abilities and kneeling down to revive. Writes
 * buttons, every tick; never decides where to go.
 */
import { Button } from '@battalion/sim/commands.ts'
import type { BotMemory } from './bot-memory.ts'
import type { BotProfile } from './bot-profile.ts'
import type { BotIntent, BotSenses } from './bot-senses.ts'
import { aimOffDegrees } from './aim.ts'
import type { BotPerception } from './perceive.ts'

/** Off the line by more than this (degrees), a person does not pull the trigger. */
const FIRE_OFF_DEGREES_MAX = 7
/** Within this a fallen mate can be reached (m); the sim allows a little more. */
const REVIVE_REACH_METRES = 1.2
/** Grenades go to targets at these distances (m). */
const GRENADE_METRES_MIN = 9
const GRENADE_METRES_MAX = 30
/** Seconds of quiet after which a half empty magazine is changed (ms). */
const QUIET_RELOAD_MS = 1500

export interface TriggerInput {
  readonly senses: BotSenses
  readonly memory: BotMemory
  readonly profile: BotProfile
  readonly look: BotPerception
  readonly isMoving: boolean
}

/** All buttons of this tick. */
export function chooseButtons(input: TriggerInput, intent: BotIntent): void {
  intent.buttons = 0
  if (input.memory.task.kind === 'revive' && kneelToRevive(input, intent)) return
  chooseStance(input, intent)
  useWeapon(input, intent)
  useAbility(input, intent)
}

function kneelToRevive({ senses, memory }: TriggerInput, intent: BotIntent): boolean {
  const { task } = memory
  if (task.kind !== 'revive') return false
  const metres = Math.hypot(task.x - senses.own.x, task.z - senses.own.z)
  if (metres > REVIVE_REACH_METRES) return false
  intent.moveX = 0
  intent.moveZ = 0
  intent.buttons = Button.revive
  return true
}

/** Crouch behind cover and for far shots, sprint when nobody is about. */
function chooseStance({ senses, memory, look, isMoving }: TriggerInput, intent: BotIntent): void {
  const { task } = memory
  const isHidden = task.kind === 'hide' && !isMoving
  const isFarShot = memory.isTargetInSight && memory.targetMetres > 22 && !isMoving
  if (isHidden || isFarShot) intent.buttons |= Button.crouch
  const isCalm = !memory.isTargetInSight && senses.nowMs - memory.targetSeenMs > 1500
  const isFleeing = task.kind === 'hide' && isMoving && look.targetMetres > 12
  if (isMoving && (isCalm || isFleeing)) intent.buttons |= Button.sprint
}

function useWeapon({ senses, memory, profile, look }: TriggerInput, intent: BotIntent): void {
  const { own, nowMs, balance } = senses
  const isSpent = own.magazine === 0 && own.reserve === 0
  const isCaughtEmpty = own.magazine === 0 && look.targetMetres < 12
  if (own.slot === 1 || isSpent || isCaughtEmpty) keepSidearm(senses, memory, intent)
  if (own.reloadRemainingMs > 0) return
  const weapon = balance.weapons[own.weapon]
  const isLow = weapon !== undefined && own.magazine < weapon.magazineRounds * 0.5
  const isQuiet = nowMs - memory.targetSeenMs > QUIET_RELOAD_MS
  if (own.magazine === 0 || (isLow && isQuiet)) {
    intent.buttons |= Button.reload
    return
  }
  if (wantsToFire(senses, memory, profile)) fire(senses, memory, profile, intent)
}

/** The sidearm stays in hand while the enemy is near, then goes back. */
function keepSidearm(senses: BotSenses, memory: BotMemory, intent: BotIntent): void {
  const isNeeded = senses.nowMs - memory.targetSeenMs < 1200
  const isUsable = senses.own.slot === 0 || senses.own.magazine + senses.own.reserve > 0
  if (isNeeded && isUsable) intent.buttons |= Button.sidearm
}

function wantsToFire(senses: BotSenses, memory: BotMemory, profile: BotProfile): boolean {
  if (!memory.isTargetInSight) return false
  if (senses.nowMs - memory.targetSinceMs < profile.reactionMs) return false
  const weapon = senses.balance.weapons[senses.own.weapon]
  if (weapon === undefined || memory.targetMetres > weapon.rangeMetres) return false
  return aimOffDegrees(senses, memory) < FIRE_OFF_DEGREES_MAX
}

/** Automatic weapons in bursts, longer when near; others one press per shot. */
function fire(senses: BotSenses, memory: BotMemory, profile: BotProfile, intent: BotIntent): void {
  const { nowMs, own, balance } = senses
  if (nowMs >= memory.burstEndMs) {
    memory.isBursting = !memory.isBursting
    const isNear = memory.targetMetres < 10
    const isAutomatic = balance.weapons[own.weapon]!.automatic
    const burstMs = isAutomatic ? profile.burstMs * (isNear ? 2 : 1) : 60
    const pauseMs = isAutomatic ? profile.pauseMs : profile.pauseMs * 0.6
    memory.burstEndMs = nowMs + (memory.isBursting ? burstMs : pauseMs)
  }
  if (memory.isBursting) intent.buttons |= Button.fire
}

/** Presses the ability when it would serve somebody. */
function useAbility(args: TriggerInput, intent: BotIntent): void {
  const { senses } = args
  const { own, balance } = senses
  if (own.abilityRemainingMs > 0) return
  const ability = balance.abilities[balance.classes[own.classId]?.ability ?? -1]
  if (ability === undefined || !isAbilityUseful(ability.form, args)) return
  intent.buttons |= Button.ability
}

function isAbilityUseful(form: string, { senses, memory, look }: TriggerInput): boolean {
  const { own } = senses
  if (form === 'heal') return own.hp < own.hpMax * 0.6 || look.hurtMateCount > 0
  if (form === 'resupply') {
    return (look.mateCount > 0 && look.enemyCount > 0) || own.reserve < 30
  }
  if (form === 'scan') return look.enemyCount > 0 || memory.task.kind === 'objective'
  if (!memory.isTargetInSight || aimOffDegrees(senses, memory) > FIRE_OFF_DEGREES_MAX) return false
  const isInReach =
    memory.targetMetres > GRENADE_METRES_MIN && memory.targetMetres < GRENADE_METRES_MAX
  return isInReach && (look.groupCount >= 2 || memory.targetMetres > 18)
}
