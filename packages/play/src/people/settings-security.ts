/** Another password, the second factor (a QR code for an app, proved by a code), providers. */
import { el } from '../hud/dom.ts'
import { createField, createForm } from './form.ts'
import { createNoPassword } from './no-password.ts'
import type { PeopleContext } from './people-context.ts'
import type { Me } from './people-desk.ts'
import { createQrPicture } from './qr-picture.ts'
import { createProvidersPart } from './settings-providers.ts'

const PASSWORD_CHARS_MAX = 128

/** The page. */
export function createSecurityPage(context: PeopleContext, me: Me): HTMLElement {
  return el(
    'div',
    { class: 'sheet' },
    me.hasPassword ? createPasswordForm(context, me) : createNoPassword(),
    createFactorPart(context, me),
    createProvidersPart(context, me),
  )
}

function createPasswordForm(context: PeopleContext, me: Me): HTMLElement {
  // Password managers want to know whose password this is.
  const user = el('input', { attributes: { type: 'text', autocomplete: 'username', hidden: true } })
  user.value = me.name
  const current = createField({
    name: 'current',
    label: 'Present password',
    type: 'password',
    autocomplete: 'current-password',
  })
  const next = createField({
    name: 'next',
    label: 'New password',
    type: 'password',
    autocomplete: 'new-password',
    hint: 'All other devices are signed out.',
    maxLength: PASSWORD_CHARS_MAX,
  })
  return createForm({
    fields: [{ root: user }, current, next],
    submit: 'Change password',
    send: async () => {
      const { api, session, game } = context.host
      const signedIn = await api.post('/v1/me/password', {
        body: { currentPassword: current.input.value, newPassword: next.input.value },
      })
      session.adopt(signedIn)
      current.input.value = ''
      next.input.value = ''
      await game.reenter()
      context.desk.connect()
      return 'Changed. Other devices are signed out.'
    },
  })
}

function createFactorPart(context: PeopleContext, me: Me): HTMLElement {
  const part = el('section', { class: 'group factor' })
  const password = createField({
    name: 'password',
    label: 'Your password',
    type: 'password',
    autocomplete: 'current-password',
    maxLength: PASSWORD_CHARS_MAX,
  })
  const form = createForm({
    fields: me.hasPassword ? [password] : [],
    submit: 'Set up a second factor',
    send: async () => {
      const body = me.hasPassword ? { password: password.input.value } : {}
      showKey(context, part, await context.host.api.post('/v1/me/totp', { body }))
    },
  })
  part.append(
    el('h3', { text: 'Second factor' }),
    el('p', {
      class: 'sheet-words',
      text: 'An app on your phone gives six digits that are asked for at each sign-in. A stolen password is then not enough.',
    }),
    form,
  )
  return part
}

/** What the app takes in, and the code that proves that it did. */
function showKey(
  context: PeopleContext,
  part: HTMLElement,
  { secret, uri }: { readonly secret: string; readonly uri: string },
): void {
  const title = el('h3', { text: 'Second factor' })
  const code = createField({ name: 'code', label: 'Six digits of the app', isCode: true })
  const form = createForm({
    fields: [code],
    submit: 'Confirm',
    send: async () => {
      const body = { code: code.input.value }
      await context.host.api.post('/v1/me/totp/confirm', { body })
      const done = el('p', {
        class: 'form-done',
        text: 'Set. Each sign-in asks for a code from now on; other devices are signed out.',
        attributes: { role: 'status' },
      })
      part.replaceChildren(title, done)
    },
  })
  part.replaceChildren(
    title,
    el('p', {
      class: 'sheet-words',
      text: 'Scan this with an authenticator app, or type the key.',
    }),
    createQrPicture(uri, 'QR code for an authenticator app'),
    el('code', { class: 'secret', text: secret.replace(/(.{4})(?=.)/g, '$1 ') }),
    form,
  )
  code.input.focus()
}
