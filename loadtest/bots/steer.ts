/**
 * Legs: from a task to a waypoint (at the decision rate) and from the waypoint to a move (every
 * tick). Long ways follow the shared flow fields, short ones a bounded search; who does not get
 * ahead steps aside and, failing that, gives the task up.
 */
import { nextBetween, nextFloat } from '@battalion/base/prng.ts'
import { findCoverSpot } from './cover-spots.ts'
import { flowMetres, stepAlong, type FlowField } from './flow-field.ts'
import { findPath } from './find-path.ts'
import type { BotMemory } from './bot-memory.ts'
import type { BotProfile } from './bot-profile.ts'
import type { BotIntent, BotSenses } from './bot-senses.ts'
import { canWalkStraight, findFreeCell, isWalkable, navCellX, navCellZ } from './nav-grid.ts'

/** Near enough to a waypoint (m). */
const ARRIVED_METRES = 0.8
/** Places further away than this are walked to by flow field (m). */
const SHORT_WAY_METRES = 26
/** Maps of so few cells get a flow field for any goal: it costs half a millisecond. */
const FIELD_ANYWHERE_CELLS_MAX = 8192
/** After a way that was not to be found, no other detour for this long (ms). */
const NO_DETOUR_MS = 4000
/** Less ground than this between two checks means stuck (m, ms). */
const STUCK_METRES = 0.6
const STUCK_CHECK_MS = 900
const SIDESTEP_MS = 500
/** Stuck this often in a row: the plan is dropped. */
const STUCK_GIVE_UP_COUNT = 3

/** Chooses where to walk next for the present task. */
export function chooseWaypoint(senses: BotSenses, memory: BotMemory, profile: BotProfile): void {
  const { task } = memory
  if (task.kind === 'rest') setWaypoint(memory, Number.NaN, Number.NaN)
  else if (task.kind === 'objective') walkToObjective(senses, memory, profile)
  else if (task.kind === 'fight') keepDistance(senses, memory, profile)
  else walkTo(senses, memory, profile, task)
}

function setWaypoint(memory: BotMemory, x: number, z: number): void {
  memory.waypointX = x
  memory.waypointZ = z
}

/** To the circle by flow field; inside it, to a post of one's own that changes now and then. */
function walkToObjective(senses: BotSenses, memory: BotMemory, profile: BotProfile): void {
  const { own, objectives, nowMs, ground } = senses
  const objective = objectives[memory.objective]
  if (objective === undefined) return setWaypoint(memory, Number.NaN, Number.NaN)
  const metres = Math.hypot(own.x - objective.x, own.z - objective.z)
  if (metres > objective.radius * 0.9) {
    memory.postUntilMs = 0
    return walkTo(senses, memory, profile, objective)
  }
  if (nowMs >= memory.postUntilMs) choosePost(senses, memory, objective)
  const post = { x: memory.postX, z: memory.postZ }
  if (canWalkStraight(ground.nav, own, post.x, post.z)) return setWaypoint(memory, post.x, post.z)
  const path = findPath(ground.nav, own, post)
  if (path === undefined) memory.postUntilMs = 0
  else followCells(senses, memory, profile, path)
}

function choosePost(
  senses: BotSenses,
  memory: BotMemory,
  circle: { readonly x: number; readonly z: number; readonly radius: number },
): void {
  memory.postUntilMs = senses.nowMs + nextBetween(memory.dice, 2500, 7000)
  memory.postX = circle.x
  memory.postZ = circle.z
  for (let attempt = 0; attempt < 6; attempt++) {
    const x = circle.x + nextBetween(memory.dice, -0.7, 0.7) * circle.radius
    const z = circle.z + nextBetween(memory.dice, -0.7, 0.7) * circle.radius
    if (!isWalkable(senses.ground.nav, x, z)) continue
    memory.postX = x
    memory.postZ = z
    return
  }
}

/** Nearer, further or sidewards, by the weapon in hand; crouched behind low cover if it is near. */
function keepDistance(senses: BotSenses, memory: BotMemory, profile: BotProfile): void {
  const { own, ground, balance, nowMs } = senses
  const reach = balance.weapons[own.weapon]?.falloffEndMetres ?? 30
  const wanted = Math.min(40, Math.max(5, reach * profile.rangeShare))
  const dx = memory.targetX - own.x
  const dz = memory.targetZ - own.z
  const metres = Math.max(0.1, Math.hypot(dx, dz))
  if (nowMs >= memory.strafeUntilMs) {
    memory.strafeUntilMs = nowMs + nextBetween(memory.dice, 500, 1400)
    memory.strafeSide = nextFloat(memory.dice) < 0.5 ? -1 : 1
  }
  const along = metres > wanted * 1.3 ? 3 : metres < wanted * 0.6 ? -3 : 0
  const aside = memory.strafeSide * 2.5
  const x = own.x + (dx / metres) * along - (dz / metres) * aside
  const z = own.z + (dz / metres) * along + (dx / metres) * aside
  if (isWalkable(ground.nav, x, z)) return setWaypoint(memory, x, z)
  memory.strafeSide = -memory.strafeSide
  const spot = findCoverSpot(ground.cover, own, { x: memory.targetX, z: memory.targetZ })
  if (spot !== undefined) setWaypoint(memory, spot.x, spot.z)
}

interface Place {
  readonly x: number
  readonly z: number
}

/**
 * Straight when possible, along the flow to places that have a field, around the corner when short.
 * Where none of it leads, the idea is dropped: a field for every whim would cost 80 ms each.
 */
function walkTo(senses: BotSenses, memory: BotMemory, profile: BotProfile, to: Place): void {
  const { own, ground } = senses
  const metres = Math.hypot(to.x - own.x, to.z - own.z)
  if (metres < SHORT_WAY_METRES && canWalkStraight(ground.nav, own, to.x, to.z)) {
    return setWaypoint(memory, to.x, to.z)
  }
  if (hasField(senses, memory)) {
    return followFlow(senses, memory, profile, ground.flows.toward(to.x, to.z))
  }
  const path = metres < 2 * SHORT_WAY_METRES ? findPath(ground.nav, own, to) : undefined
  if (path === undefined) dropIdea(senses, memory)
  else followCells(senses, memory, profile, path)
}

/** Objectives and patrol points have flow fields; on small maps every place may. */
function hasField(senses: BotSenses, memory: BotMemory): boolean {
  const { task } = memory
  if (task.kind === 'objective' || (task.kind === 'hunt' && task.isPatrol)) return true
  return senses.ground.nav.blocked.length <= FIELD_ANYWHERE_CELLS_MAX
}

/** No way there: forgets it for a while and stands until the next decision. */
function dropIdea(senses: BotSenses, memory: BotMemory): void {
  memory.targetSeenMs = -Infinity
  memory.hideUntilMs = 0
  memory.noDetourUntilMs = senses.nowMs + NO_DETOUR_MS
  setWaypoint(memory, Number.NaN, Number.NaN)
}

/** Walks the field in thought and heads for the furthest cell it can walk to straight. */
function followFlow(
  senses: BotSenses,
  memory: BotMemory,
  profile: BotProfile,
  field: FlowField,
): void {
  const { nav } = senses.ground
  let cell = findFreeCell(nav, senses.own.x, senses.own.z, 2)
  if (cell < 0) return setWaypoint(memory, Number.NaN, Number.NaN)
  const cells = [cell]
  for (let step = 0; step < Math.ceil(profile.lookAheadMetres / nav.cellMetres); step++) {
    const next = stepAlong(nav, field, cell)
    if (next === cell) break
    cells.push(next)
    cell = next
  }
  if (flowMetres(nav, field, cell) === Infinity) return setWaypoint(memory, Number.NaN, Number.NaN)
  followCells(senses, memory, profile, cells)
}

function followCells(
  senses: BotSenses,
  memory: BotMemory,
  profile: BotProfile,
  cells: readonly number[],
): void {
  const { nav } = senses.ground
  const ahead = Math.ceil(profile.lookAheadMetres / nav.cellMetres)
  for (let index = Math.min(cells.length - 1, ahead); index >= 0; index -= 2) {
    const x = navCellX(nav, cells[index]!)
    const z = navCellZ(nav, cells[index]!)
    if (index > 2 && !canWalkStraight(nav, senses.own, x, z)) continue
    return setWaypoint(memory, x, z)
  }
}

/** Writes the move of this tick into `intent`; answers whether it moves at all. */
export function steer(senses: BotSenses, memory: BotMemory, intent: BotIntent): boolean {
  let dx = memory.waypointX - senses.own.x
  let dz = memory.waypointZ - senses.own.z
  const metres = Math.hypot(dx, dz)
  intent.moveX = 0
  intent.moveZ = 0
  const isWalking = metres > ARRIVED_METRES
  if (isWalking) {
    dx /= metres
    dz /= metres
    if (senses.nowMs < memory.sidestepUntilMs) [dx, dz] = sidestep(memory, dx, dz)
    intent.moveX = dx
    intent.moveZ = dz
  }
  addElbows(memory, intent)
  if (isWalking) checkStuck(senses, memory)
  else memory.stuckCheckMs = senses.nowMs
  return intent.moveX !== 0 || intent.moveZ !== 0
}

function sidestep(memory: BotMemory, dx: number, dz: number): [number, number] {
  const side = memory.strafeSide
  return [dx * 0.3 - dz * side, dz * 0.3 + dx * side]
}

/** Mates that stand too close push; only strongly enough while walking, so that posts are calm. */
function addElbows(memory: BotMemory, intent: BotIntent): void {
  const push = Math.hypot(memory.pushX, memory.pushZ)
  if (push < 0.15) return
  intent.moveX += memory.pushX * 0.6
  intent.moveZ += memory.pushZ * 0.6
  const length = Math.hypot(intent.moveX, intent.moveZ)
  if (length <= 1) return
  intent.moveX /= length
  intent.moveZ /= length
}

function checkStuck(senses: BotSenses, memory: BotMemory): void {
  const { own, nowMs } = senses
  if (nowMs - memory.stuckCheckMs < STUCK_CHECK_MS) return
  const moved = Math.hypot(own.x - memory.stuckX, own.z - memory.stuckZ)
  memory.stuckX = own.x
  memory.stuckZ = own.z
  memory.stuckCheckMs = nowMs
  if (moved >= STUCK_METRES) {
    memory.stuckCount = 0
    return
  }
  memory.stuckCount++
  memory.sidestepUntilMs = nowMs + SIDESTEP_MS
  memory.strafeSide = nextFloat(memory.dice) < 0.5 ? -1 : 1
  memory.nextDecideMs = nowMs
  if (memory.stuckCount < STUCK_GIVE_UP_COUNT) return
  memory.stuckCount = 0
  memory.objectiveUntilMs = 0
  memory.hideUntilMs = 0
  memory.postUntilMs = 0
  memory.taskSinceMs = -Infinity
}
