/**
 * One look around: from all soldiers in sight to the few facts decisions need. Runs at the decision
 * rate; the only costly part, lines of sight, is asked for the nearest enemies alone.
 */
import { NET_ID_NONE } from '@battalion/base/ids.ts'
import { SoldierFlag } from '@battalion/sim/world.ts'
import type { BotMemory } from './bot-memory.ts'
import type { BotSenses } from './bot-senses.ts'
import { isInSight } from './sight.ts'

/** Enemies whose line of sight is checked per look; the rest count as heard, not seen. */
export const SIGHT_CHECKS_MAX = 5
/** Enemies further away are no targets: shots do not reach them. */
export const NOTICE_METRES_MAX = 58
/** A fallen mate further away is somebody else's. */
const RESCUE_METRES_MAX = 22
/** Two soldiers nearer than this step apart (m). */
const ELBOW_METRES = 1.6
/** A bot sticks to its target unless another is this much nearer (share). */
const SWITCH_TARGET_SHARE = 0.65

export interface BotPerception {
  /** Row of the target in the senses' soldiers, −1 = nobody in sight. */
  targetRow: number
  targetMetres: number
  /** Enemies near, seen or not, and where the nearest is. */
  enemyCount: number
  enemyX: number
  enemyZ: number
  enemyMetres: number
  /** Enemies within `groupMetres` of the target. */
  groupCount: number
  /** Nearest fallen mate, −1 = none. */
  fallenRow: number
  fallenMetres: number
  /** Mates within 10 m, and those of them who lack a third of their hp. */
  mateCount: number
  hurtMateCount: number
}

/** An empty look. */
export function createPerception(): BotPerception {
  return {
    targetRow: -1,
    targetMetres: Infinity,
    enemyCount: 0,
    enemyX: 0,
    enemyZ: 0,
    enemyMetres: Infinity,
    groupCount: 0,
    fallenRow: -1,
    fallenMetres: RESCUE_METRES_MAX,
    mateCount: 0,
    hurtMateCount: 0,
  }
}

const nearRows = new Int32Array(SIGHT_CHECKS_MAX)
const nearSquares = new Float64Array(SIGHT_CHECKS_MAX)
let nearCount = 0

/** Fills `out` from the senses and notes in `memory` who stands too close. */
export function perceive(senses: BotSenses, memory: BotMemory, out: BotPerception): void {
  Object.assign(out, createPerception())
  memory.pushX = 0
  memory.pushZ = 0
  nearCount = 0
  const { own, soldiers } = senses
  for (let row = 0; row < soldiers.count; row++) {
    if (soldiers.netId[row] === own.netId) continue
    if (soldiers.team[row] === own.team) noticeMate(senses, memory, row, out)
    else noticeEnemy(senses, row, out)
  }
  chooseTarget(senses, memory, out)
  if (out.targetRow >= 0) countGroup(senses, out)
}

function noticeMate(senses: BotSenses, memory: BotMemory, row: number, out: BotPerception): void {
  const { own, soldiers, balance } = senses
  if (soldiers.tier[row] !== 0) return
  const dx = soldiers.x[row]! - own.x
  const dz = soldiers.z[row]! - own.z
  const metres = Math.hypot(dx, dz)
  if ((soldiers.flags[row]! & SoldierFlag.down) !== 0) {
    if (metres >= out.fallenMetres) return
    out.fallenRow = row
    out.fallenMetres = metres
    return
  }
  if (metres < ELBOW_METRES) {
    const push = (ELBOW_METRES - metres) / ELBOW_METRES / Math.max(metres, 0.05)
    memory.pushX -= dx * push
    memory.pushZ -= dz * push
  }
  if (metres > 10) return
  out.mateCount++
  const hpMax = balance.classes[soldiers.classId[row]!]?.hp ?? 100
  if (soldiers.hp[row]! < hpMax * 0.67) out.hurtMateCount++
}

function noticeEnemy(senses: BotSenses, row: number, out: BotPerception): void {
  const { own, soldiers } = senses
  if ((soldiers.flags[row]! & SoldierFlag.down) !== 0) return
  const dx = soldiers.x[row]! - own.x
  const dz = soldiers.z[row]! - own.z
  const square = dx * dx + dz * dz
  if (square > NOTICE_METRES_MAX * NOTICE_METRES_MAX) return
  out.enemyCount++
  if (square < out.enemyMetres * out.enemyMetres) {
    out.enemyMetres = Math.sqrt(square)
    out.enemyX = soldiers.x[row]!
    out.enemyZ = soldiers.z[row]!
  }
  if ((soldiers.flags[row]! & SoldierFlag.protected) === 0) rememberNear(row, square)
}

/** Keeps the nearest rows, nearest first. */
function rememberNear(row: number, square: number): void {
  if (nearCount === SIGHT_CHECKS_MAX && square >= nearSquares[nearCount - 1]!) return
  let at = nearCount < SIGHT_CHECKS_MAX ? nearCount++ : nearCount - 1
  while (at > 0 && nearSquares[at - 1]! > square) {
    nearRows[at] = nearRows[at - 1]!
    nearSquares[at] = nearSquares[at - 1]!
    at--
  }
  nearRows[at] = row
  nearSquares[at] = square
}

/** The nearest enemy in sight, or the present one when no other is much nearer. */
function chooseTarget(senses: BotSenses, memory: BotMemory, out: BotPerception): void {
  const { soldiers } = senses
  for (let index = 0; index < nearCount; index++) {
    const row = nearRows[index]!
    const metres = Math.sqrt(nearSquares[index]!)
    const isPresent = soldiers.netId[row] === memory.targetNetId
    if (out.targetRow >= 0 && !(isPresent && metres * SWITCH_TARGET_SHARE < out.targetMetres)) {
      continue
    }
    if (!isInSight(senses.ground, senses.own, { x: soldiers.x[row]!, z: soldiers.z[row]! }))
      continue
    out.targetRow = row
    out.targetMetres = metres
  }
}

function countGroup(senses: BotSenses, out: BotPerception): void {
  const { soldiers } = senses
  for (let index = 0; index < nearCount; index++) {
    const dx = soldiers.x[nearRows[index]!]! - soldiers.x[out.targetRow]!
    const dz = soldiers.z[nearRows[index]!]! - soldiers.z[out.targetRow]!
    if (dx * dx + dz * dz < 25) out.groupCount++
  }
}

/** Takes over what the look found about the target; without one, sight is lost. */
export function trackTarget(senses: BotSenses, memory: BotMemory, look: BotPerception): void {
  const row = look.targetRow
  memory.isTargetInSight = row >= 0
  if (row < 0) {
    if (senses.nowMs - memory.targetSeenMs > 2500) memory.targetNetId = NET_ID_NONE
    return
  }
  const netId = senses.soldiers.netId[row]!
  if (netId === memory.targetNetId) return
  memory.targetNetId = netId
  memory.targetSinceMs = senses.nowMs
  memory.targetVx = 0
  memory.targetVz = 0
  memory.targetX = senses.soldiers.x[row]!
  memory.targetZ = senses.soldiers.z[row]!
  memory.targetSeenMs = senses.nowMs
  memory.targetMetres = look.targetMetres
}
