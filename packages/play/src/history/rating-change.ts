/**
 * A rating's change to look at: from where to where, and the reasons with their points as bars to
 * both sides of a middle line. The texts are the server's.
 */
import { el } from '../hud/dom.ts'
import type { RatingExplained } from './history-api.ts'
import { ratingBars, ratingWay, signed } from './history-model.ts'

/** What is drawn of it. */
export type RatingTold = Pick<RatingExplained, 'isRated' | 'before' | 'after' | 'summary' | 'parts'>

const PART_NAMES: Readonly<Record<RatingTold['parts'][number]['kind'], string>> = {
  performance: 'Your own game',
  team: 'Your team',
  certainty: 'How sure we are',
}

/** One line: `1520 → 1534 ▲ 14`, or why there is none. */
export function createRatingLine(told: RatingTold): HTMLElement {
  const { isRated, before, after, summary } = told
  if (!isRated || before === null || after === null) {
    return el('p', { class: 'rating-line is-unrated', text: summary })
  }
  const way = ratingWay(before, after)
  return el(
    'p',
    { class: `rating-line is-${way.name}` },
    el('span', { text: 'Rating' }),
    el('span', { class: 'rating-before', text: String(before) }),
    el('span', { text: '→', attributes: { 'aria-label': 'to' } }),
    el('strong', { text: String(after) }),
    el('span', { class: 'rating-change', text: `${way.mark} ${way.text}` }),
  )
}

/** The line and its reasons. */
export function createRatingView(told: RatingTold): HTMLElement {
  const view = el(
    'section',
    { class: 'rating', attributes: { 'aria-label': 'Your rating' } },
    createRatingLine(told),
  )
  if (!told.isRated) return view
  const rows = ratingBars(told.parts).map(({ kind, points, text, from, width }) => {
    const bar = el('i', { class: points < 0 ? 'is-down' : 'is-up' })
    bar.style.left = `${from}%`
    bar.style.width = `${width}%`
    return el(
      'li',
      {},
      el('b', { text: PART_NAMES[kind] }),
      el('span', { class: 'rating-bar', attributes: { 'aria-hidden': 'true' } }, bar),
      el('span', { class: 'rating-points', text: signed(points) }),
      el('small', { text }),
    )
  })
  view.append(el('ul', { class: 'rating-parts' }, ...rows))
  return view
}
