/** Friends: who is here, who asks, whom one asked, whom one blocks, and finding somebody. */
import { el, setText } from '../hud/dom.ts'
import type { FoundPlayer } from './people-actions.ts'
import type { PeopleContext, Sheet } from './people-context.ts'
import { problemText } from './problem-text.ts'
import { createGroup, createPlayerRow, present } from './row.ts'
import { redraw } from './tab-row.ts'

/** Typing pauses this long before a search goes out (ms). */
const SEARCH_WAIT_MS = 250
const SEARCH_CHARS_MIN = 2

export class FriendsSheet implements Sheet {
  readonly root: HTMLElement
  readonly #context: PeopleContext
  readonly #lists = el('div')
  readonly #results = el('div', { class: 'search-results', attributes: { 'aria-live': 'polite' } })
  readonly #search = el('input', {
    class: 'field',
    attributes: {
      type: 'search',
      name: 'search',
      autocomplete: 'off',
      spellcheck: 'false',
      maxlength: '20',
      placeholder: 'Find a player by name',
      'aria-label': 'Find a player by name',
    },
  })
  #found: readonly FoundPlayer[] = []
  #timer: ReturnType<typeof setTimeout> | undefined
  #asked = 0

  constructor(context: PeopleContext) {
    this.#context = context
    const form = el('form', { class: 'search', attributes: { role: 'search' } }, this.#search)
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      void this.#find()
    })
    this.#search.addEventListener('input', () => {
      clearTimeout(this.#timer)
      this.#timer = setTimeout(() => void this.#find(), SEARCH_WAIT_MS)
    })
    this.root = el('div', { class: 'sheet' }, form, this.#results, this.#lists)
  }

  update(): void {
    if (this.#found.length > 0) this.#showFound()
    const { desk } = this.#context
    const friends = [...desk.friends.values()]
    const inState = (wanted: string) => friends.filter(({ state }) => state === wanted)
    const parts = present([
      createGroup(
        'Requests',
        inState('asks').map(({ userId }) => this.#askingRow(userId)),
      ),
      this.#friendGroup(),
      createGroup(
        'Asked',
        inState('asked').map(({ userId }) => this.#askedRow(userId)),
      ),
      createGroup(
        'Blocked',
        [...desk.blockedIds].map((userId) => this.#blockedRow(userId)),
      ),
    ])
    if (friends.length === 0) parts.unshift(createEmpty())
    redraw(this.#lists, parts)
  }

  #friendGroup(): HTMLElement | undefined {
    const friends = [...this.#context.desk.friends.values()].filter(
      ({ state }) => state === 'friends',
    )
    const sorted = friends.sort((a, b) => rank(a).localeCompare(rank(b)))
    const online = friends.filter(({ isOnline }) => isOnline).length
    const rows = sorted.map(({ userId, isOnline = false }) => this.#friendRow(userId, isOnline))
    return createGroup(`Friends · ${online} of ${friends.length} here`, rows)
  }

  #friendRow(userId: string, isOnline: boolean): HTMLElement {
    const { actions, desk } = this.#context
    const isInParty = desk.party?.memberIds.includes(userId) === true
    const invite = { text: 'Invite', run: () => actions.invite(userId) }
    return createPlayerRow(this.#context, {
      userId,
      isOnline,
      about: isOnline ? (isInParty ? 'in your party' : 'here') : 'away',
      actions: [
        { text: 'Write', run: () => this.#context.writeTo(userId) },
        ...(isOnline && !isInParty ? [invite] : []),
      ],
    })
  }

  #askingRow(userId: string): HTMLElement {
    const { actions } = this.#context
    return createPlayerRow(this.#context, {
      userId,
      about: 'wants to be your friend',
      actions: [
        { text: 'Accept', isMain: true, run: () => actions.accept(userId) },
        { text: 'Decline', run: () => actions.unfriend(userId) },
      ],
    })
  }

  #askedRow(userId: string): HTMLElement {
    const { actions } = this.#context
    return createPlayerRow(this.#context, {
      userId,
      about: 'has not answered yet',
      actions: [{ text: 'Take back', run: () => actions.unfriend(userId) }],
    })
  }

  #blockedRow(userId: string): HTMLElement {
    const { actions } = this.#context
    return createPlayerRow(this.#context, {
      userId,
      hasMenu: false,
      actions: [{ text: 'Unblock', run: () => actions.unblock(userId) }],
    })
  }

  async #find(): Promise<void> {
    const name = this.#search.value.trim()
    const asked = ++this.#asked
    this.#found = []
    if (Array.from(name).length < SEARCH_CHARS_MIN) return redraw(this.#results, [])
    try {
      const found = await this.#context.actions.search(name)
      if (asked !== this.#asked) return
      const { desk } = this.#context
      for (const player of found) desk.names.learn(player.userId, player.name)
      this.#found = found.filter(({ userId }) => userId !== desk.me?.userId)
      if (this.#found.length > 0) return this.#showFound()
      redraw(this.#results, [el('p', { class: 'empty', text: 'No account has a name like that.' })])
    } catch (error) {
      redraw(this.#results, [el('p', { class: 'form-error', text: problemText(error) })])
    }
  }

  #showFound(): void {
    const rows = this.#found.map(({ userId }) => this.#foundRow(userId))
    redraw(this.#results, present([createGroup('Found', rows)]))
  }

  #foundRow(userId: string): HTMLElement {
    const { desk, actions } = this.#context
    const state = desk.friends.get(userId)?.state
    const about = { friends: 'your friend', asked: 'asked', asks: 'asks you' }[state ?? ''] ?? ''
    const ask = { text: 'Ask', isMain: true, run: () => actions.ask(userId) }
    return createPlayerRow(this.#context, {
      userId,
      about,
      actions: state === undefined ? [ask] : [],
    })
  }
}

/** Who is here comes first, then by name. */
function rank({ isOnline, name }: { readonly isOnline?: boolean; readonly name: string }): string {
  return `${isOnline === true ? 0 : 1}${name}`
}

function createEmpty(): HTMLElement {
  const empty = el('p', { class: 'empty' })
  setText(empty, 'No friends yet. Find one by name, or through the chat.')
  return empty
}
