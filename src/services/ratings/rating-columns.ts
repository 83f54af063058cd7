/**
 * A battle's calculations as its statements take them: an array literal for each column, the inputs
 * as one JSON text. Made in the rating thread: texts cross to the rooms' thread as plain copies,
 * while a thousand inputs as objects had to be read there one by one and written as a megabyte of
 * JSON, the longest it was held for a result. Pure.
 */
import { rateBattle } from './rate-battle.ts'
import type { BattleRating, CalculationColumns, Prior, RatedBattle } from './rating-types.ts'

/** What the battle says about each person in it, ready for the database. */
export function rateIntoColumns(battle: RatedBattle): CalculationColumns {
  return toColumns(rateBattle(battle), battle.priors)
}

function toColumns(
  { changes, unrated }: BattleRating,
  priors: ReadonlyMap<string, Prior>,
): CalculationColumns {
  const nulls = unrated.map(() => 'null')
  return {
    userIds: literalOf([...changes, ...unrated].map(({ userId }) => userId)),
    seqs: literalOf([
      ...changes.map(({ userId }) => (priors.get(userId)?.ratedCount ?? 0) + 1),
      ...nulls,
    ]),
    reasons: literalOf([...changes.map(() => 'null'), ...unrated.map(({ reason }) => reason)]),
    mus: literalOf([...changes.map(({ outcome }) => outcome.mu), ...nulls]),
    sigmas: literalOf([...changes.map(({ outcome }) => outcome.sigma), ...nulls]),
    inputs: JSON.stringify([...changes.map(({ inputs }) => inputs), ...unrated.map(() => ({}))]),
  }
}

/** Ids, reasons and numbers need no quotes. */
function literalOf(values: readonly (string | number)[]): string {
  return `{${values.join(',')}}`
}
