/**
 * The scoreboard: both teams, best first. Rebuilt only while it is open.
 */
import type { Balance } from '@battalion/sim/balance.ts'

import type { RosterView } from '../game/battle-source.ts'
import { teamColour } from '../render/palette.ts'
import { button, el } from './dom.ts'
import { scoreboardTeams } from './hud-model.ts'
import type { ScoreboardTeam } from './hud-model.ts'

const COLUMNS = ['#', 'Soldier', 'Class', 'K', 'D', 'A', 'Score'] as const

export class Scoreboard {
  readonly root: HTMLElement
  readonly #title = el('h2', { class: 'board-title', text: 'Scoreboard' })
  readonly #body = el('div', { class: 'board-teams' })

  constructor(close: () => void) {
    const closing = button({ class: 'ghost-button board-close', text: 'Close', onClick: close })
    this.root = el(
      'section',
      { class: 'board panel', attributes: { 'aria-label': 'Scoreboard', hidden: true } },
      el('header', { class: 'board-head' }, this.#title, closing),
      this.#body,
    )
  }

  get isOpen(): boolean {
    return !this.root.hidden
  }

  show(isOpen: boolean): void {
    this.root.hidden = !isOpen
  }

  update(view: {
    roster: Iterable<RosterView>
    ownId: number
    teamCount: number
    balance: Balance
  }): void {
    const teams = scoreboardTeams(view.roster, view.ownId, view.teamCount)
    this.#body.replaceChildren(...teams.map((team) => createTeam(team, view.ownId, view.balance)))
  }
}

function createTeam(team: ScoreboardTeam, ownId: number, balance: Balance): HTMLElement {
  const head = el(
    'tr',
    {},
    ...COLUMNS.map((name) => el('th', { text: name, attributes: { scope: 'col' } })),
  )
  const body = el('tbody', {}, ...team.rows.map((row) => createRow(row, ownId, balance)))
  const count = team.rows.length + team.hiddenCount
  const caption = el('caption', { text: `${teamColour(team.team).name} · ${count} soldiers` })
  const table = el('table', { class: 'board-table' }, caption, el('thead', {}, head), body)
  const more = team.hiddenCount > 0 ? `and ${team.hiddenCount} more` : ''
  const root = el(
    'div',
    { class: 'board-team' },
    table,
    el('p', { class: 'board-more', text: more }),
  )
  root.style.setProperty('--colour', teamColour(team.team).css)
  return root
}

function createRow(
  row: ScoreboardTeam['rows'][number],
  ownId: number,
  balance: Balance,
): HTMLElement {
  const name = el('td', { class: 'board-name' }, row.name)
  if (row.bot) name.append(el('span', { class: 'board-bot', text: 'bot' }))
  const cells = [
    el('td', { text: String(row.rank) }),
    name,
    el('td', { text: balance.classes[row.classId]?.name ?? '' }),
    ...[row.kills, row.deaths, row.assists, row.score].map((value) =>
      el('td', { text: String(value) }),
    ),
  ]
  const made = el('tr', {}, ...cells)
  if (row.netId === ownId) made.className = 'is-own'
  if (!row.connected) made.classList.add('is-away')
  return made
}
