/**
 * The lines of the channel that is shown. Elements stay while their line does; who reads the end
 * stays at the end, who reads further up stays where he is; at the upper end older lines are read.
 */
import type { HomeLine } from '@battalion/client/home-messages.ts'

import { el } from '../hud/dom.ts'
import type { Channel } from './channel-book.ts'
import { createChatLine } from './chat-line.ts'
import type { ChatPanelPorts } from './chat-panel.ts'

/** This near to an end counts as there (px). */
const END_PX = 40
/** Not asked again at once for what was refused (ms). */
const RETRY_MS = 3000

interface Shown {
  readonly root: HTMLElement
  readonly line: HomeLine
  readonly name: string
  readonly isMuted: boolean
}

export class ChatLog {
  readonly root: HTMLElement
  readonly #ports: ChatPanelPorts
  readonly #list = el('ol', { class: 'chat-list' })
  readonly #shown = new Map<number, Shown>()
  #channel: Channel | undefined
  #isReading = false
  #mayAskAtMs = 0

  constructor(id: string, ports: ChatPanelPorts) {
    this.#ports = ports
    this.root = el(
      'div',
      {
        class: 'chat-log',
        attributes: {
          id,
          role: 'log',
          tabindex: '0',
          'aria-label': 'Lines',
          'aria-live': 'polite',
        },
      },
      this.#list,
    )
    this.root.addEventListener('scroll', () => this.#readOlder())
  }

  /** Shows a channel as it is now. */
  show(channel: Channel | undefined): void {
    if (channel?.id !== this.#channel?.id) {
      this.#shown.clear()
      this.#list.replaceChildren()
    }
    this.#channel = channel
    if (channel === undefined) return
    const isAtEnd = this.#isAtEnd()
    const fromEndPx = this.root.scrollHeight - this.root.scrollTop
    const hasGrownAbove = this.#write(channel)
    if (isAtEnd) this.toEnd()
    else if (hasGrownAbove) this.root.scrollTop = this.root.scrollHeight - fromEndPx
    if (!channel.isLoaded) void this.#read(channel)
  }

  toEnd(): void {
    this.root.scrollTop = this.root.scrollHeight
  }

  /** True when lines were put before those that were there. */
  #write(channel: Channel): boolean {
    const firstSeq = [...this.#shown.keys()].reduce((a, b) => Math.min(a, b), Infinity)
    const seqs = new Set(channel.lines.map(({ seq }) => seq))
    for (const [seq, { root }] of this.#shown) {
      if (seqs.has(seq)) continue
      root.remove()
      this.#shown.delete(seq)
    }
    for (const [index, line] of channel.lines.entries()) {
      const root = this.#draw(line)
      if (this.#list.children[index] !== root) {
        this.#list.insertBefore(root, this.#list.children[index] ?? null)
      }
    }
    return (channel.lines[0]?.seq ?? Infinity) < firstSeq
  }

  #draw(line: HomeLine): HTMLElement {
    const { desk, isMuted: findMuted, openLineMenu } = this.#ports
    const name = desk.names.nameOf(line.authorId)
    const isMuted = findMuted(line.authorId)
    const known = this.#shown.get(line.seq)
    if (known?.line === line && known.name === name && known.isMuted === isMuted) return known.root
    const isOwn = line.authorId === desk.me?.userId
    const view = { line, name, isOwn, isMuted }
    const root = createChatLine(view, (anchor) => openLineMenu(anchor, line))
    known?.root.replaceWith(root)
    this.#shown.set(line.seq, { root, line, name, isMuted })
    return root
  }

  #isAtEnd(): boolean {
    const { scrollHeight, scrollTop, clientHeight } = this.root
    return scrollHeight - scrollTop - clientHeight < END_PX
  }

  #readOlder(): void {
    const channel = this.#channel
    if (channel === undefined || this.root.scrollTop > END_PX) return
    if (channel.isLoaded && channel.hasOlder) void this.#read(channel)
  }

  async #read(channel: Channel): Promise<void> {
    if (this.#isReading || performance.now() < this.#mayAskAtMs) return
    this.#isReading = true
    const isFirst = !channel.isLoaded
    try {
      await this.#ports.actions.readPage(channel)
    } catch {
      this.#mayAskAtMs = performance.now() + RETRY_MS
    }
    this.#isReading = false
    if (this.#channel?.id !== channel.id) return
    this.show(channel)
    if (isFirst) this.toEnd()
  }
}
