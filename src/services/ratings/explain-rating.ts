/**
 * A rating's change in words and numbers, for who it concerns. Every number in it is one that the
 * calculation read or made; the parts add up to the whole. Pure.
 */
import { NEW_SKILL } from './openskill.ts'
import { SHOWN } from './rating-rules.ts'
import type { RatingInputs, RatingOutcome, UnratedReason } from './rating-types.ts'
import { shownPoints } from './shown-rating.ts'

/** One reason of a change. */
export interface ExplainedPart {
  readonly kind: 'performance' | 'team' | 'certainty'
  /** Shown points that came of it; the parts add up to the change. */
  readonly points: number
  readonly text: string
}

/** A change, explained. */
export interface ExplainedChange {
  readonly before: number
  readonly after: number
  readonly parts: readonly ExplainedPart[]
  readonly summary: string
}

/** Why somebody's battle was not rated. */
export const UNRATED_TEXTS: Readonly<Record<UnratedReason, string>> = {
  bots: 'More bots than people fought in this battle, so it says nothing about people.',
  alone: 'No other team had people in it, so there was nobody to be measured against.',
  empty: 'It was drawn, and nobody did anything in it, so there was nothing to measure.',
  short: 'You were in this battle too briefly for it to say anything about you.',
}

/** Explains it. */
export function explainRating(inputs: RatingInputs, outcome: RatingOutcome): ExplainedChange {
  const before = shownPoints(inputs.prior)
  const after = shownPoints(outcome)
  const performance = Math.round(SHOWN.scale * outcome.byPerformance)
  const team = Math.round(SHOWN.scale * outcome.byTeam)
  const parts: ExplainedPart[] = []
  if (inputs.bands.length > 0 && inputs.performanceRatio > 0) {
    parts.push({ kind: 'performance', points: performance, text: performanceText(inputs) })
  }
  if (inputs.team !== undefined) {
    parts.push({ kind: 'team', points: team, text: teamText(inputs, outcome) })
  }
  const rest = after - before - parts.reduce((sum, { points }) => sum + points, 0)
  parts.push({ kind: 'certainty', points: rest, text: certaintyText(inputs, outcome) })
  const change = after - before
  const way = change > 0 ? `rose by ${change}` : change < 0 ? `fell by ${-change}` : 'stayed'
  return { before, after, parts, summary: `Your rating ${way}: ${before} → ${after}.` }
}

function performanceText(inputs: RatingInputs): string {
  const { bands, opponentCount, isWithinClass, classId, performance } = inputs
  const passed = bands.reduce((sum, { place }) => sum + (1 + place) / 2, 0)
  const share = Math.round((100 * passed) / bands.length)
  const whom = isWithinClass
    ? `${opponentCount} opponents of class ${classId}`
    : `${opponentCount} opponents`
  const pace = Math.round(performance * 100)
  return (
    `You made ${pace} % of what class ${classId} makes on average, better than about ${share} % ` +
    `of ${whom}; ${expectedText(inputs)}.${liftText(inputs)}${timeText(inputs)}`
  )
}

/** How good the opponents were, in shown terms. */
function expectedText({ bands, prior }: RatingInputs): string {
  const mean = bands.reduce((sum, { mu }) => sum + mu, 0) / bands.length
  const points = Math.round(SHOWN.scale * (prior.mu - mean))
  if (Math.abs(points) < 10) return 'they were rated about as you are'
  return `they were rated ${Math.abs(points)} points ${points > 0 ? 'below' : 'above'} you on average`
}

function liftText({ squadLift }: RatingInputs): string {
  const points = Math.round(SHOWN.scale * squadLift)
  if (points === 0) return ''
  const what = points > 0 ? 'strong: somewhat more' : 'weak: somewhat less'
  return ` Your squad was ${what} was expected of you (${points} points).`
}

function timeText({ playedRatio, hasLeft }: RatingInputs): string {
  const percent = Math.round(playedRatio * 100)
  if (hasLeft) return ` You left after ${percent} % of the battle: a fall counts whole.`
  return percent < 100 ? ` You played ${percent} % of the battle, and it counts that much.` : ''
}

function teamText({ team, hasLeft }: RatingInputs, { teamWeight }: RatingOutcome): string {
  if (hasLeft) return 'You left before the end, which counts as a defeat.'
  const places = team!.others.map(({ place }) => place)
  const own = team!.place
  const isWon = places.every((place) => place > own)
  const isDraw = places.every((place) => place === own)
  const result = isDraw ? 'drew' : isWon ? 'won' : 'lost'
  const share = teamWeight < 1 ? ` It counts ${Math.round(teamWeight * 100)} %.` : ''
  return `Your team ${result}. The larger a battle, the less this says about one player.${share}`
}

function certaintyText({ prior, idleDays }: RatingInputs, outcome: RatingOutcome): string {
  const away = idleDays > 0 ? ` After ${Math.ceil(idleDays)} days too many away we knew less.` : ''
  return `How sure we are of you: ${sureness(prior.sigma)} % → ${sureness(outcome.sigma)} %.${away}`
}

/** Percent of a newcomer's uncertainty that is gone. */
function sureness(sigma: number): number {
  return Math.round(100 * (1 - sigma / NEW_SKILL.sigma))
}
