/**
 * Maths of a thumb stick: from the thumb's place to a direction and a strength. Pure.
 */

/** Thumb travel from the middle to full deflection (CSS px). */
export const STICK_RADIUS_PX = 56
/** Below this share nothing happens: a resting thumb is never still. */
export const STICK_DEAD_ZONE = 0.16
/** The aiming stick fires from this deflection on. */
export const STICK_FIRE_SHARE = 0.72
/** The moving stick sprints from this deflection on. */
export const STICK_SPRINT_SHARE = 0.96

export interface StickReading {
  /** -1..1, together at most 1. */
  readonly x: number
  readonly z: number
  /** 0..1. */
  readonly strength: number
}

/** Reading of a thumb `dx`, `dz` pixels from where it went down. */
export function readStick(dx: number, dz: number): StickReading {
  const length = Math.hypot(dx, dz)
  const reach = Math.min(1, length / STICK_RADIUS_PX)
  if (reach < STICK_DEAD_ZONE || length === 0) return { x: 0, z: 0, strength: 0 }
  const strength = (reach - STICK_DEAD_ZONE) / (1 - STICK_DEAD_ZONE)
  return { x: (dx / length) * strength, z: (dz / length) * strength, strength }
}
