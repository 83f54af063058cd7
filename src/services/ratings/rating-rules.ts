/**
 * The numbers of the rating. Changing one makes another rating: count `RATING_VERSION` up, so that
 * kept calculations say which rules made them. Why each has its value stands in docs/ratings.md,
 * with what happens beside it.
 */
import { assert } from '@battalion/base/assert.ts'

/** Version of rules and formulas; kept with every calculation. */
export const RATING_VERSION = 1

/**
 * Deviation of one battle's performance in the terms of Bradley and Terry's curve. Set for scores
 * that scatter twice as much as skills do; the curve's own width makes 8.3 of that, not 16.7.
 */
export const PERFORMANCE_BETA = 25 / 3
/** Comparisons that one performance counts for (count); with the beta above, gain and shrinkage
 * match the exact (Kalman) ones within 3 % for that scatter. */
export const PERFORMANCE_EVIDENCE_COUNT = 3
/** Bands that opponents are put in (count): 8 lose 1/64 of the evidence, 16 cost 4 times more. */
export const BAND_COUNT = 8
/**
 * From so many opponents of his own class on, a player is compared with those alone (count): five
 * to a band. With fewer, chance in the bands costs more (0.5 % of the correlation at 32) than the
 * class's own measure brings; then it is all opponents, each against his class's mean.
 */
export const CLASS_OPPONENTS_MIN = 40
/** Players' worth of the battle's mean in a class's mean (count): a class of one is no measure. */
export const CLASS_PAR_WEIGHT_COUNT = 8

/** Share of the mates' strength that is expected to lift one's own performance (ratio). */
export const SQUAD_LIFT_RATIO = 0.1

/** Least share of a battle that is rated at all (ratio); below it a performance is chance. */
export const PLAYED_SHARE_MIN_RATIO = 0.1
/** Least time that is rated at all (s). */
export const PLAYED_SEC_MIN = 30
/** From so many bots among the fighters on, a battle says nothing about people (ratio). */
export const BOT_SHARE_MAX_RATIO = 0.5

/** Growth of uncertainty from battle to battle: skills change (openskill's tau). */
export const CHANGE_TAU = 25 / 300
/** Days without a battle before uncertainty grows (days). */
export const IDLE_FREE_DAYS = 14
/** Growth of uncertainty for a day without a battle beyond those: a year makes 4.4 of it. */
export const IDLE_TAU_PER_DAY = 0.23
/** Uncertainty never falls below this, or a rating would stand still. */
export const SIGMA_MIN = 1.2
/** Rated battles before a rating is shown on boards (count). */
export const PLACEMENT_COUNT = 5

/** Shown points: BASE + SCALE × (mu - 25 - CAUTION × (sigma - SIGMA_MIN)), whole, not below 0. */
export const SHOWN = { base: 1500, scale: 40, caution: 1 } as const

assert(BAND_COUNT >= 2, 'one band tells only half')
assert(PERFORMANCE_EVIDENCE_COUNT <= BAND_COUNT, 'bands never count for more than they are')
assert(PLAYED_SHARE_MIN_RATIO < 1, 'who played all is rated')
