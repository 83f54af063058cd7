/**
 * What open connections hear of: events that services put into the outbox in the transaction that
 * made them true, and that every process's home room hands to the clients it has. At least once and
 * in order per key; a client that saw a line's `seq` before drops the second.
 */
import type { Trx } from '../db/database.ts'
import type { EventOutbox } from './outbox/event-outbox.ts'

/** Topics of the bus; each process subscribes as a group of its own. */
export const LIVE_TOPICS = {
  /** Something for certain users, wherever they are. */
  users: 'live.users',
  /** A line of a channel, for its members. */
  lines: 'live.lines',
  /** Who came into or left a channel. */
  members: 'live.members',
} as const

/** For certain users; `type` is what the client listens for. */
export interface UsersEvent {
  readonly userIds: readonly string[]
  readonly type: string
  /** JSON. */
  readonly body: unknown
}

/** A line as clients get it. */
export interface LiveLine {
  readonly channelId: string
  readonly seq: number
  readonly authorId: string | null
  /** Null once deleted. */
  readonly text: string | null
  /** RFC 3339. */
  readonly createdAt: string
  readonly isEdited: boolean
}

/** A line came, changed or went. */
export interface LinesEvent {
  readonly type: 'line' | 'line_edited' | 'line_deleted'
  readonly line: LiveLine
}

/** A change of who belongs to a channel. */
export interface MembersEvent {
  readonly channelId: string
  readonly kind: string
  readonly subject: string
  readonly userIds: readonly string[]
  readonly isMember: boolean
}

/** Tells users of something; `key` orders it among events of the same key. */
export async function emitToUsers(
  trx: Trx,
  outbox: EventOutbox,
  event: UsersEvent & { readonly key: string },
): Promise<void> {
  if (event.userIds.length === 0) return
  const { key, ...payload } = event
  await outbox.emit(trx, { topic: LIVE_TOPICS.users, key, payload })
}

/** Tells the members of a channel. */
export async function emitLine(trx: Trx, outbox: EventOutbox, event: LinesEvent): Promise<void> {
  await outbox.emit(trx, { topic: LIVE_TOPICS.lines, key: event.line.channelId, payload: event })
}

/** Tells home rooms who hears a channel from now on. */
export async function emitMembers(
  trx: Trx,
  outbox: EventOutbox,
  event: MembersEvent,
): Promise<void> {
  await outbox.emit(trx, { topic: LIVE_TOPICS.members, key: event.channelId, payload: event })
}
