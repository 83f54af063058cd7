/**
 * Cards to choose a class from: a radio group, so that keyboard and screen reader work as expected.
 */
import type { Balance } from '@battalion/sim/balance.ts'

import { classGlyph, GLYPH_PATHS } from '../render/soldier-sprites.ts'
import { el, icon } from './dom.ts'
import { classCards } from './hud-model.ts'
import type { ClassCard } from './hud-model.ts'

export interface ClassPicker {
  readonly root: HTMLElement
  readonly chosenId: string
  choose(classId: string): void
}

/** Builds the cards; `changed` is called with the class id when the player picks another. */
export function createClassPicker(
  balance: Balance,
  options: { name: string; isCompact: boolean; changed: (classId: string) => void },
): ClassPicker {
  const cards = classCards(balance)
  let chosenId = cards[0]?.id ?? ''
  const inputs = new Map<string, HTMLInputElement>()
  const root = el('div', {
    class: options.isCompact ? 'classes is-compact' : 'classes',
    attributes: { role: 'radiogroup', 'aria-label': 'Class' },
  })
  for (const card of cards) {
    const input = el('input', { attributes: { type: 'radio', name: options.name, value: card.id } })
    input.checked = card.id === chosenId
    input.addEventListener('change', () => {
      chosenId = card.id
      options.changed(card.id)
    })
    inputs.set(card.id, input)
    root.append(createCard(card, input, GLYPH_PATHS[classGlyph(balance, card.index)]))
  }
  return {
    root,
    get chosenId() {
      return chosenId
    },
    choose(classId) {
      const input = inputs.get(classId)
      if (input === undefined) return
      input.checked = true
      chosenId = classId
    },
  }
}

function createCard(card: ClassCard, input: HTMLInputElement, glyph: string): HTMLElement {
  const bars = card.bars.map(({ name, share }) => {
    const bar = el('span', {
      class: 'class-bar',
      attributes: { role: 'img', 'aria-label': `${name} ${Math.round(share * 100)} %` },
    })
    bar.style.setProperty('--share', share.toFixed(2))
    return el('span', { class: 'class-measure' }, el('span', { text: name }), bar)
  })
  return el(
    'label',
    { class: 'class-card' },
    input,
    el(
      'span',
      { class: 'class-head' },
      icon(glyph, { size: 48, isCentred: true }),
      el('strong', { text: card.name }),
    ),
    el('span', { class: 'class-kit', text: card.weapon }),
    el('span', { class: 'class-bars' }, ...bars),
    el('span', { class: 'class-ability' }, el('b', { text: card.ability }), ` ${card.abilityText}`),
  )
}
