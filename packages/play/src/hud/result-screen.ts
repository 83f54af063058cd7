/**
 * The end of a battle: who won, the best soldiers, and the player's own line.
 */
import type { ResultView } from '../game/battle-source.ts'
import { teamColour } from '../render/palette.ts'
import { button, el } from './dom.ts'
import { formatClock, isOwnRow } from './hud-model.ts'

/** Lines of the table; the own line is added when it is further down. */
const RESULT_ROWS_MAX = 8

export class ResultScreen {
  readonly root = el('section', {
    class: 'result panel',
    attributes: { 'aria-label': 'Result of the battle', hidden: true },
  })

  show(result: ResultView, ownId: number): void {
    const winner = result.winner
    const title = winner === null ? 'Draw' : `${teamColour(winner).name} wins`
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
      el('div', { class: 'result-sides' }, ...scores),
      createTable(result, ownId),
      button({ class: 'ghost-button', text: 'Close', onClick: () => this.hide() }),
    )
    this.root.style.setProperty('--colour', teamColour(winner ?? -1).css)
    this.root.hidden = false
  }

  hide(): void {
    this.root.hidden = true
  }
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
