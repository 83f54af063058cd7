/**
 * The part of the page with accounts, friends, party, chat and notices: a file of its own that
 * comes after the first picture. Puts its views over the battle and keeps the home connection.
 */
import '../style/people.css'
import type { HomeLine } from '@battalion/client/home-messages.ts'

import { el } from '../hud/dom.ts'
import { AuthDialog } from './auth-dialog.ts'
import { ChatPanel } from './chat-panel.ts'
import { openMenu } from './menu.ts'
import type { MenuItem } from './menu.ts'
import { openMailLink } from './mail-link.ts'
import { MutedPlayers } from './muted-players.ts'
import { openOidcReturn } from './oidc-sign-in.ts'
import { PartyCall } from './party-call.ts'
import { sheetOf } from './news-sheet.ts'
import { createPeopleActions } from './people-actions.ts'
import type { PeopleContext } from './people-context.ts'
import { PeopleDesk } from './people-desk.ts'
import type { Notice } from './people-desk.ts'
import type { People, PeopleHost } from './people-host.ts'
import { PeoplePanel } from './people-panel.ts'
import { createPeopleTools } from './people-tools.ts'
import { createPlayerMenu } from './player-menu.ts'
import { problemText } from './problem-text.ts'
import { openReport } from './report-dialog.ts'
import { Toasts } from './toasts.ts'

/** Chat and panel lie side by side from this width on (px); below, one of them is open. */
const BOTH_PX_MIN = 860
/** How long an author may change a line (ms); the server has the last word. */
const EDIT_MS_MAX = 15 * 60_000

/** Puts it onto the page. */
export function mountPeople(host: PeopleHost): People {
  return new PeoplePart(host)
}

class PeoplePart implements People {
  readonly #host: PeopleHost
  readonly #desk: PeopleDesk
  readonly #toasts = new Toasts()
  readonly #auth: AuthDialog
  readonly #chat: ChatPanel
  readonly #panel: PeoplePanel
  readonly #call: PartyCall
  readonly #context: PeopleContext

  constructor(host: PeopleHost) {
    this.#host = host
    this.#desk = new PeopleDesk(host)
    this.#auth = this.#createAuth()
    this.#context = this.#createContext(new MutedPlayers(host.memory))
    this.#chat = this.#createChat()
    this.#panel = new PeoplePanel(this.#context, {
      opening: () => {
        if (innerWidth < BOTH_PX_MIN && this.#chat.isOpen) this.#chat.close()
      },
      shown: (sheet) => this.#toasts.reached(sheet),
    })
    this.#call = new PartyCall({
      enter: (roomId) => host.game.enterBattle(roomId),
      failed: this.#context.fail,
    })
    this.#desk.onNotice = (notice) => this.#toastNotice(notice)
    this.#desk.onPartyBattle = ({ leaderId, ...battle }) =>
      this.#call.show({ ...battle, leader: this.#desk.names.nameOf(leaderId) })
    this.#assemble()
    host.session.listen((change) => {
      if (change === 'ended' && this.#desk.isAccount) {
        this.#toasts.say('You were signed out', 'Sign in to get your friends back.', {
          text: 'Sign in',
          run: () => this.#auth.open('sign-in'),
        })
      }
      if (change !== 'adopted') void this.#userChanged()
    })
    openMailLink({ host, say: this.#context.say, auth: this.#auth, desk: this.#desk })
    openOidcReturn({
      host,
      show: (...page) => this.#auth.openPage(...page),
      finished: async (session, label) => {
        await this.#auth.finish(session)
        this.#toasts.say('Welcome', `You sign in with ${label} from now on.`)
      },
    })
  }

  openChat(): void {
    this.#chat.open('key')
  }

  togglePanel(): void {
    this.#panel.toggle()
  }

  close(): boolean {
    if (this.#chat.isOpen) this.#chat.close()
    else if (this.#panel.isOpen) this.#panel.close()
    else return false
    return true
  }

  connect(): void {
    this.#desk.connect()
  }

  async #userChanged(): Promise<void> {
    this.#desk.connect()
    await this.#host.game.reenter()
  }

  #createAuth(): AuthDialog {
    return new AuthDialog({
      host: this.#host,
      findGuest: () => (this.#desk.me?.kind === 'guest' ? this.#desk.me : undefined),
      say: (title, text) => this.#toasts.say(title, text),
      signedIn: async (isSame) => {
        // A guest who was kept fights on: only the names of his next battles change.
        if (isSame && this.#host.game.isPlaying) this.#desk.connect()
        else await this.#userChanged()
      },
    })
  }

  #createContext(muted: MutedPlayers): PeopleContext {
    const desk = this.#desk
    const actions = createPeopleActions(desk)
    const context: PeopleContext = {
      host: this.#host,
      desk,
      actions,
      say: (title, text) => this.#toasts.say(title, text),
      fail: (text) => this.#toasts.say('That did not work', text),
      openAuth: (page) => this.#auth.open(page),
      openSheet: (sheet) => this.#panel.open(sheet),
      writeTo: async (userId) => {
        await actions.openDirect(userId)
        this.#chat.open('pointer')
      },
      playerMenu: (userId) => createPlayerMenu(context, userId),
      isMuted: (userId) => muted.has(userId),
      toggleMuted: (userId) => {
        muted.toggle(userId)
        desk.changed.fire()
      },
      signedOut: async () => {
        this.#host.session.forget()
        this.#panel.close()
        await this.#userChanged()
      },
    }
    return context
  }

  #createChat(): ChatPanel {
    const { desk, actions, isMuted } = this.#context
    return new ChatPanel({
      desk,
      actions,
      isMuted,
      isPlaying: () => this.#host.game.isPlaying,
      releaseKeys: () => this.#host.game.releaseKeys(),
      opening: () => {
        if (innerWidth < BOTH_PX_MIN && this.#panel.isOpen) this.#panel.close()
      },
      openLineMenu: (anchor, line) => {
        openMenu(anchor, 'About this line', this.#lineItems(line))
      },
    })
  }

  #lineItems(line: HomeLine): readonly MenuItem[] {
    const { desk, actions, playerMenu, fail } = this.#context
    const isOwn = line.authorId === desk.me?.userId
    const isFresh = Date.now() - Date.parse(line.createdAt) < EDIT_MS_MAX
    const erase = () => {
      actions.erase(line).catch((error: unknown) => fail(problemText(error)))
    }
    if (isOwn) {
      return [
        ...(isFresh ? [{ text: 'Change', run: () => this.#chat.edit(line) }] : []),
        { text: 'Delete', isDangerous: true, run: erase },
      ]
    }
    const report = { text: 'Report this line', run: () => openReport(this.#context, line) }
    return [...(line.authorId === null ? [] : playerMenu(line.authorId)), report]
  }

  #toastNotice(notice: Notice): void {
    const sheet = sheetOf(notice.kind) ?? 'friends'
    this.#toasts.say(notice.title, notice.text, {
      text: 'Look',
      run: () => this.#panel.open(sheet),
      goal: sheet,
    })
  }

  #assemble(): void {
    const { hud, tools } = this.#host
    const made = createPeopleTools(this.#desk, {
      chat: () => this.#chat.toggle(),
      people: () => this.#panel.toggle('friends'),
      news: () => this.#panel.toggle('news'),
      account: () => this.#panel.toggle('account'),
    })
    this.#desk.changed.listen(() => {
      made.update()
      hud.dataset['home'] = this.#desk.mode
    })
    tools.prepend(...made.roots)
    const layer = el('div', { class: 'people-layer' })
    layer.append(this.#call.root, this.#chat.root, this.#panel.root, this.#toasts.root)
    hud.append(layer, this.#auth.root)
    hud.dataset['people'] = 'closed'
    keepAboveKeyboard(hud)
  }
}

/** Where a phone's keyboard covers the page instead of shrinking it, the chat moves above it. */
function keepAboveKeyboard(hud: HTMLElement): void {
  const { visualViewport: seen } = globalThis
  seen?.addEventListener('resize', () => {
    const coveredPx = Math.max(0, innerHeight - seen.height - seen.offsetTop)
    hud.style.setProperty('--keyboard', `${Math.round(coveredPx)}px`)
  })
}
