/** One finished battle: who won, how it went, the own figures, everybody by place, a link. */
import { button, el, setText } from '../hud/dom.ts'
import { formatClock } from '../hud/hud-model.ts'
import { teamColour } from '../render/palette.ts'
import { createAwards } from './award-cards.ts'
import type { HistoryApi, Match, MatchCourse, MatchPlayer, MatchPlayers } from './history-api.ts'
import type { RatingExplained } from './history-api.ts'
import { chartOf, ordinal, OUTCOME_WORDS, outcomeOf, percentOf } from './history-model.ts'
import { shortNumber, titleOf, whenText } from './history-model.ts'
import { createChart } from './match-chart.ts'
import { createRatingView } from './rating-change.ts'
import { createShareButton } from './share-button.ts'

/** Loads a battle and makes its view; rejects with a sentence when it cannot. */
export async function loadMatchView(api: HistoryApi, matchId: string): Promise<HTMLElement> {
  const [match, course, players, rating] = await Promise.all([
    api.match(matchId),
    api.course(matchId),
    api.players(matchId, null),
    // The battle is worth looking at without.
    api.rating(matchId).catch(() => undefined),
  ])
  return createMatchView(api, { match, course, players, rating })
}

interface LoadedMatch {
  readonly match: Match
  readonly course: MatchCourse
  readonly players: MatchPlayers
  readonly rating: RatingExplained | undefined
}

function createMatchView(api: HistoryApi, loaded: LoadedMatch): HTMLElement {
  const { match, course, players, rating } = loaded
  const { me } = match
  const hasTickets = course.samples.some(({ what, amount }) => what === 'tickets' && amount > 0)
  const chart = chartOf(course, match.durationSec, hasTickets ? 'tickets' : 'score')
  const where = `${titleOf(match.mode)} on ${titleOf(match.map)}`
  const when = `${whenText(match.endedAt, new Date())} · ${formatClock(match.durationSec)}`
  return el(
    'article',
    { class: 'match' },
    createHead(match, `${where} · ${when}`),
    ...(me === null ? [] : [createOwn(match, me)]),
    ...(rating === undefined ? [] : [createRatingView(rating)]),
    createChart(chart, match.durationSec),
    // Of a battle of hundreds the first page alone says nothing about who did most.
    ...(players.cursor === null ? [createAwards(players.players.map(toAwarded))] : []),
    createPlayers(api, match, players),
    ...(me === null ? [] : [createShareButton(() => api.share(match.matchId))]),
  )
}

function createHead(match: Match, where: string): HTMLElement {
  const { winner, me, teams } = match
  const outcome = me === null ? undefined : outcomeOf(winner, me.team)
  const title =
    outcome === undefined
      ? winner === null
        ? 'Draw'
        : `${teamColour(winner).name} won`
      : OUTCOME_WORDS[outcome]
  const sides = teams.map(({ team, score, tickets }) => {
    const side = el(
      'div',
      { class: 'result-side' },
      el('span', { text: teamColour(team).name }),
      el('strong', { text: String(score) }),
      el('small', { text: `${tickets} tickets left` }),
    )
    side.style.setProperty('--colour', teamColour(team).css)
    return side
  })
  return el(
    'header',
    { class: `match-head is-${outcome ?? 'drawn'}` },
    el('h3', { text: title }),
    el('p', { class: 'match-where', text: where }),
    el('div', { class: 'result-sides' }, ...sides),
  )
}

function createOwn(match: Match, me: MatchPlayer): HTMLElement {
  const figures: readonly (readonly [string, string])[] = [
    [`of ${match.players}`, ordinal(me.place)],
    ['points', shortNumber(me.score)],
    ['kills', String(me.kills)],
    ['deaths', String(me.deaths)],
    ['assists', String(me.assists)],
    ['captures', String(me.captures)],
    ['damage', shortNumber(me.damageDone)],
    ['of shots hit', percentOf(me.shotsHit, me.shotsFired)],
  ]
  return createFigures(figures, 'Your figures')
}

/** Labels and values in a row that wraps. */
export function createFigures(
  figures: readonly (readonly [string, string])[],
  label: string,
): HTMLElement {
  const items = figures.map(([name, value]) =>
    el('div', {}, el('dd', { text: value }), el('dt', { text: name })),
  )
  const columns = figures.length % 4 === 0 ? 'has-fours' : 'has-sixes'
  return el('dl', { class: `figures ${columns}`, attributes: { 'aria-label': label } }, ...items)
}

const HEADS = ['#', 'Soldier', 'K', 'D', 'A', 'Captures', 'Damage', 'Score']

function createPlayers(api: HistoryApi, match: Match, first: MatchPlayers): HTMLElement {
  const body = el('tbody')
  const heads = HEADS.map((text) => el('th', { text, attributes: { scope: 'col' } }))
  const table = el(
    'table',
    { class: 'board-table result-table' },
    el('thead', {}, el('tr', {}, ...heads)),
    body,
  )
  let cursor: string | null = null
  const add = (page: MatchPlayers) => {
    body.append(...page.players.map((player) => createRow(player, match.me)))
    cursor = page.cursor
    more.hidden = cursor === null
  }
  const more = button({
    class: 'ghost-button',
    text: 'More',
    onClick: () => {
      more.disabled = true
      api.players(match.matchId, cursor).then(add, (error: unknown) => {
        setText(more, error instanceof Error ? error.message : 'That did not work.')
      })
      more.disabled = false
    },
  })
  add(first)
  return el('div', { class: 'match-players' }, table, more)
}

function nameOf({ name, isBot }: MatchPlayer): string {
  return name ?? (isBot ? 'Bot' : 'Hidden player')
}

function toAwarded(player: MatchPlayer) {
  return { ...player, name: nameOf(player) }
}

function createRow(player: MatchPlayer, me: MatchPlayer | null): HTMLElement {
  const name = el('td', { class: 'board-name', text: nameOf(player) })
  name.style.setProperty('--colour', teamColour(player.team).css)
  if (player.hasLeft) name.append(el('small', { text: ' left' }))
  const { kills, deaths, assists, captures, damageDone, score } = player
  const figures = [kills, deaths, assists, captures, damageDone, score]
  const cells = figures.map((value) => el('td', { text: String(value) }))
  const row = el('tr', {}, el('td', { text: String(player.place) }), name, ...cells)
  if (me !== null && me.slot === player.slot) row.className = 'is-own'
  return row
}
