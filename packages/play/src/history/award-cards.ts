/** Who did most of what, as cards in the colour of their teams. */
import { el } from '../hud/dom.ts'
import { teamColour } from '../render/palette.ts'
import { awardsOf } from './history-model.ts'
import type { AwardedPlayer } from './history-model.ts'

/** The cards; none when nobody did anything. */
export function createAwards(players: readonly AwardedPlayer[]): HTMLElement {
  const cards = awardsOf(players).map(({ title, name, team, figure }) => {
    const card = el(
      'li',
      { class: 'award' },
      el('small', { text: title }),
      el('strong', { text: name }),
      el('span', { text: figure }),
    )
    card.style.setProperty('--colour', teamColour(team).css)
    return card
  })
  const list = el('ul', { class: 'awards', attributes: { 'aria-label': 'Awards' } }, ...cards)
  list.hidden = cards.length === 0
  return list
}
