/**
 * Times of the balance in steps of a mode. Always rounded up, so that nothing is ever faster than
 * the balance says.
 */
import type { World } from './world.ts'

/** Steps that last at least so many milliseconds. */
export function ticksOfMs(world: World, durationMs: number): number {
  return Math.ceil((durationMs * world.mode.tickRateHz) / 1000)
}

/** Steps that last at least so many seconds. */
export function ticksOfSec(world: World, durationSec: number): number {
  return Math.ceil(durationSec * world.mode.tickRateHz)
}
