/**
 * Fingers: bursts, single shots, reloads, the sidearm, abilities and kneeling down to revive.
 * Writes buttons, every tick; never decides where to go.
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
const REVIVE_REACH_METRES = 1.6
/** Grenades go to targets at these distances (m). */
const GRENADE_METRES_MIN = 9
const GRENADE_METRES_MAX = 30
/** Seconds of quiet after which a half empty magazine is changed (ms). */
const QUIET_RELOAD_MS = 1500
/** A weapon once drawn stays in hand this long (ms): changing costs time, too. */
const SLOT_STAY_MS = 1800

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

function useWeapon({ senses, memory, profile }: TriggerInput, intent: BotIntent): void {
  const { own, nowMs, balance } = senses
  chooseSlot(senses, memory)
  if (memory.slotWanted === 1) intent.buttons |= Button.sidearm
  if (own.reloadRemainingMs > 0) return
  const weapon = balance.weapons[own.weapon]
  const isLow = weapon !== undefined && own.magazine < weapon.magazineRounds * 0.5
  const isQuiet = nowMs - memory.targetSeenMs > QUIET_RELOAD_MS
  if (own.reserve > 0 && (own.magazine === 0 || (isLow && isQuiet))) {
    intent.buttons |= Button.reload
    return
  }
  if (wantsToFire(senses, memory, profile)) fire(senses, memory, profile, intent)
}

/** Which weapon to hold: the first unless it is empty or does not reach; no quick changes. */
function chooseSlot(senses: BotSenses, memory: BotMemory): void {
  const { own, nowMs } = senses
  if (nowMs < memory.slotUntilMs) return
  const isSpent = own.magazine === 0 && own.reserve === 0
  const isCaughtEmpty = own.magazine === 0 && memory.targetMetres < 12
  const isTooFar = memory.targetMetres > reachOf(senses, 0)
  const isEngaged = memory.isTargetInSight
  let wanted: 0 | 1 = 0
  if (own.slot === 0 && (isSpent || (isEngaged && (isCaughtEmpty || isTooFar)))) wanted = 1
  if (own.slot === 1 && isEngaged && !isSpent && (isTooFar || own.magazine > 0)) wanted = 1
  if (wanted === 1 && isEngaged && isTooNearForBlast(senses, memory)) wanted = 0
  if (wanted === memory.slotWanted) return
  memory.slotWanted = wanted
  memory.slotUntilMs = nowMs + SLOT_STAY_MS
}

function reachOf(senses: BotSenses, slot: 0 | 1): number {
  const weapon = senses.balance.classes[senses.own.classId]?.weapons[slot] ?? -1
  return senses.balance.weapons[weapon]?.rangeMetres ?? 0
}

/** Nobody fires a rocket at his own feet. */
function isTooNearForBlast(senses: BotSenses, memory: BotMemory): boolean {
  const index = senses.balance.classes[senses.own.classId]?.weapons[1] ?? -1
  const weapon = senses.balance.weapons[index]
  return weapon?.kind === 'projectile' && memory.targetMetres < weapon.blastRadiusMetres + 3
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
