/** The panel at the right: friends, party, groups, news, account; one sheet at a time. */
import { button, el, setShown } from '../hud/dom.ts'
import { AccountSheet } from './account-sheet.ts'
import { FriendsSheet } from './friends-sheet.ts'
import { GroupsSheet } from './groups-sheet.ts'
import { NewsSheet } from './news-sheet.ts'
import { PartySheet } from './party-sheet.ts'
import type { PeopleContext, Sheet, SheetId } from './people-context.ts'
import { TabRow } from './tab-row.ts'

const SHEET_ID = 'people-sheet'

/** What others do when the panel opens, and when a sheet is chosen. */
export interface PanelEvents {
  readonly opening: () => void
  readonly shown: (sheet: SheetId) => void
}

export class PeoplePanel {
  readonly root: HTMLElement
  readonly #context: PeopleContext
  readonly #events: PanelEvents
  readonly #tabs: TabRow
  readonly #body: HTMLElement
  readonly #sheets: Readonly<Record<SheetId, Sheet>>
  #shown: SheetId = 'friends'
  #opener: Element | null = null

  constructor(context: PeopleContext, events: PanelEvents) {
    this.#context = context
    this.#events = events
    this.#sheets = {
      friends: new FriendsSheet(context),
      party: new PartySheet(context),
      groups: new GroupsSheet(context),
      news: new NewsSheet(context),
      account: new AccountSheet(context),
    }
    this.#tabs = new TabRow({
      label: 'People',
      panelId: SHEET_ID,
      choose: (id) => this.open(id as SheetId, { isFocusKept: true }),
    })
    const attributes = { id: SHEET_ID, role: 'tabpanel', tabindex: '0' }
    this.#body = el('div', { class: 'people-body', attributes })
    this.root = el(
      'aside',
      { class: 'people panel', attributes: { 'aria-label': 'People' } },
      el(
        'header',
        { class: 'people-head' },
        this.#tabs.root,
        button({ class: 'dialog-close', label: 'Close', text: '×', onClick: () => this.close() }),
      ),
      this.#body,
    )
    setShown(this.root, false)
    this.root.addEventListener('keydown', (event) => {
      event.stopPropagation()
      if (event.key !== 'Escape') return
      event.preventDefault()
      this.close()
    })
    context.desk.changed.listen(() => this.update())
  }

  get isOpen(): boolean {
    return !this.root.hidden
  }

  open(sheet: SheetId, { isFocusKept = false } = {}): void {
    if (!this.isOpen) {
      this.#opener = document.activeElement
      this.#events.opening()
    }
    const isSame = this.isOpen && this.#shown === sheet
    this.#shown = sheet
    setShown(this.root, true)
    this.#context.host.hud.dataset['people'] = 'open'
    if (!isSame) this.#body.replaceChildren(this.#sheets[sheet].root)
    this.update()
    this.#sheets[sheet].opened?.()
    this.#events.shown(sheet)
    if (!isFocusKept) this.#tabs.focus()
  }

  close(): void {
    setShown(this.root, false)
    this.#context.host.hud.dataset['people'] = 'closed'
    if (this.#opener instanceof HTMLElement) this.#opener.focus()
  }

  toggle(sheet: SheetId = this.#shown): void {
    if (this.isOpen && this.#shown === sheet) this.close()
    else this.open(sheet)
  }

  update(): void {
    if (!this.isOpen) return
    const { desk } = this.#context
    const asking = [...desk.friends.values()].filter(({ state }) => state === 'asks').length
    this.#tabs.update(
      [
        { id: 'friends', text: 'Friends', count: asking },
        { id: 'party', text: 'Party', count: desk.invites.length },
        { id: 'groups', text: 'Groups', count: desk.groups.invites.length },
        { id: 'news', text: 'News', count: desk.unreadNotices },
        { id: 'account', text: 'Account', count: 0 },
      ],
      this.#shown,
    )
    this.#body.setAttribute('aria-labelledby', `${SHEET_ID}-tab-${this.#shown}`)
    this.#sheets[this.#shown].update()
  }
}
