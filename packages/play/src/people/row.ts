/** A row with a player, and buttons at its end; names are text. */
import { button, el } from '../hud/dom.ts'
import { createActionButton } from './form.ts'
import { openMenu } from './menu.ts'
import type { PeopleContext } from './people-context.ts'

export interface RowAction {
  readonly text: string
  readonly run: () => Promise<unknown>
  readonly isMain?: boolean
}

export interface RowOptions {
  readonly userId: string
  /** Beside the name, small. */
  readonly about?: string
  /** Undefined shows no dot. */
  readonly isOnline?: boolean | undefined
  readonly actions?: readonly RowAction[]
  readonly hasMenu?: boolean
}

/** The row. */
export function createPlayerRow(context: PeopleContext, options: RowOptions): HTMLElement {
  const { userId, about = '', isOnline, actions = [], hasMenu = true } = options
  const name = context.desk.names.nameOf(userId)
  const words = el('span', { class: 'row-words' }, el('b', { text: name }))
  if (about !== '') words.append(el('small', { text: about }))
  const row = el('li', { class: 'row' }, createAvatar(name, isOnline), words)
  for (const { text, run, isMain } of actions) {
    const made = createActionButton({
      class: isMain === true ? 'small-button is-main' : 'small-button',
      text,
      label: `${text}: ${name}`,
      run,
      failed: (problem) => context.fail(problem),
    })
    made.dataset['key'] = `${userId} ${text}`
    row.append(made)
  }
  if (hasMenu) row.append(createMenuButton(context, userId, name))
  return row
}

/** Letter in a circle whose colour comes from the name. */
export function createAvatar(name: string, isOnline?: boolean): HTMLElement {
  const [letter = '?'] = Array.from(name)
  const avatar = el('span', { class: 'avatar', attributes: { 'aria-hidden': 'true' } })
  avatar.append(el('span', { text: letter.toUpperCase() }))
  let hue = 0
  for (const part of name) hue = (hue * 31 + part.codePointAt(0)!) % 360
  avatar.style.setProperty('--hue', String(hue))
  if (isOnline !== undefined) avatar.dataset['online'] = String(isOnline)
  return avatar
}

function createMenuButton(context: PeopleContext, userId: string, name: string): HTMLElement {
  const label = `More about ${name}`
  const more: HTMLButtonElement = button({
    class: 'row-more',
    label,
    text: '⋯',
    onClick: () => openMenu(more, label, context.playerMenu(userId)),
  })
  more.setAttribute('aria-haspopup', 'menu')
  more.dataset['key'] = `${userId} more`
  return more
}

/** A titled list; undefined when there is nothing in it. */
export function createGroup(title: string, rows: readonly HTMLElement[]): HTMLElement | undefined {
  if (rows.length === 0) return undefined
  return el(
    'section',
    { class: 'group' },
    el('h3', { text: title }),
    el('ul', { class: 'rows' }, ...rows),
  )
}

/** Those that are there. */
export function present(parts: readonly (HTMLElement | undefined)[]): HTMLElement[] {
  return parts.filter((part) => part !== undefined)
}
