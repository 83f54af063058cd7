/**
 * The chat: a tab per channel, its lines with older ones on scrolling up, and the field to write
 * in. Closed it shows what is said as faded lines. While it has the keyboard no key reaches the
 * battle; keys held when it opens are let go of, and do not type.
 */
import type { HomeLine } from '@battalion/client/home-messages.ts'

import { button, el, setShown, setText } from '../hud/dom.ts'
import { channelText } from './channel-text.ts'
import type { Channel } from './channel-book.ts'
import { ChatLog } from './chat-log.ts'
import { FadedLines } from './faded-lines.ts'
import type { PeopleActions } from './people-actions.ts'
import type { PeopleDesk } from './people-desk.ts'
import { problemText } from './problem-text.ts'
import { TabRow } from './tab-row.ts'

/** Longest line (characters); the server also bounds its bytes and says so. */
const LINE_CHARS_MAX = 500
const LOG_ID = 'chat-log'

export interface ChatPanelPorts {
  readonly desk: PeopleDesk
  readonly actions: PeopleActions
  readonly isPlaying: () => boolean
  readonly releaseKeys: () => void
  /** It opens: what would lie under it may give way. */
  readonly opening: () => void
  /** What can be done about a line. */
  readonly openLineMenu: (anchor: HTMLElement, line: HomeLine) => void
  readonly isMuted: (userId: string | null) => boolean
}

export class ChatPanel {
  readonly root: HTMLElement
  readonly #ports: ChatPanelPorts
  readonly #tabs: TabRow
  readonly #log: ChatLog
  readonly #faded: FadedLines
  readonly #note = el('p', { class: 'chat-note', attributes: { role: 'status' } })
  readonly #input = el('input', {
    class: 'field chat-input',
    attributes: {
      type: 'text',
      maxlength: String(LINE_CHARS_MAX),
      autocomplete: 'off',
      enterkeyhint: 'send',
      'aria-label': 'Write a line',
    },
  })
  readonly #panel: HTMLElement
  #editing: HomeLine | undefined
  /** Keys that opened the chat go on repeating: they are no text. */
  #isOpenedByKey = false
  #refusal = ''

  constructor(ports: ChatPanelPorts) {
    this.#ports = ports
    const { desk } = ports
    this.#tabs = new TabRow({
      label: 'Channels',
      panelId: LOG_ID,
      choose: (id) => this.choose(id),
    })
    this.#log = new ChatLog(LOG_ID, ports)
    this.#faded = new FadedLines((userId) => desk.names.nameOf(userId))
    this.#panel = this.#createPanel()
    this.root = el('section', { class: 'chat', attributes: { 'aria-label': 'Chat' } })
    this.root.append(this.#faded.root, this.#panel)
    this.root.addEventListener('keydown', (event) => this.#onKey(event))
    setShown(this.#panel, false)
    desk.changed.listen(() => this.update())
    desk.onLine = (line, channel) => this.#heard(line, channel)
  }

  get isOpen(): boolean {
    return !this.#panel.hidden
  }

  open(by: 'key' | 'pointer' = 'key'): void {
    this.#ports.releaseKeys()
    this.#ports.opening()
    this.#isOpenedByKey = by === 'key'
    this.#faded.clear()
    setShown(this.#panel, true)
    this.root.classList.add('is-open')
    this.update()
    this.#log.toEnd()
    this.#input.focus()
  }

  close(): void {
    setShown(this.#panel, false)
    this.root.classList.remove('is-open')
    this.#stopEditing()
    this.#ports.desk.isChatSeen = false
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
  }

  toggle(): void {
    if (this.isOpen) this.close()
    else this.open('pointer')
  }

  /** Shows a channel. */
  choose(id: string): void {
    const { desk } = this.#ports
    desk.activeId = id
    desk.channels.forgetClosed(id)
    this.#refusal = ''
    this.#stopEditing()
    this.update()
    this.#log.toEnd()
  }

  /** Puts a line into the field to be changed. */
  edit(line: HomeLine): void {
    this.#editing = line
    this.#input.value = line.text ?? ''
    this.update()
    this.#input.focus()
  }

  update(): void {
    this.#faded.updateNames()
    if (!this.isOpen) return
    const { desk } = this.#ports
    const { active } = desk
    desk.isChatSeen = !document.hidden
    const tabs = desk.channels.all.map((channel) => ({
      id: channel.id,
      text: channelText(channel, desk),
      count: channel.id === active?.id ? 0 : channel.unreadCount,
      kind: channel.kind,
    }))
    this.#tabs.update(tabs, active?.id ?? '')
    this.#log.show(active)
    if (active !== undefined && active.unreadCount > 0) desk.markRead(active)
    this.#updateNote(active)
  }

  #updateNote(active: Channel | undefined): void {
    const { desk } = this.#ports
    const closed = active?.isClosed === true ? 'This is over; it can be read, not written to.' : ''
    const lost = desk.mode === 'open' ? '' : connectionText(desk.mode)
    const editing =
      this.#editing === undefined ? '' : 'You change your line; Esc leaves it as it is.'
    const note = lost || closed || muteText(desk, active) || this.#refusal || editing
    setText(this.#note, note)
    const isSilent = active === undefined || active.isClosed || desk.mode !== 'open'
    this.#input.placeholder = active === undefined ? '' : `To ${channelText(active, desk)}`
    this.#input.readOnly = isSilent
  }

  #heard(line: HomeLine, channel: Channel): void {
    const { desk, isMuted } = this.#ports
    if (this.isOpen || line.authorId === desk.me?.userId || isMuted(line.authorId)) return
    this.#faded.add(line, channel.kind, channelText(channel, desk))
  }

  #createPanel(): HTMLElement {
    const close = button({
      class: 'dialog-close',
      label: 'Close the chat',
      text: '×',
      onClick: () => this.close(),
    })
    const send = el('button', {
      class: 'primary-button chat-send',
      text: 'Send',
      attributes: { type: 'submit' },
    })
    const form = el('form', { class: 'chat-form' }, this.#input, send)
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      void this.#send()
    })
    return el(
      'div',
      { class: 'chat-panel panel' },
      el('header', { class: 'chat-head' }, this.#tabs.root, close),
      this.#log.root,
      this.#note,
      form,
    )
  }

  async #send(): Promise<void> {
    const { active } = this.#ports.desk
    const text = this.#input.value.trim()
    if (text === '') return this.close()
    if (active === undefined || this.#input.readOnly) return
    const editing = this.#editing
    this.#refusal = ''
    this.#input.value = ''
    this.#editing = undefined
    const { say, edit } = this.#ports.actions
    if (this.#isOpenedByKey && this.#ports.isPlaying()) this.close()
    try {
      await (editing === undefined ? say(active.id, text) : edit(editing, text))
    } catch (error) {
      this.#refusal = problemText(error)
      // What was written is not lost, unless there is something new already.
      if (this.#input.value === '') this.#input.value = text
      if (!this.isOpen) this.open()
    }
    this.update()
    this.#log.toEnd()
  }

  #stopEditing(): void {
    if (this.#editing === undefined) return
    this.#editing = undefined
    this.#input.value = ''
    this.update()
  }

  #onKey(event: KeyboardEvent): void {
    event.stopPropagation()
    // Letters that are put together (Korean) end with an Enter that sends nothing.
    if (event.isComposing) return
    if (event.repeat && this.#isOpenedByKey && event.target === this.#input) {
      const isStillHeld = this.#input.value === ''
      if (isStillHeld && event.key.length === 1) event.preventDefault()
    }
    if (event.key === 'Enter' && event.repeat) event.preventDefault()
    if (event.key !== 'Escape') return
    event.preventDefault()
    if (this.#editing === undefined) this.close()
    else this.#stopEditing()
  }
}

function connectionText(mode: string): string {
  if (mode === 'elsewhere')
    return 'Your chat is open in another tab. Click into this one to use it.'
  if (mode === 'removed') return 'You were removed from the chat.'
  return 'Connecting to the chat…'
}

function muteText(desk: PeopleDesk, active: Channel | undefined): string {
  const now = Date.now()
  for (const scope of ['all', active?.id ?? '']) {
    const until = desk.mutes.get(scope)
    if (until === undefined || Date.parse(until) <= now) continue
    const text = new Date(until).toLocaleString([], { dateStyle: 'short', timeStyle: 'short' })
    return `A moderator muted you until ${text}.`
  }
  return ''
}
