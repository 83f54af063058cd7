/**
 * Who one is: a guest who may stay for good, or an account with its settings. A page of settings
 * takes the place of the list and goes back to it.
 */
import { button, el } from '../hud/dom.ts'
import { createActionButton } from './form.ts'
import type { PeopleContext, Sheet } from './people-context.ts'
import type { Me } from './people-desk.ts'
import { createAvatar } from './row.ts'
import { createDataPage } from './settings-data.ts'
import { createDevicesPage } from './settings-devices.ts'
import { createEmailPage } from './settings-email.ts'
import { createLookPage } from './settings-look.ts'
import { createMailPage } from './settings-mail.ts'
import { createProfilePage } from './settings-profile.ts'
import { createSecurityPage } from './settings-security.ts'
import { redraw } from './tab-row.ts'

/** A page of settings: its title, who has it, what it holds. */
interface SettingsPage {
  readonly title: string
  readonly about: string
  readonly isForAccounts: boolean
  readonly create: (context: PeopleContext, me: Me) => HTMLElement
}

const PAGES: readonly SettingsPage[] = [
  {
    title: 'Profile and privacy',
    about: 'Name, language, who may write to you',
    isForAccounts: false,
    create: createProfilePage,
  },
  {
    title: 'Password and second factor',
    about: 'How you sign in',
    isForAccounts: true,
    create: createSecurityPage,
  },
  {
    title: 'E-mail address',
    about: 'Where our mails reach you',
    isForAccounts: true,
    create: createEmailPage,
  },
  {
    title: 'Devices',
    about: 'Where you are signed in',
    isForAccounts: false,
    create: createDevicesPage,
  },
  {
    title: 'Mails',
    about: 'Which ones you take',
    isForAccounts: true,
    create: createMailPage,
  },
  { title: 'Look', about: 'Light or dark', isForAccounts: false, create: createLookPage },
  {
    title: 'Your data',
    about: 'Take it with you, or delete it',
    isForAccounts: false,
    create: createDataPage,
  },
]

export class AccountSheet implements Sheet {
  readonly root = el('div', { class: 'sheet' })
  readonly #context: PeopleContext
  #page: SettingsPage | undefined
  #shown = ''
  #userId: string | undefined

  constructor(context: PeopleContext) {
    this.#context = context
  }

  update(): void {
    const { me } = this.#context.desk
    // Another user's settings are not gone on with.
    if (me?.userId !== this.#userId) this.#page = undefined
    this.#userId = me?.userId
    // A page with fields is not drawn anew under the hands that fill them.
    const about = this.#page === undefined ? me : [this.#page.title, me?.userId]
    const shown = JSON.stringify(about) ?? 'nobody'
    if (shown === this.#shown) return
    this.#shown = shown
    if (me === undefined) {
      redraw(this.root, [el('p', { class: 'empty', text: 'Connecting…' })])
    } else if (this.#page === undefined) redraw(this.root, this.#createList(me))
    else redraw(this.root, this.#createPage(this.#page, me))
  }

  #createList(me: Me): HTMLElement[] {
    const isAccount = me.kind === 'account'
    return [
      createCard(me),
      ...(isAccount ? this.#accountParts(me) : this.#guestParts()),
      el(
        'ul',
        { class: 'rows' },
        ...PAGES.filter((page) => isAccount || !page.isForAccounts).map((page) =>
          this.#createEntry(page),
        ),
      ),
      ...(isAccount ? [this.#createExits()] : []),
    ]
  }

  #guestParts(): HTMLElement[] {
    const { openAuth } = this.#context
    return [
      el('p', {
        class: 'sheet-words',
        text: 'You are a guest: friends and chats stay as long as this browser remembers you. An account keeps them.',
      }),
      el(
        'div',
        { class: 'sheet-actions' },
        button({
          class: 'primary-button',
          text: 'Keep this guest',
          onClick: () => openAuth('sign-up'),
        }),
        button({ class: 'ghost-button', text: 'Sign in', onClick: () => openAuth('sign-in') }),
      ),
    ]
  }

  #accountParts(me: Me): HTMLElement[] {
    if (me.emailVerified) return []
    const { host, say, fail } = this.#context
    const again = createActionButton({
      text: 'Send the mail again',
      run: async () => {
        await host.api.post('/v1/me/verify-email')
        say('A mail is on its way', me.email ?? '')
      },
      failed: fail,
    })
    const text = 'Your address is not proved yet: open the link of our mail.'
    return [el('div', { class: 'hint-box' }, el('span', { text }), again)]
  }

  #createEntry(page: SettingsPage): HTMLElement {
    const entry = button(
      { class: 'entry', onClick: () => this.#go(page) },
      el(
        'span',
        { class: 'row-words' },
        el('b', { text: page.title }),
        el('small', { text: page.about }),
      ),
      el('span', { class: 'entry-arrow', text: '›', attributes: { 'aria-hidden': 'true' } }),
    )
    entry.dataset['key'] = page.title
    return el('li', {}, entry)
  }

  #createExits(): HTMLElement {
    const { host, fail } = this.#context
    const leave = (text: string, path: '/v1/auth/logout' | '/v1/auth/logout-everywhere') =>
      createActionButton({
        class: 'ghost-button',
        text,
        run: async () => {
          await host.api.post(path)
          await this.#context.signedOut()
        },
        failed: fail,
      })
    return el(
      'div',
      { class: 'sheet-actions' },
      leave('Log out', '/v1/auth/logout'),
      leave('Log out everywhere', '/v1/auth/logout-everywhere'),
    )
  }

  #createPage(page: SettingsPage, me: Me): HTMLElement[] {
    const back = button({
      class: 'link-button back',
      text: '‹ Back',
      onClick: () => this.#go(undefined),
    })
    const title = el('h3', { class: 'page-title', text: page.title })
    return [back, title, page.create(this.#context, me)]
  }

  #go(page: SettingsPage | undefined): void {
    const from = this.#page
    this.#page = page
    this.update()
    const wanted = page === undefined ? `[data-key="${from?.title ?? ''}"]` : '.back'
    this.root.querySelector<HTMLElement>(wanted)?.focus()
  }
}

function createCard(me: Me): HTMLElement {
  const kind = me.kind === 'account' ? (me.email ?? 'Account') : 'Guest'
  return el(
    'div',
    { class: 'card' },
    createAvatar(me.name),
    el('span', { class: 'row-words' }, el('b', { text: me.name }), el('small', { text: kind })),
  )
}
