/** Notices: what happened while one looked elsewhere, newest first; looking at them reads them. */
import { el } from '../hud/dom.ts'
import type { Notice } from './people-desk.ts'
import { createActionButton } from './form.ts'
import type { PeopleContext, Sheet, SheetId } from './people-context.ts'
import { problemText } from './problem-text.ts'
import { redraw } from './tab-row.ts'

export class NewsSheet implements Sheet {
  readonly root = el('div', { class: 'sheet' })
  readonly #context: PeopleContext

  constructor(context: PeopleContext) {
    this.#context = context
  }

  opened(): void {
    void this.#read()
  }

  update(): void {
    const { notices } = this.#context.desk
    const rows = notices.map((notice) => this.#row(notice))
    const empty = el('p', {
      class: 'empty',
      text: 'Nothing new. Requests and invitations come here.',
    })
    redraw(this.root, rows.length === 0 ? [empty] : [el('ul', { class: 'rows' }, ...rows)])
  }

  async #read(): Promise<void> {
    const { desk, actions } = this.#context
    try {
      await desk.readNotices()
      const newest = desk.notices[0]?.seq
      if (newest !== undefined && desk.unreadNotices > 0) await actions.readNotices(newest)
    } catch (error) {
      this.#context.fail(problemText(error))
    }
  }

  #row(notice: Notice): HTMLElement {
    const date = new Date(notice.createdAt)
    const row = el(
      'li',
      { class: notice.isRead ? 'row notice' : 'row notice is-new' },
      el(
        'span',
        { class: 'row-words' },
        el('b', { text: notice.title }),
        el('span', { text: notice.text }),
        el('small', {
          text: date.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' }),
        }),
      ),
    )
    const sheet = sheetOf(notice.kind)
    if (sheet === undefined) return row
    const look = createActionButton({
      text: 'Look',
      label: `Look: ${notice.title}`,
      run: async () => this.#context.openSheet(sheet),
      failed: () => undefined,
    })
    look.dataset['key'] = `notice ${notice.seq}`
    row.append(look)
    return row
  }
}

/** Where what a notice speaks of is done. */
export function sheetOf(kind: string): SheetId | undefined {
  if (kind.startsWith('friend')) return 'friends'
  if (kind.startsWith('group')) return 'groups'
  return kind.startsWith('party') ? 'party' : undefined
}
