/**
 * The end of a battle: how it went for the player, who won by how much, who did most of what, the
 * best soldiers and the player's own line, and a way to the battle's details.
 */
import type { BattleStateView, ResultView } from '../game/battle-source.ts'
import { createAwards } from '../history/award-cards.ts'
import { OUTCOME_WORDS, ordinal, outcomeOf, ratioOf } from '../history/history-model.ts'
import { createRatingLine } from '../history/rating-change.ts'
import type { RatingTold } from '../history/rating-change.ts'
import { teamColour } from '../render/palette.ts'
import { button, el } from './dom.ts'
import { formatClock, isOwnRow, isResultOver } from './hud-model.ts'
import type { ToldResult } from './hud-model.ts'

/** Lines of the table; the own line is added when it is further down. */
const RESULT_ROWS_MAX = 8

export class ResultScreen {
  readonly root = el('section', {
    class: 'result panel',
    attributes: { 'aria-label': 'Result of the battle', hidden: true },
  })

  #told: ToldResult | undefined

  /** Opens a battle's details; without it there is no way to them. */
  onDetails: ((matchId: string) => void) | undefined
  /** What the battle did to the player's rating, once that is known. */
  findRating: ((matchId: string) => Promise<RatingTold | undefined>) | undefined

  show(result: ResultView, ownId: number): void {
    const winner = result.winner
    const title = winner === null ? 'Draw' : `${teamColour(winner).name} wins`
    const own = result.players.find((player) => isOwnRow(player, ownId))
    const scores = result.teams.map((team) => {
      const side = el(
        'div',
        { class: 'result-side' },
        el('span', { text: teamColour(team.team).name }),
        el('strong', { text: String(team.tickets) }),
        el('small', { text: `${team.score} points` }),
      )
      side.style.setProperty('--colour', teamColour(team.team).css)
      return side
    })
    this.root.replaceChildren(
      el('p', {
        class: 'result-over',
        text: `Battle over after ${formatClock(result.durationSec)}`,
      }),
      el('h2', { class: 'result-title', text: title }),
      ...(own === undefined ? [] : [createOwnLine(result, own), this.#createRating(result)]),
      el('div', { class: 'result-sides' }, ...scores),
      createShareBar(result),
      createAwards(result.players),
      createTable(result, ownId),
      this.#createActions(result),
    )
    this.root.style.setProperty('--colour', teamColour(winner ?? -1).css)
    this.#told = { matchId: result.matchId, wasEnded: false }
    this.root.hidden = false
  }

  hide(): void {
    this.root.hidden = true
  }

  /** Goes with its battle. */
  follow(state: BattleStateView): void {
    if (this.root.hidden || this.#told === undefined) return
    if (state.phase === 'ended') this.#told.wasEnded = true
    this.root.hidden = isResultOver(this.#told, state)
  }

  /** Comes a moment after the result, and is read out then. */
  #createRating({ matchId }: ResultView): HTMLElement {
    const place = el('div', { class: 'result-rating', attributes: { role: 'status' } })
    if (this.findRating === undefined || matchId === undefined) return place
    place.append(el('p', { class: 'rating-line is-waiting', text: 'Your rating is worked out…' }))
    const say = (told: RatingTold | undefined) => {
      place.replaceChildren(...(told === undefined ? [] : [createRatingLine(told)]))
    }
    void this.findRating(matchId).then(say, () => say(undefined))
    return place
  }

  #createActions({ matchId }: ResultView): HTMLElement {
    const actions = el('div', { class: 'result-actions' })
    if (this.onDetails !== undefined && matchId !== undefined) {
      const onClick = () => this.onDetails?.(matchId)
      actions.append(button({ class: 'primary-button', text: 'How it went', onClick }))
    }
    actions.append(button({ class: 'ghost-button', text: 'Close', onClick: () => this.hide() }))
    return actions
  }
}

/** "Victory: 3rd of 120, 12 kills, 2.4 a death." */
function createOwnLine(result: ResultView, own: ResultView['players'][number]): HTMLElement {
  const outcome = outcomeOf(result.winner, own.team)
  const place = result.players.indexOf(own) + 1
  const ratio = ratioOf(own.kills, own.deaths)
  const text = `${ordinal(place)}, ${own.score} points, ${own.kills} kills, ${ratio} a death`
  const line = el('p', { class: `result-own is-${outcome}` })
  line.append(el('strong', { text: OUTCOME_WORDS[outcome] }), ` · ${text}`)
  return line
}

/** How the points were shared between the teams, as one bar. */
function createShareBar({ teams }: ResultView): HTMLElement {
  const whole = Math.max(
    1,
    teams.reduce((sum, { score }) => sum + Math.max(0, score), 0),
  )
  const parts = teams.map(({ team, score }) => {
    const part = el('i')
    part.style.setProperty('--colour', teamColour(team).css)
    part.style.width = `${(100 * Math.max(0, score)) / whole}%`
    return part
  })
  return el('div', { class: 'share-bar', attributes: { 'aria-hidden': 'true' } }, ...parts)
}

function createTable(result: ResultView, ownId: number): HTMLElement {
  const names = ['#', 'Soldier', 'K', 'D', 'A', 'Captures', 'Damage', 'Score']
  const head = el(
    'tr',
    {},
    ...names.map((name) => el('th', { text: name, attributes: { scope: 'col' } })),
  )
  const rows = result.players.map((player, index) => ({ player, rank: index + 1 }))
  const shown = rows.slice(0, RESULT_ROWS_MAX)
  const own = rows.find(({ player }) => isOwnRow(player, ownId))
  if (own !== undefined && own.rank > RESULT_ROWS_MAX) shown.push(own)
  const body = shown.map(({ player, rank }) => {
    const name = el('td', { class: 'board-name', text: player.name })
    name.style.setProperty('--colour', teamColour(player.team).css)
    const { kills, deaths, assists, captures, damageDone, score } = player
    const figures = [kills, deaths, assists, captures, damageDone, score]
    const cells = figures.map((value) => el('td', { text: String(value) }))
    const row = el('tr', {}, el('td', { text: String(rank) }), name, ...cells)
    if (isOwnRow(player, ownId)) row.className = 'is-own'
    return row
  })
  return el(
    'table',
    { class: 'board-table result-table' },
    el('thead', {}, head),
    el('tbody', {}, ...body),
  )
}
