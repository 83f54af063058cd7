/**
 * What people see of a rating: whole points in which doubt is taken off, so that a newcomer's lucky
 * day is no first place, and whether it is still being placed. Pure.
 */
import type { Skill } from './openskill.ts'
import { PLACEMENT_COUNT, SHOWN, SIGMA_MIN } from './rating-rules.ts'

/** Points as they are shown, from 0. */
export function shownPoints({ mu, sigma }: Skill): number {
  const careful = mu - 25 - SHOWN.caution * (sigma - SIGMA_MIN)
  return Math.max(0, Math.round(SHOWN.base + SHOWN.scale * careful))
}

/** Still too uncertain for boards. */
export function isPlacing(ratedCount: number): boolean {
  return ratedCount < PLACEMENT_COUNT
}
