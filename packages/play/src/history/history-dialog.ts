/**
 * "Your battles": what the player came to over all of them, the battles newest first, and one of
 * them in full. A dialog that asks when it is opened; empty, loading and failing are said.
 */
import { button, el } from '../hud/dom.ts'
import { teamColour } from '../render/palette.ts'
import type { HistoryApi, HistoryItem, MatchHistory } from './history-api.ts'
import { ordinal, OUTCOME_WORDS, statFigures, titleOf, whenText } from './history-model.ts'
import { createFigures, loadMatchView } from './match-view.ts'

export class HistoryDialog {
  readonly root = el('dialog', {
    class: 'dialog panel history',
    attributes: { 'aria-labelledby': 'history-title' },
  })
  readonly #api: HistoryApi
  readonly #title = el('h2', { text: 'Your battles', attributes: { id: 'history-title' } })
  readonly #body = el('div', { class: 'history-body', attributes: { 'aria-live': 'polite' } })
  readonly #back: HTMLButtonElement
  /** Answers to an earlier question are not shown over a later one. */
  #question = 0

  constructor(api: HistoryApi) {
    this.#api = api
    this.#back = button({
      class: 'ghost-button',
      text: 'All battles',
      onClick: () => void this.openList(),
    })
    const close = button({ class: 'ghost-button', text: 'Close', onClick: () => this.root.close() })
    const actions = el('div', { class: 'dialog-actions' }, this.#back, close)
    this.root.append(this.#title, this.#body, actions)
  }

  /** Sums and the newest battles. */
  async openList(): Promise<void> {
    this.#open('Your battles', false)
    await this.#load(async () => {
      const [stats, history] = await Promise.all([this.#api.stats(), this.#api.history(null)])
      if (history.items.length === 0) return [createEmpty()]
      return [createFigures(statFigures(stats), 'All your battles'), this.#createList(history)]
    })
  }

  /** One battle. */
  async openMatch(matchId: string): Promise<void> {
    this.#open('The battle', true)
    await this.#load(async () => [await loadMatchView(this.#api, matchId)])
  }

  #open(title: string, isOne: boolean): void {
    this.#title.textContent = title
    this.#back.hidden = !isOne
    if (!this.root.open) this.root.showModal()
  }

  async #load(make: () => Promise<readonly HTMLElement[]>): Promise<void> {
    const question = ++this.#question
    this.#body.replaceChildren(el('p', { class: 'history-note', text: 'Loading…' }))
    let parts: readonly HTMLElement[]
    try {
      parts = await make()
    } catch (error) {
      parts = [createFailure(error)]
    }
    if (question === this.#question) this.#body.replaceChildren(...parts)
  }

  #createList(first: MatchHistory): HTMLElement {
    const list = el('ul', { class: 'history-list' })
    let cursor: string | null = null
    const add = (page: MatchHistory) => {
      list.append(...page.items.map((item) => this.#createItem(item)))
      cursor = page.cursor
      more.hidden = cursor === null
    }
    const more = button({
      class: 'ghost-button',
      text: 'Older battles',
      onClick: () => {
        more.disabled = true
        void this.#api
          .history(cursor)
          .then(add, (error: unknown) => list.append(createFailure(error)))
          .finally(() => (more.disabled = false))
      },
    })
    add(first)
    return el('div', {}, list, more)
  }

  #createItem({ match, player }: HistoryItem): HTMLElement {
    const { outcome, kills, deaths, assists, score, place } = player
    const item = button(
      {
        class: `history-item is-${outcome}`,
        onClick: () => void this.openMatch(match.matchId),
      },
      el('strong', { text: OUTCOME_WORDS[outcome] }),
      el('span', { text: `${titleOf(match.mode)} · ${titleOf(match.map)}` }),
      el('span', { class: 'history-figures', text: `${kills} / ${deaths} / ${assists}` }),
      el('span', { text: `${score} points` }),
      el('span', { text: `${ordinal(place)} of ${match.players}` }),
      el('time', { text: whenText(match.endedAt, new Date()) }),
    )
    item.style.setProperty('--colour', teamColour(player.team).css)
    return el('li', {}, item)
  }
}

function createEmpty(): HTMLElement {
  return el('p', {
    class: 'history-note',
    text: 'No battle yet. One that you see to its end, or leave early, stands here.',
  })
}

function createFailure(error: unknown): HTMLElement {
  const text = error instanceof Error ? error.message : 'That did not work.'
  return el('p', { class: 'history-note is-bad', text, attributes: { role: 'alert' } })
}
