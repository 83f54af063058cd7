/**
 * The strip at the top: tickets of both sides, the clock, one chip per objective.
 */
import type { BattleStateView, ObjectiveView, TeamView } from '../game/battle-source.ts'
import { teamColour } from '../render/palette.ts'
import { el, setStyle, setText } from './dom.ts'
import { formatClock, objectiveChips, phaseText } from './hud-model.ts'

export class TopStrip {
  readonly root = el('div', { class: 'strip panel', attributes: { role: 'status' } })
  readonly #clock = el('span', { class: 'strip-clock' })
  readonly #phase = el('span', { class: 'strip-phase' })
  readonly #chips = el('div', { class: 'strip-chips' })
  readonly #sides: {
    root: HTMLElement
    value: HTMLElement
    bar: HTMLElement
    name: HTMLElement
  }[] = []
  #chipNodes: { root: HTMLElement; ring: HTMLElement; letter: HTMLElement }[] = []

  constructor() {
    for (const team of [0, 1]) this.#sides.push(createSide(team))
    const middle = el('div', { class: 'strip-middle' }, this.#phase, this.#clock)
    this.root.append(this.#sides[0]!.root, middle, this.#sides[1]!.root)
  }

  /** The chips live on their own row under the strip. */
  get chips(): HTMLElement {
    return this.#chips
  }

  update(state: BattleStateView, objectives: readonly ObjectiveView[], ticketsFull: number): void {
    setText(this.#clock, formatClock(state.timeLeftSec))
    setText(this.#phase, phaseText(state.phase))
    const teams: TeamView[] = [...state.teams]
    for (const [index, side] of this.#sides.entries()) {
      const tickets = teams[index]?.tickets ?? 0
      setText(side.value, String(tickets))
      const share = ticketsFull <= 0 ? 0 : Math.min(1, Math.max(0, tickets / ticketsFull))
      setStyle(side.bar, '--share', share.toFixed(3))
      side.root.title = `${teamColour(index).name}: ${teams[index]?.playerCount ?? 0} soldiers`
    }
    this.#updateChips(objectives)
  }

  #updateChips(objectives: readonly ObjectiveView[]): void {
    const chips = objectiveChips(objectives)
    if (chips.length !== this.#chipNodes.length) {
      this.#chipNodes = chips.map(() => createChip())
      this.#chips.replaceChildren(...this.#chipNodes.map((node) => node.root))
    }
    for (const [index, chip] of chips.entries()) {
      const node = this.#chipNodes[index]!
      setText(node.letter, chip.letter)
      setStyle(node.root, '--colour', chip.colour)
      setStyle(node.root, '--taker', chip.takerColour)
      setStyle(node.root, '--progress', chip.progress.toFixed(2))
      if (node.root.title !== chip.label) {
        node.root.title = chip.label
        node.root.setAttribute('aria-label', chip.label)
      }
    }
  }
}

function createSide(team: number): {
  root: HTMLElement
  value: HTMLElement
  bar: HTMLElement
  name: HTMLElement
} {
  const value = el('span', { class: 'side-value' })
  const bar = el('span', { class: 'side-bar' })
  const name = el('span', { class: 'side-name', text: teamColour(team).name })
  const root = el('div', { class: `side side-${team}` }, name, value, bar)
  root.style.setProperty('--colour', teamColour(team).css)
  return { root, value, bar, name }
}

function createChip(): { root: HTMLElement; ring: HTMLElement; letter: HTMLElement } {
  const letter = el('span', { class: 'chip-letter' })
  const ring = el('span', { class: 'chip-ring' })
  const root = el('div', { class: 'chip', attributes: { role: 'img' } }, ring, letter)
  return { root, ring, letter }
}
