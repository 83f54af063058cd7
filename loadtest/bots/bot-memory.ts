/**
 * What a bot keeps in mind between two looks at the world. One flat, mutable record per bot,
 * written by the behaviour files beside it; nothing in it comes from anywhere but the bot's senses
 * and dice.
 */
import { NET_ID_NONE } from '@battalion/base/ids.ts'
import { createPrng, type PrngState } from '@battalion/base/prng.ts'

/** What a bot is about; a closed union. Shooting goes on beside any of them. */
export type BotTask =
  /** Nothing to do, or no body to do it with. */
  | { readonly kind: 'rest' }
  /** To an objective, and about in it once there. */
  | { readonly kind: 'objective'; readonly index: number }
  /** To where an enemy was seen last, or on patrol. */
  | { readonly kind: 'hunt'; readonly x: number; readonly z: number; readonly isPatrol: boolean }
  /** An enemy is in sight: keep the distance, do not stand still. */
  | { readonly kind: 'fight' }
  /** Hurt: behind something, until `untilMs`. */
  | { readonly kind: 'hide'; readonly x: number; readonly z: number; readonly isLow: boolean }
  /** To a fallen mate, and revive it. */
  | { readonly kind: 'revive'; readonly netId: number; readonly x: number; readonly z: number }

export const TASK_REST: BotTask = { kind: 'rest' }

export interface BotMemory {
  readonly dice: PrngState
  task: BotTask
  taskSinceMs: number
  nextDecideMs: number
  /** Objective chosen, and until when it stays chosen. */
  objective: number
  objectiveUntilMs: number
  /** Own place inside the objective's circle, −1 < x: none yet. */
  postX: number
  postZ: number
  postUntilMs: number
  hideUntilMs: number
  /** No second hiding before this. */
  braveUntilMs: number
  /** Where the bot walks to right now (m); NaN = stand. */
  waypointX: number
  waypointZ: number
  /** The enemy aimed at. */
  targetNetId: number
  targetSinceMs: number
  targetX: number
  targetZ: number
  targetVx: number
  targetVz: number
  targetSeenMs: number
  targetMetres: number
  isTargetInSight: boolean
  /** Aim error now (binary angle steps) and the aim itself. */
  aimError: number
  aimYaw: number
  /** Trigger: end of the present burst or pause. */
  isBursting: boolean
  burstEndMs: number
  /** Away from mates that stand too close. */
  pushX: number
  pushZ: number
  strafeSide: number
  strafeUntilMs: number
  /** For "am I stuck?": where it was when. */
  stuckX: number
  stuckZ: number
  stuckCheckMs: number
  stuckCount: number
  sidestepUntilMs: number
  /** No hunting, hiding or rescuing before this: the last one had no way. */
  noDetourUntilMs: number
  wishMadeForLife: number
  downSinceMs: number
  /** Weapon slot it wants to hold, and the earliest next change. */
  slotWanted: 0 | 1
  slotUntilMs: number
  lastActMs: number
}

/** A fresh mind; `seed` decides its dice. */
export function createBotMemory(seed: number): BotMemory {
  return {
    dice: createPrng(seed ^ 0x5bd1e995),
    task: TASK_REST,
    taskSinceMs: 0,
    nextDecideMs: 0,
    objective: -1,
    objectiveUntilMs: 0,
    postX: -1,
    postZ: -1,
    postUntilMs: 0,
    hideUntilMs: 0,
    braveUntilMs: 0,
    waypointX: Number.NaN,
    waypointZ: Number.NaN,
    targetNetId: NET_ID_NONE,
    targetSinceMs: 0,
    targetX: 0,
    targetZ: 0,
    targetVx: 0,
    targetVz: 0,
    targetSeenMs: -Infinity,
    targetMetres: Infinity,
    isTargetInSight: false,
    aimError: 0,
    aimYaw: 0,
    isBursting: false,
    burstEndMs: 0,
    pushX: 0,
    pushZ: 0,
    strafeSide: 1,
    strafeUntilMs: 0,
    stuckX: 0,
    stuckZ: 0,
    stuckCheckMs: 0,
    stuckCount: 0,
    sidestepUntilMs: 0,
    noDetourUntilMs: 0,
    wishMadeForLife: -1,
    downSinceMs: Number.NaN,
    slotWanted: 0,
    slotUntilMs: 0,
    lastActMs: 0,
  }
}

/** What a new life begins without. */
export function forgetLife(memory: BotMemory): void {
  memory.task = TASK_REST
  memory.targetNetId = NET_ID_NONE
  memory.isTargetInSight = false
  memory.targetSeenMs = -Infinity
  memory.hideUntilMs = 0
  memory.stuckCount = 0
  memory.downSinceMs = Number.NaN
  memory.waypointX = Number.NaN
  memory.nextDecideMs = 0
  memory.objectiveUntilMs = 0
}
