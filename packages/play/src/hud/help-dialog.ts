/**
 * Which key does what, for players and for watchers.
 */
import { PLAYER_HELP, SPECTATOR_HELP } from '../input/key-bindings.ts'
import type { KeyHelp } from '../input/key-bindings.ts'
import { button, el } from './dom.ts'

const HELP_TEXT =
  'Hold the circles to drain the other side’s tickets. Fallen soldiers can be revived for a ' +
  'while; stay behind cover and near your squad.'

/** Builds the dialog; open it with `showModal`. */
export function createHelpDialog(): HTMLDialogElement {
  const dialog: HTMLDialogElement = el(
    'dialog',
    { class: 'dialog panel help', attributes: { 'aria-labelledby': 'help-title' } },
    el('h2', { text: 'How to play', attributes: { id: 'help-title' } }),
    el('p', {
      class: 'dialog-where',
      text: HELP_TEXT,
    }),
    el(
      'div',
      { class: 'help-columns' },
      createList('Playing', PLAYER_HELP),
      createList('Watching', SPECTATOR_HELP),
    ),
    button({ class: 'primary-button', text: 'Got it', onClick: () => dialog.close() }),
  )
  return dialog
}

function createList(title: string, help: readonly KeyHelp[]): HTMLElement {
  const rows = help.flatMap(({ keys, meaning }) => [
    el('dt', {}, el('kbd', { text: keys })),
    el('dd', { text: meaning }),
  ])
  return el('div', {}, el('h3', { text: title }), el('dl', { class: 'help-list' }, ...rows))
}
