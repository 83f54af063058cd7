/**
 * Another e-mail address: asked for with the password, proved by the link of a mail to the new one
 * (`mail-link.ts` opens it). Until then the old one stays, and the page says so.
 */
import { el } from '../hud/dom.ts'
import { createField, createForm } from './form.ts'
import { createNoPassword } from './no-password.ts'
import type { PeopleContext } from './people-context.ts'
import type { Me } from './people-desk.ts'

/** The page. */
export function createEmailPage({ host }: PeopleContext, me: Me): HTMLElement {
  const present = me.email ?? ''
  const next = createField({
    name: 'email',
    label: 'New address',
    type: 'email',
    autocomplete: 'email',
    hint: 'We send a mail there. Nothing changes until you open its link.',
  })
  const password = createField({
    name: 'current',
    label: 'Your password',
    type: 'password',
    autocomplete: 'current-password',
  })
  // Password managers want to know whose password this is.
  const user = el('input', { attributes: { type: 'text', autocomplete: 'username', hidden: true } })
  user.value = me.name
  const form = createForm({
    fields: [{ root: user }, next, password],
    submit: 'Send the mail',
    send: async () => {
      const email = next.input.value.trim()
      await host.api.post('/v1/me/email', { body: { email, password: password.input.value } })
      next.input.value = ''
      password.input.value = ''
      return `If ${email} is free, a mail is on its way there: open its link within two days.`
    },
  })
  const words = me.emailVerified ? 'Your address now' : 'Your address now, not proved yet'
  return el(
    'div',
    { class: 'sheet' },
    el('p', { class: 'sheet-words' }, `${words}: `, el('b', { text: present })),
    me.hasPassword ? form : createNoPassword(),
  )
}
