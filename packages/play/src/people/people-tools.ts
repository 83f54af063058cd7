/** The buttons at the top that open chat, people, news and account, with what is new on them. */
import { button, el, icon, setText } from '../hud/dom.ts'
import type { PeopleDesk } from './people-desk.ts'

const ICONS = {
  chat: 'M4 5h16v11H10l-5 4v-4H4Z',
  people:
    'M9 11a3.4 3.4 0 1 0-.1 0 M2.5 20c.4-8 12.600-8 13 0 M16 4.500a3.400 3.400 0 0 1 0 6.500 M17.500 14c2.500.5 4 2.500 4 6',
  bell: 'M6 16c1.500-2 1-4 1.300-6.500C8 3 16 3 16.700 9.500C17 12 16.500 14 18 16Z M10 19.500c1 1.500 3 1.500 4 0',
  account: 'M12 12a4 4 0 1 0-.1 0 M4 21c.5-9 15.500-9 16 0',
} as const

const COUNT_SHOWN_MAX = 99

export interface ToolActions {
  readonly chat: () => void
  readonly people: () => void
  readonly news: () => void
  readonly account: () => void
}

/** The buttons, and what brings their counts up to date. */
export function createPeopleTools(
  desk: PeopleDesk,
  actions: ToolActions,
): { readonly roots: readonly HTMLElement[]; update(): void } {
  const chat = createTool('Chat (Enter or T)', ICONS.chat, actions.chat)
  const people = createTool('Friends and party (P)', ICONS.people, actions.people)
  const bell = createTool('News', ICONS.bell, actions.news)
  const account = createTool('Account', ICONS.account, actions.account)
  return {
    roots: [chat.root, people.root, bell.root, account.root],
    update() {
      chat.count(desk.unreadLines)
      people.count(desk.waitingCount)
      bell.count(desk.unreadNotices)
      account.count(0)
    },
  }
}

function createTool(
  label: string,
  path: string,
  onClick: () => void,
): { readonly root: HTMLElement; count(value: number): void } {
  const badge = el('span', { class: 'badge', attributes: { hidden: true } })
  const root = button({ class: 'tool people-tool', label, onClick }, icon(path), badge)
  return {
    root,
    count(value) {
      const text = value > COUNT_SHOWN_MAX ? `${COUNT_SHOWN_MAX}+` : String(value)
      badge.hidden = value === 0
      setText(badge, value === 0 ? '' : text)
      root.setAttribute('aria-label', value === 0 ? label : `${label}: ${text} new`)
    },
  }
}
