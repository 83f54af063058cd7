/**
 * Signing in by a provider: its buttons, the way there, and what the page does when the browser
 * comes back. A guest is kept by linking: he stays who he is and becomes an account.
 */
import { el, setText } from '../hud/dom.ts'
import type { SignedIn } from '../session/session-keeper.ts'
import { createActionButton, createField, createForm } from './form.ts'
import { keepFlow, readReturn } from './oidc-flow.ts'
import type { OidcReturn } from './oidc-flow.ts'
import type { PeopleHost } from './people-host.ts'
import { problemOf, problemText } from './problem-text.ts'

/** Sign in as whoever the provider says, or link it to who is signed in here. */
export type OidcAim = 'sign-in' | 'link'

export interface OidcPorts {
  readonly host: PeopleHost
  /** Puts a page into the dialog and opens it. */
  readonly show: (title: string, about: string, parts: readonly HTMLElement[]) => void
  readonly finished: (session: SignedIn, label: string) => Promise<void>
}

/** Goes to the provider; the page is left. */
export async function goToProvider(
  host: PeopleHost,
  provider: { readonly id: string; readonly label: string },
  aim: { readonly aim: OidcAim; readonly password?: string },
): Promise<void> {
  const params = { path: { providerId: provider.id } }
  const { api } = host
  const { flow, authorizationUrl } =
    aim.aim === 'link'
      ? await api.post('/v1/me/identities/{providerId}/start', {
          params,
          body: aim.password === undefined ? {} : { password: aim.password },
        })
      : await api.post('/v1/auth/oidc/{providerId}/start', { params, body: {} })
  keepFlow(sessionStorage, { flow, label: provider.label })
  location.assign(authorizationUrl)
}

/** A button for each provider there is; empty where there are none. It fills itself. */
export function createProviderButtons(host: PeopleHost, aim: OidcAim): HTMLElement {
  const row = el('div', { class: 'providers' })
  const problem = el('p', { class: 'form-error', attributes: { role: 'alert' } })
  const fill = async () => {
    const { items } = await host.api.get('/v1/auth/oidc/providers')
    if (items.length === 0) return
    const buttons = items.map((provider) =>
      createActionButton({
        class: 'ghost-button',
        text: `${aim === 'link' ? 'Keep it with' : 'Go on with'} ${provider.label}`,
        run: () => goToProvider(host, provider, { aim }),
        failed: (text) => setText(problem, text),
      }),
    )
    row.replaceChildren(el('span', { class: 'providers-or', text: 'or' }), ...buttons, problem)
  }
  // Without an answer there are no buttons; the form beside them works.
  void fill().catch(() => undefined)
  return row
}

/** Looks at the address now and whenever it changes. */
export function openOidcReturn(ports: OidcPorts): void {
  const look = () => {
    const back = readReturn(sessionStorage, location.hash)
    if (back === undefined) return
    history.replaceState(null, '', location.pathname + location.search)
    if ('refused' in back) return showRefusal(ports, back.label, back.refused)
    showReturn(ports, back)
  }
  addEventListener('hashchange', look)
  look()
}

function showRefusal({ show }: OidcPorts, label: string, text: string): void {
  show(`Signing in with ${label}`, 'You are who you were before.', [
    el('p', { class: 'form-error', text, attributes: { role: 'alert' } }),
  ])
}

/** Finishes at once; asks for a code or an invitation where the server wants one. */
function showReturn(ports: OidcPorts, back: Exclude<OidcReturn, { refused: string }>): void {
  const { label, flow, code, state, iss } = back
  const totp = createField({ name: 'code', label: 'Code of your app', isCode: true })
  const invite = createField({ name: 'invite', label: 'Invite code', isOptional: true })
  for (const field of [totp, invite]) {
    field.root.hidden = true
    field.input.disabled = true
  }
  const send = async () => {
    const session = await ports.host.api.post('/v1/auth/oidc/finish', {
      body: {
        flow,
        code,
        state,
        ...(iss === undefined ? {} : { iss }),
        ...(totp.input.value === '' ? {} : { totpCode: totp.input.value }),
        ...(invite.input.value === '' ? {} : { inviteCode: invite.input.value.trim() }),
      },
    })
    await ports.finished(session, label)
  }
  const failed = (error: unknown) => {
    const wanted = { totp_required: totp, forbidden: invite }[problemOf(error).code as string]
    if (wanted === undefined || !wanted.root.hidden) return false
    wanted.root.hidden = false
    wanted.input.disabled = false
    wanted.input.focus()
    // A refusal for an invitation says why; the first question for a code needs no words.
    return wanted === totp
  }
  const form = createForm({ fields: [totp, invite], submit: 'Go on', send, failed })
  const note = el('p', { class: 'form-hint', text: 'One moment…', attributes: { role: 'status' } })
  form.hidden = true
  ports.show(`Signing in with ${label}`, 'The provider said who you are.', [note, form])
  send().catch((error: unknown) => {
    note.hidden = true
    form.hidden = !failed(error) && invite.root.hidden
    if (totp.root.hidden) {
      form.before(
        el('p', { class: 'form-error', text: problemText(error), attributes: { role: 'alert' } }),
      )
    }
  })
}
