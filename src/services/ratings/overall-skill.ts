/**
 * One rating over all modes: the mean of a user's modes, each by how sure we are of it, and as sure
 * as we are of the best known. With one mode it is that mode's. Pure.
 */
import { assert } from '@battalion/base/assert.ts'

import type { Skill } from './openskill.ts'

/** The skill over all modes; there must be one at least. */
export function overallSkill(modes: readonly Skill[]): Skill {
  assert(modes.length > 0, 'a user without ratings has none over all')
  const weights = modes.map(({ sigma }) => 1 / (sigma * sigma))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const mu = modes.reduce((sum, each, index) => sum + each.mu * weights[index]!, 0) / total
  return { mu, sigma: Math.min(...modes.map(({ sigma }) => sigma)) }
}
