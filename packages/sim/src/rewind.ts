/**
 * The history that lag compensation reads: a ring of rows, one per tick, with every soldier's place
 * and whether it could be hit. A row is written once, after movement; nothing changes it later, so
 * what a shooter saw is what is judged.
 *
 * Places are kept in the steps of the wire, because that is where a shooter's screen shows them:
 * exact ones would deny 2 of 100 hits he saw, and give him as many he did not.
 *
 * View times count eighths of a tick (u16 on the wire, whole numbers here). Between two rows places
 * are interpolated, as they were on the shooter's screen.
 */
import { assert } from '@battalion/base/assert.ts'
import type { Tick } from '@battalion/base/ids.ts'
import { expandSequence } from '@battalion/base/sequence.ts'
import {
  POSITION_STEPS_PER_METRE as STEPS,
  REWIND_MS_MAX,
  REWIND_ROWS,
  VIEW_TIME_PER_TICK,
} from './limits.ts'
import type { World } from './world.ts'
import { LifeState, SoldierFlag } from './world.ts'

/** Depths a shot can be judged at (eighths of a tick): from now to the oldest row but one. */
export const REWIND_DEPTHS_COUNT = (REWIND_ROWS - 2) * VIEW_TIME_PER_TICK + 1

/** Bits of {@link RewindRing.mark}. */
export const RewindMark = { alive: 1, crouched: 2 } as const

/** Index = row * capacity + netId, row = tick % REWIND_ROWS. */
export interface RewindRing {
  readonly px: Float32Array
  readonly pz: Float32Array
  readonly mark: Uint8Array
  readonly life: Uint8Array
}

/** Where one soldier was at a view time; filled by {@link findPastSoldier}. */
export class PastSoldier {
  x = 0
  z = 0
  crouched = false
}

/** The view time of a command after the bounds; filled by {@link clampViewTime}. */
export interface ViewTime {
  /** Eighths of a tick since the world began. */
  eighths: number
  /** The claim was older than allowed, or lay in the future. */
  clamped: boolean
  future: boolean
}

/** Writes the row of the present tick. */
export function recordRewindRow(world: World): void {
  const { soldiers, rewind, capacity, slotsUsed } = world
  const start = (world.tick % REWIND_ROWS) * capacity
  assert(start + slotsUsed <= rewind.mark.length, 'a row lies within the ring')
  rewind.life.set(soldiers.life.subarray(0, slotsUsed), start)
  for (let id = 0; id < slotsUsed; id++) {
    rewind.px[start + id] = Math.floor(soldiers.px[id]! * STEPS + 0.5) / STEPS
    rewind.pz[start + id] = Math.floor(soldiers.pz[id]! * STEPS + 0.5) / STEPS
    const isAlive = soldiers.state[id] === LifeState.alive
    const isCrouched = (soldiers.flags[id]! & SoldierFlag.crouched) !== 0
    rewind.mark[start + id] =
      (isAlive ? RewindMark.alive : 0) | (isCrouched ? RewindMark.crouched : 0)
  }
}

/** Whether the soldier stood on the field when the row of the present tick was written. */
export function wasAliveThisTick(world: World, netId: number): boolean {
  const index = (world.tick % REWIND_ROWS) * world.capacity + netId
  return (world.rewind.mark[index]! & RewindMark.alive) !== 0
}

/**
 * The time a shot is judged at: the claim, but not the future and at most `rewindMsMax` ago. The
 * claim is a u16 and means the moment nearest to now.
 */
export function clampViewTime(
  world: World,
  claim: number,
  rewindMsMax: number,
  out: ViewTime,
): void {
  const now = world.tick * VIEW_TIME_PER_TICK
  assert(rewindMsMax >= 0, 'a bound lies in the past')
  const boundMs = Math.min(rewindMsMax, REWIND_MS_MAX)
  const back = Math.floor((boundMs * world.mode.tickRateHz * VIEW_TIME_PER_TICK) / 1000)
  const oldest = Math.max(now - back, 0)
  const claimed = expandSequence(claim, now)
  out.future = claimed > now
  out.clamped = claimed < oldest
  out.eighths = out.future ? now : Math.max(claimed, oldest)
  assert(out.eighths <= now, 'a shot is never judged in the future')
  assert(now - out.eighths < REWIND_DEPTHS_COUNT, 'history reaches that far')
}

/**
 * Where the soldier was at a view time. False when it was not on the field then, or in another life
 * than now.
 */
export function findPastSoldier(
  world: World,
  netId: number,
  eighths: number,
  out: PastSoldier,
): boolean {
  const { rewind, capacity } = world
  const tick = Math.floor(eighths / VIEW_TIME_PER_TICK)
  const share = (eighths - tick * VIEW_TIME_PER_TICK) / VIEW_TIME_PER_TICK
  assert(share >= 0 && share < 1, 'a view time lies between two ticks')
  assert(tick >= 0, 'nobody sees the time before the battle')
  assert(world.tick - tick < REWIND_ROWS, 'the row still stands')
  const before = (tick % REWIND_ROWS) * capacity + netId
  if (!isSameLife(world, netId, before)) return false
  out.x = rewind.px[before]!
  out.z = rewind.pz[before]!
  out.crouched = (rewind.mark[before]! & RewindMark.crouched) !== 0
  if (share === 0) return true
  const after = ((tick + 1) % REWIND_ROWS) * capacity + netId
  if (!isSameLife(world, netId, after)) return false
  out.x += (rewind.px[after]! - out.x) * share
  out.z += (rewind.pz[after]! - out.z) * share
  return true
}

function isSameLife(world: World, netId: number, index: number): boolean {
  const { rewind, soldiers } = world
  if ((rewind.mark[index]! & RewindMark.alive) === 0) return false
  return rewind.life[index] === soldiers.life[netId]
}

/** The tick a view time falls into. For tests and tools. */
export function viewTimeTick(eighths: number): Tick {
  return Math.floor(eighths / VIEW_TIME_PER_TICK) as Tick
}
