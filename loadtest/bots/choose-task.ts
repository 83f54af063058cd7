/**
 * The order of a bot's wishes: stay alive, help who fell, fight whom it sees, follow what it saw,
 * take the objective. Pure but for the bot's own memory and dice.
 */
import { nextBelow, nextFloat } from '@battalion/base/prng.ts'
import { NET_ID_NONE } from '@battalion/base/ids.ts'
import type { BotMemory, BotTask } from './bot-memory.ts'
import type { BotProfile, BotRole } from './bot-profile.ts'
import type { BotSenses } from './bot-senses.ts'
import { chooseObjective, PLAN_MS } from './choose-objective.ts'
import { findCoverSpot } from './cover-spots.ts'
import type { BotPerception } from './perceive.ts'

/** Longest stay behind cover (ms); then it fights on, hurt or not. */
const HIDE_MS = 4500
/** After hiding, no second time before this (ms): a crowd of hiders would never decide a battle. */
const BRAVE_MS = 7000
/** An enemy lost from sight is followed this long (ms). */
const FOLLOW_MS = 4000
/** Enemies nearer than this keep all but medics from kneeling down (m). */
const RESCUE_DANGER_METRES = 20

export interface TaskInput {
  readonly senses: BotSenses
  readonly memory: BotMemory
  readonly profile: BotProfile
  readonly look: BotPerception
  readonly role: BotRole
}

/** What to do now. */
export function chooseTask(input: TaskInput): BotTask {
  const isFree = input.senses.nowMs >= input.memory.noDetourUntilMs
  return (
    (isFree ? (chooseHide(input) ?? chooseRevive(input)) : undefined) ??
    chooseFight(input) ??
    (isFree ? chooseHunt(input) : undefined) ??
    chooseAdvance(input)
  )
}

/** Hurt, or caught with an empty magazine, and somebody sees it. */
function chooseHide({ senses, memory, profile, look }: TaskInput): BotTask | undefined {
  const { own, nowMs } = senses
  if (memory.task.kind === 'hide' && nowMs < memory.hideUntilMs) return memory.task
  if (look.targetRow < 0 || nowMs < memory.braveUntilMs) return undefined
  const isHurt = own.hp < own.hpMax * 0.5 * (1 - profile.courage)
  const isReloading = own.reloadRemainingMs > 900 && look.targetMetres > 8
  if (!isHurt && !isReloading) return undefined
  const threat = { x: look.enemyX, z: look.enemyZ }
  const spot = findCoverSpot(senses.ground.cover, own, threat)
  if (spot === undefined) return undefined
  memory.hideUntilMs = nowMs + (isHurt ? HIDE_MS : own.reloadRemainingMs + 300)
  memory.braveUntilMs = memory.hideUntilMs + BRAVE_MS
  return { kind: 'hide', x: spot.x, z: spot.z, isLow: spot.isLow }
}

function chooseRevive({ senses, look, role }: TaskInput): BotTask | undefined {
  if (look.fallenRow < 0 || senses.mode.downSec === 0) return undefined
  const isDangerous = look.targetRow >= 0 && look.targetMetres < RESCUE_DANGER_METRES
  if (isDangerous && !(role === 'medic' && look.fallenMetres < 6)) return undefined
  if (role !== 'medic' && look.fallenMetres > 12) return undefined
  const { soldiers } = senses
  const row = look.fallenRow
  return {
    kind: 'revive',
    netId: soldiers.netId[row]!,
    x: soldiers.x[row]!,
    z: soldiers.z[row]!,
  }
}

/** An enemy in sight. Who stands in an objective that is not ours yet fights from there. */
function chooseFight({ senses, memory, look }: TaskInput): BotTask | undefined {
  if (look.targetRow < 0) return undefined
  const objective = senses.objectives[memory.objective]
  if (objective !== undefined && objective.owner !== senses.own.team) {
    const metres = Math.hypot(senses.own.x - objective.x, senses.own.z - objective.z)
    if (metres < objective.radius) return { kind: 'objective', index: memory.objective }
  }
  return { kind: 'fight' }
}

/** Where the target was seen last; without objectives, also where enemies are heard. */
function chooseHunt({ senses, memory, look }: TaskInput): BotTask | undefined {
  const { nowMs, objectives } = senses
  const isFresh = nowMs - memory.targetSeenMs < FOLLOW_MS
  if (memory.targetNetId !== NET_ID_NONE && isFresh && memory.targetMetres < 40) {
    return { kind: 'hunt', x: memory.targetX, z: memory.targetZ, isPatrol: false }
  }
  const isHeard = look.enemyMetres < (objectives.length === 0 ? Infinity : 18)
  return isHeard ? { kind: 'hunt', x: look.enemyX, z: look.enemyZ, isPatrol: false } : undefined
}

function chooseAdvance({ senses, memory }: TaskInput): BotTask {
  const { nowMs, objectives } = senses
  if (objectives.length === 0) return patrol(senses, memory)
  const isStale = nowMs >= memory.objectiveUntilMs || objectives[memory.objective] === undefined
  if (isStale || isQuietlyOurs(senses, memory.objective)) {
    memory.objective = chooseObjective(senses)
    memory.objectiveUntilMs = nowMs + PLAN_MS * (0.5 + nextFloat(memory.dice))
  }
  return memory.objective < 0
    ? patrol(senses, memory)
    : { kind: 'objective', index: memory.objective }
}

function isQuietlyOurs(senses: BotSenses, index: number): boolean {
  const objective = senses.objectives[index]!
  const isOurs = objective.owner === senses.own.team
  return isOurs && (objective.capturing < 0 || objective.capturing === senses.own.team)
}

/** From spawn area to spawn area: where enemies come from. */
function patrol(senses: BotSenses, memory: BotMemory): BotTask {
  const { task } = memory
  const { own, nowMs, ground } = senses
  const isPatrol = task.kind === 'hunt' && task.isPatrol
  const isThere = isPatrol && Math.hypot(task.x - own.x, task.z - own.z) < 4
  if (isPatrol && !isThere && nowMs - memory.taskSinceMs < PLAN_MS) return task
  const { spawns, widthMetres, depthMetres } = ground.map.map
  const pick = nextBelow(memory.dice, spawns.length + 1)
  const area = spawns[pick] ?? { x: widthMetres / 2, z: depthMetres / 2 }
  return { kind: 'hunt', x: area.x, z: area.z, isPatrol: true }
}
