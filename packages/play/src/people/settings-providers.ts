/** Providers one signs in by: those that are linked, and linking another; never the last way in. */
import { el } from '../hud/dom.ts'
import { createField, createForm, createSelect } from './form.ts'
import { goToProvider } from './oidc-sign-in.ts'
import type { PeopleContext } from './people-context.ts'
import type { Me } from './people-desk.ts'
import { problemText } from './problem-text.ts'
import { createSureButton } from './sure-button.ts'

const PASSWORD_CHARS_MAX = 128

interface Provider {
  readonly id: string
  readonly label: string
}

/** The part of a settings page; it fills itself and stays empty where there are no providers. */
export function createProvidersPart(context: PeopleContext, me: Me): HTMLElement {
  const part = el('section', { class: 'group' })
  void fill(context, me, part)
  return part
}

async function fill(context: PeopleContext, me: Me, part: HTMLElement): Promise<void> {
  const { api } = context.host
  try {
    const [{ items: all }, { items: linked }] = await Promise.all([
      api.get('/v1/auth/oidc/providers'),
      api.get('/v1/me/identities'),
    ])
    if (all.length + linked.length === 0) return
    const done = () => void fill(context, me, part)
    const rows = linked.map(({ providerId, label }) =>
      createRow(context, { id: providerId, label }, done),
    )
    const others = all.filter(({ id }) => linked.every(({ providerId }) => providerId !== id))
    part.replaceChildren(
      el('h3', { text: 'Sign in by others' }),
      el('ul', { class: 'rows' }, ...rows),
      ...(others.length === 0 ? [] : [createLinkForm(context, me, others)]),
    )
  } catch (error) {
    part.replaceChildren(el('p', { class: 'form-error', text: problemText(error) }))
  }
}

function createRow(context: PeopleContext, provider: Provider, done: () => void): HTMLElement {
  const { id, label } = provider
  const words = el('span', { class: 'row-words' }, el('b', { text: label }))
  const remove = createSureButton({
    text: 'Take away',
    label: `Take away: ${label}`,
    question: `Really sign in by ${label} no more?`,
    run: async () => {
      const path = { providerId: id }
      await context.host.api.delete('/v1/me/identities/{providerId}', { params: { path } })
      done()
    },
    failed: context.fail,
  })
  return el('li', { class: 'row' }, words, remove)
}

function createLinkForm({ host }: PeopleContext, me: Me, others: readonly Provider[]): HTMLElement {
  const which = createSelect({
    name: 'provider',
    label: 'Another one',
    value: others[0]!.id,
    choices: others.map(({ id, label }) => [id, label] as const),
  })
  const password = createField({
    name: 'password',
    label: 'Your password',
    type: 'password',
    autocomplete: 'current-password',
    maxLength: PASSWORD_CHARS_MAX,
  })
  return createForm({
    fields: me.hasPassword ? [which, password] : [which],
    submit: 'Link it',
    send: async () => {
      const provider = others.find(({ id }) => id === which.input.value) ?? others[0]!
      await goToProvider(host, provider, {
        aim: 'link',
        ...(me.hasPassword ? { password: password.input.value } : {}),
      })
    },
  })
}
