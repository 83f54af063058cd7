/**
 * Signing in and up, keeping a guest, a forgotten password, and what the links of mails open. One
 * dialog whose content changes; passwords live in its fields and nowhere else, and go with it.
 */
import { button, el } from '../hud/dom.ts'
import type { SignedIn } from '../session/session-keeper.ts'
import { createField, createForm } from './form.ts'
import type { Field } from './form.ts'
import { createProviderButtons } from './oidc-sign-in.ts'
import type { PeopleHost } from './people-host.ts'
import { problemOf } from './problem-text.ts'

/** What the dialog shows. */
export type AuthPage = 'sign-in' | 'sign-up' | 'forgot'

const NAME_CHARS_MAX = 20
const PASSWORD_HINT = 'At least 8 characters. A short sentence is good.'

export interface AuthDialogPorts {
  readonly host: PeopleHost
  /** The guest who would be kept; undefined for somebody with an account. */
  readonly findGuest: () => { readonly name: string } | undefined
  /** Somebody signed in; `isSame` when it is still the same user. */
  readonly signedIn: (isSame: boolean) => Promise<void>
  readonly say: (title: string, text: string) => void
}

export class AuthDialog {
  readonly root: HTMLDialogElement
  readonly #ports: AuthDialogPorts
  readonly #content = el('div', { class: 'auth-content' })

  constructor(ports: AuthDialogPorts) {
    this.#ports = ports
    const close = button({
      class: 'dialog-close',
      label: 'Close',
      text: '×',
      onClick: () => this.close(),
    })
    this.root = el(
      'dialog',
      { class: 'dialog panel auth', attributes: { 'aria-labelledby': 'auth-title' } },
      close,
      this.#content,
    )
    this.root.addEventListener('close', () => this.#content.replaceChildren())
    ports.host.game.blockWhileOpen(this.root)
  }

  open(page: AuthPage): void {
    if (page === 'sign-in') this.#showSignIn()
    else if (page === 'sign-up') this.#showSignUp()
    else this.#showForgot()
    this.#reveal()
  }

  /** A page of another part: what a provider sent back. */
  openPage(title: string, about: string, parts: readonly HTMLElement[]): void {
    this.#show(title, about, parts)
    this.#reveal()
  }

  /** Somebody has signed in by a page of another part. */
  finish(session: SignedIn): Promise<void> {
    return this.#finish(session)
  }

  /** The link of a mail that sets a password. */
  openReset(token: string): void {
    const password = newPassword('New password')
    this.#show('Set a new password', 'You are signed out everywhere, then sign in with it.', [
      createForm({
        fields: [password],
        submit: 'Set password',
        send: async () => {
          const body = { token, password: password.input.value }
          await this.#ports.host.api.post('/v1/auth/reset-password', { body })
          this.#ports.say('Password set', 'Sign in with it now.')
          this.#showSignIn()
        },
      }),
      this.#link('Ask for another link', 'forgot'),
    ])
    this.#reveal()
  }

  close(): void {
    this.root.close()
  }

  #reveal(): void {
    if (!this.root.open) this.root.showModal()
    this.#content.querySelector('input')?.focus()
  }

  #showSignIn(): void {
    const login = createField({
      name: 'login',
      label: 'Name or e-mail',
      autocomplete: 'username',
      value: this.#ports.host.memory.read('login') ?? '',
    })
    const password = createField({
      name: 'password',
      label: 'Password',
      type: 'password',
      autocomplete: 'current-password',
    })
    const code = createField({ name: 'code', label: 'Code of your app', isCode: true })
    code.root.hidden = true
    code.input.disabled = true
    const guest = this.#ports.findGuest()
    const about =
      guest === undefined
        ? 'Your friends, your party and your chats are where you left them.'
        : `You play as the guest ${guest.name}. Signing in leaves this guest behind; make an account to keep it.`
    this.#show('Sign in', about, [
      createForm({
        fields: [login, password, code],
        submit: 'Sign in',
        send: () => this.#signIn(login, password, code),
        failed: (error) => this.#askForCode(error, code),
      }),
      createProviderButtons(this.#ports.host, 'sign-in'),
      this.#link('Make an account', 'sign-up'),
      this.#link('Forgot your password?', 'forgot'),
    ])
  }

  async #signIn(login: Field, password: Field, code: Field): Promise<void> {
    const { api, memory } = this.#ports.host
    const digits = code.input.value
    const session = await api.post('/v1/auth/login', {
      body: {
        login: login.input.value.trim(),
        password: password.input.value,
        ...(digits === '' ? {} : { code: digits }),
      },
    })
    memory.write('login', login.input.value.trim())
    await this.#finish(session)
  }

  /** The first answer without a code only asks for one; a second one says that it was wrong. */
  #askForCode(error: unknown, code: Field): boolean {
    if (problemOf(error).code !== 'totp_required' || !code.root.hidden) return false
    code.root.hidden = false
    code.input.disabled = false
    code.input.focus()
    return true
  }

  #showSignUp(): void {
    const guest = this.#ports.findGuest()
    const name = createField({
      name: 'name',
      label: 'Name',
      autocomplete: 'username',
      maxLength: NAME_CHARS_MAX,
      value: guest === undefined || /^Guest\b/.test(guest.name) ? '' : guest.name,
      hint: 'What others see, and what you sign in with.',
    })
    const email = createField({
      name: 'email',
      label: 'E-mail',
      type: 'email',
      autocomplete: 'email',
      hint: 'For a new password when you forget yours. We send one mail to check it.',
    })
    const password = newPassword('Password')
    const invite = createField({ name: 'invite', label: 'Invite code', isOptional: true })
    invite.root.hidden = true
    const about =
      guest === undefined
        ? 'Friends, parties and chats that last.'
        : 'You keep everything you have as a guest.'
    this.#show(guest === undefined ? 'Make an account' : 'Keep your guest', about, [
      createForm({
        fields: [name, email, password, invite],
        submit: 'Make account',
        send: async () => {
          const code = invite.input.value.trim()
          const body = {
            name: name.input.value.trim(),
            email: email.input.value.trim(),
            password: password.input.value,
            ...(code === '' ? {} : { inviteCode: code }),
          }
          const { api } = this.#ports.host
          const session = await (guest === undefined
            ? api.post('/v1/auth/signup', { body })
            : api.post('/v1/me/upgrade', { body }))
          await this.#finish(session)
          this.#ports.say('Welcome', `We sent a mail to ${body.email}: open its link.`)
        },
        failed: (error) => {
          if (problemOf(error).code === 'forbidden') invite.root.hidden = false
          return false
        },
      }),
      createProviderButtons(this.#ports.host, guest === undefined ? 'sign-in' : 'link'),
      this.#link('I have an account: sign in', 'sign-in'),
    ])
  }

  #showForgot(): void {
    const email = createField({
      name: 'email',
      label: 'E-mail of your account',
      type: 'email',
      autocomplete: 'email',
    })
    this.#show('Forgot your password?', 'We send a link that lets you set a new one.', [
      createForm({
        fields: [email],
        submit: 'Send the link',
        send: async () => {
          const body = { email: email.input.value.trim() }
          await this.#ports.host.api.post('/v1/auth/forgot-password', { body })
          return 'If there is such an account, a mail is on its way. The link works for an hour.'
        },
      }),
      this.#link('Back to signing in', 'sign-in'),
    ])
  }

  async #finish(session: SignedIn): Promise<void> {
    const { host } = this.#ports
    const isSame = host.session.userId === session.userId
    host.session.adopt(session)
    this.close()
    await this.#ports.signedIn(isSame)
  }

  #link(text: string, page: AuthPage): HTMLElement {
    return button({ class: 'link-button', text, onClick: () => this.open(page) })
  }

  #show(title: string, about: string, parts: readonly HTMLElement[]): void {
    this.#content.replaceChildren(
      el('h2', { text: title, attributes: { id: 'auth-title' } }),
      el('p', { class: 'dialog-where', text: about }),
      ...parts,
    )
  }
}

function newPassword(label: string): Field {
  return createField({
    name: 'password',
    label,
    type: 'password',
    autocomplete: 'new-password',
    hint: PASSWORD_HINT,
    maxLength: 128,
  })
}
