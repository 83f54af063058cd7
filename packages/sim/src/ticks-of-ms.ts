/**
 * Times of the balance in steps of a mode. Always rounded up, so that nothing is ever faster than
 * the balance says.
 */
import { assert } from '@battalion/base/assert.ts'
import type { World } from './world.ts'

/** Steps that last at least so many milliseconds. */
export function ticksOfMs(world: World, durationMs: number): number {
  assert(durationMs >= 0, 'a time is not negative')
  return Math.ceil((durationMs * world.mode.tickRateHz) / 1000)
}

/** Steps that last at least so many seconds. */
export function ticksOfSec(world: World, durationSec: number): number {
  assert(durationSec >= 0, 'a time is not negative')
  return Math.ceil(durationSec * world.mode.tickRateHz)
}
