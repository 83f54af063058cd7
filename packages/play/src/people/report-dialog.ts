/** Reporting a line: why, and a note. The lines around it go along as evidence. */
import type { HomeLine } from '@battalion/client/home-messages.ts'

import { button, el } from '../hud/dom.ts'
import { createField, createForm, createSelect } from './form.ts'
import { REPORT_REASONS } from './people-actions.ts'
import type { ReportReason } from './people-actions.ts'
import type { PeopleContext } from './people-context.ts'

const NOTE_CHARS_MAX = 500

/** Opens it. */
export function openReport(context: PeopleContext, line: HomeLine): void {
  const reason = createSelect({
    name: 'reason',
    label: 'What is wrong?',
    value: 'insult',
    choices: REPORT_REASONS,
  })
  const note = createField({
    name: 'note',
    label: 'Anything a moderator should know (may be empty)',
    isOptional: true,
    maxLength: NOTE_CHARS_MAX,
  })
  const name = context.desk.names.nameOf(line.authorId)
  const form = createForm({
    fields: [reason, note],
    submit: 'Report',
    send: async () => {
      await context.actions.report(line, reason.input.value as ReportReason, note.input.value)
      dialog.close()
      context.say('Reported', 'A moderator will look at it.')
    },
  })
  const dialog: HTMLDialogElement = el(
    'dialog',
    { class: 'dialog panel auth', attributes: { 'aria-labelledby': 'report-title' } },
    button({ class: 'dialog-close', label: 'Close', text: '×', onClick: () => dialog.close() }),
    el('h2', { text: 'Report a line', attributes: { id: 'report-title' } }),
    el(
      'blockquote',
      { class: 'quote' },
      el('b', { text: name }),
      el('span', { text: line.text ?? '' }),
    ),
    form,
  )
  dialog.addEventListener('close', () => dialog.remove())
  context.host.game.blockWhileOpen(dialog)
  context.host.hud.append(dialog)
  dialog.showModal()
}
