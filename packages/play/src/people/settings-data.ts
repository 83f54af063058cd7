/** One's data: a copy as a file, and deletion, which asks for the password once more. */
import { el } from '../hud/dom.ts'
import { createActionButton, createField, createForm } from './form.ts'
import type { PeopleContext } from './people-context.ts'
import type { Me } from './people-desk.ts'

/** The page. */
export function createDataPage(context: PeopleContext, me: Me): HTMLElement {
  return el('div', { class: 'sheet' }, createCopyPart(context), createDeletePart(context, me))
}

function createCopyPart(context: PeopleContext): HTMLElement {
  const copy = createActionButton({
    class: 'ghost-button',
    text: 'Download my data',
    run: async () => save(await context.host.api.get('/v1/me/export')),
    failed: context.fail,
  })
  return el(
    'section',
    { class: 'group' },
    el('p', { class: 'sheet-words', text: 'Everything this server keeps about you, as one file.' }),
    copy,
  )
}

function save(data: unknown): void {
  const blob = new Blob([JSON.stringify(data, undefined, 2)], { type: 'application/json' })
  const url = URL.createObjectURL(blob)
  const link = el('a', { attributes: { href: url, download: 'battalion-my-data.json' } })
  document.body.append(link)
  link.click()
  link.remove()
  // The browser has read it by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

function createDeletePart(context: PeopleContext, me: Me): HTMLElement {
  const isAccount = me.kind === 'account'
  const password = createField({
    name: 'password',
    label: 'Your password',
    type: 'password',
    autocomplete: 'current-password',
  })
  const sure = createField({ name: 'sure', label: 'Type DELETE', maxLength: 6 })
  const form = createForm({
    fields: me.hasPassword ? [password, sure] : [sure],
    submit: isAccount ? 'Delete my account' : 'Delete this guest',
    isDangerous: true,
    send: async () => {
      if (sure.input.value.trim().toUpperCase() !== 'DELETE') {
        throw { code: 'invalid_request', message: 'Type DELETE to say that you are sure.' }
      }
      const body = me.hasPassword ? { password: password.input.value } : {}
      await context.host.api.post('/v1/me/delete', { body })
      await context.signedOut()
      context.say('Deleted', 'Everything that was yours is gone.')
    },
  })
  return el(
    'section',
    { class: 'group danger' },
    el('h3', { text: 'Delete' }),
    el('p', {
      class: 'sheet-words',
      text: 'Friends, chats and settings are gone at once and for good; results of battles keep “Deleted” in your place.',
    }),
    form,
  )
}
