/**
 * How the battle feels to its shooters, out of what bots and server counted: figures between two
 * moments of a run. What each means stands in `loadtest/README.md`. Pure; NaN = nothing counted.
 */
import type { LoadMoment } from './load-timeline.ts'
import { percentileOf, sumOf } from './metrics-text.ts'

/** Counters of the server this program reads. */
const SHOTS = 'battalion_shots_judged_total'
const HITS = 'battalion_hits_judged_total'
const CLAMPED = 'battalion_rewind_clamped_total'
const BEHIND_COVER = 'battalion_hits_behind_cover_total'
const VOID = 'battalion_hits_void_total'
const REJECTED = 'battalion_inputs_rejected_total'

/** What the page plots second by second. */
export interface FeelRow {
  readonly hitsConfirmedPercent: number
  readonly hitsBehindCoverPercent: number
  readonly shotAgeMs: number
  readonly ownErrorP99Metres: number
}

/** Figures of the measured window. */
export interface FeelFigures extends FeelRow {
  readonly shotsJudged: number
  readonly shotsUnjudgedPercent: number
  readonly hitsSeen: number
  /** Of all seen, those on enemies who had fallen by then included. */
  readonly hitsConfirmedOfAllPercent: number
  readonly hitsOnFallenPercent: number
  readonly hitsUnseenPercent: number
  /** Of all hits: those that did not count, the target being safe behind cover. */
  readonly hitsVoidPercent: number
  readonly shotsClampedPercent: number
  readonly inputsDroppedPercent: number
}

type Span = { readonly from: LoadMoment; readonly to: LoadMoment }

/** Figures of the time between two moments; errors of the own movement are the last moment's. */
export function feelBetween(from: LoadMoment, to: LoadMoment): FeelRow {
  const gained = gainOf({ from, to })
  const standing = gained('hitsSeen') - gained('hitsOnFallen')
  return {
    hitsConfirmedPercent: percentOf(gained('hitsConfirmed'), standing),
    hitsBehindCoverPercent: serverPercent({ from, to }, BEHIND_COVER, HITS),
    shotAgeMs: percentOf(gained('shotAgeMs'), gained('shotsJudged')) / 100,
    ownErrorP99Metres: percentileOf(to.ownErrorMetres, 0.99),
  }
}

/** All figures of a window; `ownErrorMetres` are the corrections within it. */
export function feelOf(span: Span, ownErrorMetres: readonly number[]): FeelFigures {
  const gained = gainOf(span)
  const judged = gained('shotsJudged')
  const confirmed = gained('hitsConfirmed')
  return {
    ...feelBetween(span.from, span.to),
    ownErrorP99Metres: percentileOf(ownErrorMetres, 0.99),
    shotsJudged: judged,
    shotsUnjudgedPercent: percentOf(gained('shotsUnjudged'), judged + gained('shotsUnjudged')),
    hitsSeen: gained('hitsSeen'),
    hitsConfirmedOfAllPercent: percentOf(confirmed, gained('hitsSeen')),
    hitsOnFallenPercent: percentOf(gained('hitsOnFallen'), gained('hitsSeen')),
    hitsUnseenPercent: percentOf(gained('hitsUnseen'), confirmed + gained('hitsUnseen')),
    hitsVoidPercent: percentOf(
      serverGain(span, VOID),
      serverGain(span, VOID) + serverGain(span, HITS),
    ),
    shotsClampedPercent: serverPercent(span, CLAMPED, SHOTS),
    inputsDroppedPercent: percentOf(droppedOf(span), gained('commandsMade')),
  }
}

type Counted =
  | 'commandsMade'
  | 'shotsJudged'
  | 'shotsUnjudged'
  | 'shotAgeMs'
  | 'hitsSeen'
  | 'hitsConfirmed'
  | 'hitsOnFallen'
  | 'hitsUnseen'

function gainOf({ from, to }: Span): (name: Counted) => number {
  return (name) => to.crowd[name] - from.crowd[name]
}

function serverPercent(span: Span, part: string, whole: string): number {
  return percentOf(serverGain(span, part), serverGain(span, whole))
}

function serverGain({ from, to }: Span, metric: string): number {
  if (from.server === undefined || to.server === undefined) return Number.NaN
  return sumOf(to.server, metric) - sumOf(from.server, metric)
}

/** Commands the server refused; one that claims a future view is carried out all the same. */
function droppedOf({ from, to }: Span): number {
  const future = `${REJECTED}{reason="future"}`
  const kept = (to.server?.values.get(future) ?? 0) - (from.server?.values.get(future) ?? 0)
  return serverGain({ from, to }, REJECTED) - kept
}

function percentOf(part: number, whole: number): number {
  return whole > 0 ? (part * 100) / whole : Number.NaN
}
