/**
 * The channels a player reads, and their lines as far as they are loaded: in order, each once.
 * Lines come from the feed, in order but perhaps twice, and from pages of history; a gap at the
 * newer end makes the loaded lines useless and is told, so that they are read anew. Pure.
 */
import type { HomeChannel, HomeLine } from '@battalion/client/home-messages.ts'

/** Lines kept of one channel; at the limit the oldest go, and can be scrolled back to. */
export const LINES_KEPT_MAX = 400

/** A channel with what is loaded of it. */
export interface Channel {
  readonly id: string
  readonly kind: string
  readonly subject: string
  lastSeq: number
  readSeq: number
  unreadCount: number
  lines: HomeLine[]
  /** False until a page was read: `lines` then holds only what came meanwhile. */
  isLoaded: boolean
  /** True while older lines may be there. */
  hasOlder: boolean
  /** The battle or party it belonged to is over; it can be read, not written. */
  isClosed: boolean
}

/** Order of the tabs; what is nearer to the player comes first. */
const KIND_ORDER = ['squad', 'team', 'match', 'party', 'direct', 'group', 'region', 'global']

export class ChannelBook {
  readonly #channels = new Map<string, Channel>()

  /** All, in the order of their tabs. */
  get all(): readonly Channel[] {
    return [...this.#channels.values()].sort((a, b) => {
      return KIND_ORDER.indexOf(a.kind) - KIND_ORDER.indexOf(b.kind)
    })
  }

  find(id: string | undefined): Channel | undefined {
    return id === undefined ? undefined : this.#channels.get(id)
  }

  findKind(kind: string): Channel | undefined {
    return this.all.find((channel) => channel.kind === kind)
  }

  /** What a new connection found; lines of channels that went on meanwhile are read anew. */
  welcome(found: readonly HomeChannel[]): void {
    const ids = new Set(found.map(({ id }) => id))
    for (const id of this.#channels.keys()) if (!ids.has(id)) this.#channels.delete(id)
    for (const one of found) {
      const known = this.#channels.get(one.id)
      const isSame = known?.lastSeq === one.lastSeq
      this.#channels.set(one.id, {
        ...one,
        lines: isSame ? known.lines : [],
        isLoaded: isSame && known.isLoaded,
        hasOlder: isSame ? known.hasOlder : one.lastSeq > 0,
        isClosed: false,
      })
    }
  }

  /** The player came into a channel. */
  open(channel: { readonly id: string; readonly kind: string; readonly subject: string }): void {
    const known = this.#channels.get(channel.id)
    if (known !== undefined) known.isClosed = false
    else {
      const fresh = { lastSeq: 0, readSeq: 0, unreadCount: 0, hasOlder: true, isLoaded: false }
      this.#channels.set(channel.id, { ...channel, ...fresh, lines: [], isClosed: false })
    }
    if (['match', 'team', 'squad'].includes(channel.kind)) this.#dropOthers(channel)
  }

  /** The player left a channel, or it was closed. */
  close(id: string): void {
    const channel = this.#channels.get(id)
    if (channel === undefined) return
    if (['match', 'team', 'squad', 'direct'].includes(channel.kind)) channel.isClosed = true
    else this.#channels.delete(id)
  }

  /** Closed ones nobody looks at any more. */
  forgetClosed(exceptId: string | undefined): void {
    for (const { id, isClosed } of this.#channels.values()) {
      if (isClosed && id !== exceptId) this.#channels.delete(id)
    }
  }

  /** A line came; true when it is new. `isSeen`: the player looks at the channel, or wrote it. */
  add(line: HomeLine, isSeen: boolean): boolean {
    const channel = this.#channels.get(line.channelId)
    if (channel === undefined || line.seq <= channel.lastSeq) return false
    channel.lastSeq = line.seq
    channel.lines.push(line)
    if (channel.lines.length > LINES_KEPT_MAX) {
      channel.lines.shift()
      channel.hasOlder = true
    }
    if (!isSeen) channel.unreadCount++
    return true
  }

  /** A line was changed or deleted. */
  change(line: HomeLine): void {
    const channel = this.#channels.get(line.channelId)
    const index = channel?.lines.findIndex(({ seq }) => seq === line.seq) ?? -1
    if (index >= 0) channel!.lines[index] = line
  }

  /** A page of history before what is loaded, or the newest; in order. */
  addPage(id: string, page: readonly HomeLine[], limit: number): void {
    const channel = this.#channels.get(id)
    if (channel === undefined) return
    const known = new Set(channel.lines.map(({ seq }) => seq))
    const lines = [...page.filter(({ seq }) => !known.has(seq)), ...channel.lines]
    channel.lines = lines.sort((a, b) => a.seq - b.seq)
    channel.isLoaded = true
    channel.hasOlder = page.length >= limit && page[0]!.seq > 1
    channel.lastSeq = Math.max(channel.lastSeq, channel.lines.at(-1)?.seq ?? 0)
  }

  /** Everything up to the newest line was read. */
  markRead(id: string): void {
    const channel = this.#channels.get(id)
    if (channel === undefined) return
    channel.readSeq = channel.lastSeq
    channel.unreadCount = 0
  }

  /** Words of somebody who is blocked now are not shown; unblocked, they are read anew. */
  forgetLines(): void {
    for (const channel of this.#channels.values()) {
      channel.lines = []
      channel.isLoaded = false
      channel.hasOlder = channel.lastSeq > 0
    }
  }

  #dropOthers({ id, kind }: { readonly id: string; readonly kind: string }): void {
    for (const other of this.#channels.values()) {
      if (other.kind === kind && other.id !== id) this.#channels.delete(other.id)
    }
  }
}
