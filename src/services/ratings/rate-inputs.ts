/**
 * One player's rating from kept inputs: the same inputs give the same result to the last bit, now
 * and when somebody asks in a year. Pure.
 */
import { assert } from '@battalion/base/assert.ts'

import { NEW_SKILL, rateAgainstBands, rateTeamResult } from './openskill.ts'
import type { Skill } from './openskill.ts'
import {
  CHANGE_TAU,
  IDLE_TAU_PER_DAY,
  PERFORMANCE_BETA,
  PERFORMANCE_EVIDENCE_COUNT,
  RATING_VERSION,
  SIGMA_MIN,
} from './rating-rules.ts'
import type { RatingInputs, RatingOutcome } from './rating-types.ts'

/** The calculation itself. */
export function rateInputs(inputs: RatingInputs): RatingOutcome {
  assert(inputs.version === RATING_VERSION, 'inputs are read by the rules that made them')
  const { prior: before, idleDays } = inputs
  const prior = { mu: before.mu, sigma: sigmaAtBattle(before.sigma, idleDays) }
  const performance = performanceOf(prior, inputs)
  const team = teamOf(prior, inputs)
  // A fall counts whole for who left: leaving is no way to save points.
  const performanceWeight = inputs.performanceRatio * weightOf(inputs, performance.mu - prior.mu)
  const teamWeight = weightOf(inputs, team.mu - prior.mu)
  const byPerformance = performanceWeight * (performance.mu - prior.mu)
  const byTeam = teamWeight * (team.mu - prior.mu)
  const shrink =
    shrinkage(prior, performance, performanceWeight) * shrinkage(prior, team, teamWeight)
  return {
    mu: prior.mu + byPerformance + byTeam,
    sigma: Math.max(SIGMA_MIN, prior.sigma * Math.sqrt(shrink)),
    sigmaBefore: prior.sigma,
    byPerformance,
    byTeam,
    performanceWeight,
    teamWeight,
  }
}

/** Uncertainty after `idleDays` beyond the free ones; never more than a newcomer's. */
export function sigmaAfterIdle(sigma: number, idleDays: number): number {
  const variance = sigma * sigma + IDLE_TAU_PER_DAY * IDLE_TAU_PER_DAY * idleDays
  return Math.max(sigma, Math.min(NEW_SKILL.sigma, Math.sqrt(variance)))
}

/** Uncertainty with which somebody enters a battle: skills change a little from one to the next. */
export function sigmaAtBattle(sigma: number, idleDays: number): number {
  return Math.hypot(sigmaAfterIdle(sigma, idleDays), CHANGE_TAU)
}

function performanceOf(prior: Skill, { bands, squadLift }: RatingInputs): Skill {
  if (bands.length === 0) return prior
  const lifted = { mu: prior.mu + squadLift, sigma: prior.sigma }
  const evidence = Math.min(PERFORMANCE_EVIDENCE_COUNT, bands.length)
  const rated = rateAgainstBands(lifted, bands, { beta: PERFORMANCE_BETA, evidence })
  return { mu: rated.mu - squadLift, sigma: rated.sigma }
}

function teamOf(prior: Skill, { team }: RatingInputs): Skill {
  return team === undefined ? prior : rateTeamResult(prior, team)
}

function weightOf({ playedRatio, hasLeft }: RatingInputs, change: number): number {
  return hasLeft && change < 0 ? 1 : playedRatio
}

/** What is left of the variance when evidence counts for `weight`. */
function shrinkage(prior: Skill, after: Skill, weight: number): number {
  const left = (after.sigma * after.sigma) / (prior.sigma * prior.sigma)
  return 1 - weight * (1 - left)
}
