/**
 * A user's ratings for himself: one a mode, one over all, and each change in words and numbers.
 */
import { AppError } from '@battalion/base/app-error.ts'

import type { Db } from '../../db/database.ts'
import { explainRating, UNRATED_TEXTS } from './explain-rating.ts'
import { overallSkill } from './overall-skill.ts'
import { rateInputs } from './rate-inputs.ts'
import { findCalculation, listCalculations, listLatestCalculations } from './rating-queries.ts'
import { readRatings } from './rating-queries.ts'
import type { ReadCalculation } from './rating-queries.ts'
import { PLACEMENT_COUNT } from './rating-rules.ts'
import type { RatingInputs } from './rating-types.ts'
import { shownPoints } from './shown-rating.ts'

/** Ratings of one user, and what his latest battles did to them. */
export async function readMyRatings(db: Db, userId: string) {
  const shown = await readShownRatings(db, userId)
  const latest = await listLatestCalculations(db, { userId, limit: 20 })
  return { ...shown, latest: latest.map(describeBriefly) }
}

/** Ratings of one user. */
export async function readShownRatings(db: Db, userId: string) {
  const rows = await readRatings(db, [userId])
  return {
    overall: rows.length === 0 ? null : shownPoints(overallSkill(rows)),
    ratings: rows.map(({ mode, mu, sigma, rated_count, rated_at }) => ({
      mode,
      points: shownPoints({ mu, sigma }),
      mu,
      sigma,
      ratedCount: rated_count,
      placementsLeft: Math.max(0, PLACEMENT_COUNT - rated_count),
      ratedAt: rated_at!.toISOString(),
    })),
  }
}

function describeBriefly(kept: ReadCalculation) {
  const { matchId, mode, endedAt } = kept
  const isRated = kept.seq !== null
  const { before, after } = isRated ? explain(kept) : { before: null, after: null }
  return { matchId, mode, endedAt: endedAt.toISOString(), isRated, before, after }
}

/** What one battle did to a user's rating, and why. */
export async function explainMyRating(
  db: Db,
  who: { readonly userId: string; readonly matchId: string },
) {
  const kept = await findCalculation(db, who)
  if (kept === undefined) throw new AppError('not_found', 'You have no rating from this battle.')
  const { matchId, mode, reason, inputs } = kept
  const common = { matchId, mode, endedAt: kept.endedAt.toISOString() }
  if (kept.seq === null) {
    const summary = UNRATED_TEXTS[reason!]
    return { ...common, isRated: false, before: null, after: null, summary, parts: [], inputs }
  }
  return { ...common, isRated: true, ...explain(kept), inputs }
}

function explain(kept: ReadCalculation) {
  const inputs = kept.inputs as RatingInputs
  return explainRating(inputs, rateInputs(inputs))
}

/** Where a user's chain of calculations does not hold, undefined when it does. */
export async function findBrokenCalculation(
  db: Db,
  who: { readonly userId: string; readonly mode: string },
): Promise<{ readonly seq: number | null; readonly why: string } | undefined> {
  let last: { mu: number; sigma: number } | undefined
  const chain = await listCalculations(db, who)
  for (const [index, kept] of chain.entries()) {
    const inputs = kept.inputs as RatingInputs
    const { mu, sigma } = rateInputs(inputs)
    const { seq } = kept
    if (seq !== index + 1) return { seq, why: 'a calculation is missing before it' }
    if (mu !== kept.mu || sigma !== kept.sigma) return { seq, why: 'inputs give another rating' }
    const isLinked = last === undefined || isSame(inputs.prior, last)
    if (!isLinked) return { seq, why: 'it does not begin where the one before ended' }
    last = { mu, sigma }
  }
  const held = (await readRatings(db, [who.userId])).find(({ mode }) => mode === who.mode)
  if (last === undefined || (held !== undefined && isSame(held, last))) return undefined
  return { seq: null, why: 'the rating is not what the last calculation gave' }
}

function isSame(a: { mu: number; sigma: number }, b: { mu: number; sigma: number }): boolean {
  return a.mu === b.mu && a.sigma === b.sigma
}
