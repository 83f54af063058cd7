/**
 * What a rating is made from and what it comes to. `RatingInputs` is everything that one
 * calculation reads; it is kept as it is (mmr_calculations), and `rateInputs` gives the same
 * result from it at any time.
 */
import type { PlacedSkill, Skill, TeamResult } from './openskill.ts'

/** The figures of a soldier that count, as the battle's result has them. */
export interface PlayerFigures {
  readonly classId: string
  readonly kills: number
  readonly assists: number
  readonly revives: number
  readonly captures: number
  readonly score: number
  readonly damageDone: number
  readonly shotsFired: number
  readonly healed: number
  readonly playedSec: number
}

/** One who fought. */
export interface BattlePlayer extends PlayerFigures {
  readonly userId: string
  readonly isBot: boolean
  readonly team: number
  readonly squad: number
  /** Gone before the end. */
  readonly hasLeft: boolean
}

/** What a person brought into the battle. */
export interface Prior extends Skill {
  /** Rated battles so far (count). */
  readonly ratedCount: number
  /** End of the last rated one (ms since 1970), undefined before the first. */
  readonly ratedAtMs: number | undefined
}

/** Points per deed, of the balance that was played. */
export interface ScoreFormula {
  readonly kill: number
  readonly assist: number
  readonly revive: number
  readonly healPerHp: number
  readonly capture: number
}

/** A finished battle and what was believed before it. */
export interface RatedBattle {
  readonly endedAtMs: number
  readonly durationSec: number
  /** Null for a draw. */
  readonly winner: number | null
  readonly players: readonly BattlePlayer[]
  /** By user; who is missing is new. */
  readonly priors: ReadonlyMap<string, Prior>
  readonly formula: ScoreFormula
}

/** Everything that one calculation reads. */
export interface RatingInputs {
  readonly version: number
  readonly prior: Skill
  /** Days without a battle beyond the free ones. */
  readonly idleDays: number
  readonly classId: string
  /** Points for what the class is for, a minute, over what its class makes on average (ratio). */
  readonly performance: number
  readonly playedRatio: number
  readonly hasLeft: boolean
  /** Mates' mean skill over the field's, times the share that is expected to lift. */
  readonly squadLift: number
  /** Undefined when nobody can be compared with. */
  readonly bands: readonly PlacedSkill[]
  /** Opponents in the bands (count), and whether they are of his class alone. */
  readonly opponentCount: number
  readonly isWithinClass: boolean
  /** Undefined when there was no other team of people. */
  readonly team: TeamResult | undefined
  /** How much the performance counts: none in a duel, nearly all in a crowd (ratio). */
  readonly performanceRatio: number
}

/** What a calculation comes to; the parts add up to the change of mu. */
export interface RatingOutcome extends Skill {
  /** From idle days and the passing of a battle: uncertainty alone. */
  readonly sigmaBefore: number
  readonly byPerformance: number
  readonly byTeam: number
  readonly performanceWeight: number
  readonly teamWeight: number
}

/** Why a battle or a person's part in it is not rated. */
export type UnratedReason = 'bots' | 'alone' | 'short' | 'empty'

/** One person's change. */
export interface RatingChange {
  readonly userId: string
  readonly inputs: RatingInputs
  readonly outcome: RatingOutcome
}

/** What a battle comes to: changes, and who has none. */
export interface BattleRating {
  readonly changes: readonly RatingChange[]
  readonly unrated: readonly { readonly userId: string; readonly reason: UnratedReason }[]
}

/**
 * The same as the statements take it: array literals, one row for each person, those with a change
 * first. Null: `seqs`, `mus` and `sigmas` of who is not rated, `reasons` of who is.
 */
export interface CalculationColumns {
  readonly userIds: string
  /** Which of his rated battles of the mode this is, from 1. */
  readonly seqs: string
  readonly reasons: string
  readonly mus: string
  readonly sigmas: string
  /** JSON: `RatingInputs` by row, `{}` for who is not rated. */
  readonly inputs: string
}
