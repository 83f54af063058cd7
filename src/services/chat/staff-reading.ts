/**
 * Channels as moderators look into them (SOC-4): any but direct ones, whether they belong to them
 * or not, with the words as they were written and lines that were taken from view. What two say to
 * each other is seen only where one of them reports it.
 */
import { AppError } from '@battalion/base/app-error.ts'
import { sql } from 'kysely'

import type { Db } from '../../db/database.ts'
import type { SocialPorts } from '../social/social-ports.ts'
import { findChannel } from './channel-queries.ts'
import type { ChannelKind } from './channel-queries.ts'
import { selectLines } from './message-queries.ts'

/** Channels of a page. */
export const CHANNELS_PAGE_MAX = 50

/** A channel in the list. */
export interface StaffChannel {
  readonly id: string
  readonly kind: ChannelKind
  readonly subject: string
  readonly lastSeq: number
  readonly createdAt: string
  readonly isClosed: boolean
}

/** A line as moderators see it. */
export interface StaffLine {
  readonly seq: number
  readonly authorId: string | null
  readonly authorName: string | null
  /** As others see it. */
  readonly text: string
  /** As it was written, where words were masked. */
  readonly original: string | null
  readonly createdAt: string
  readonly isEdited: boolean
  readonly isDeleted: boolean
}

/** Channels, the newest first, after one of them. */
export async function listChannelsForStaff(
  db: Db,
  wish: {
    readonly kind?: ChannelKind | undefined
    readonly after?: string | undefined
    readonly limit: number
  },
): Promise<StaffChannel[]> {
  const { kind, after, limit } = wish
  let query = db
    .selectFrom('chat.channels')
    .selectAll()
    .where('kind', '<>', 'direct')
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
  if (kind !== undefined) query = query.where('kind', '=', kind)
  if (after !== undefined) {
    query = query.where(
      sql<boolean>`(created_at, id) <
        (select created_at, id from chat.channels where id = ${after})`,
    )
  }
  const rows = await query.execute()
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    subject: row.subject,
    lastSeq: Number(row.last_seq),
    createdAt: row.created_at.toISOString(),
    isClosed: row.closed_at !== null,
  }))
}

/** A page of lines in order; `not_found` for direct channels as for those that are not there. */
export async function readLinesForStaff(
  db: Db,
  { findNames }: Pick<SocialPorts, 'findNames'>,
  wish: {
    readonly channelId: string
    readonly after?: number | undefined
    readonly before?: number | undefined
    readonly limit: number
  },
): Promise<{ readonly channel: Omit<StaffChannel, 'createdAt'>; readonly lines: StaffLine[] }> {
  const channel = await findChannel(db, wish.channelId)
  if (channel === undefined || channel.kind === 'direct') {
    throw new AppError('not_found', 'There is no such channel.')
  }
  const stored = await selectLines(db, wish)
  const authors = stored.map(({ authorId }) => authorId).filter((id) => id !== null)
  const names = await findNames(db, [...new Set(authors)])
  const lines = stored.map(({ authorId, createdAt, editedAt, deletedAt, ...line }) => ({
    seq: line.seq,
    authorId,
    authorName: authorId === null ? null : (names.get(authorId) ?? null),
    text: line.text,
    original: line.original,
    createdAt: createdAt.toISOString(),
    isEdited: editedAt !== null,
    isDeleted: deletedAt !== null,
  }))
  return { channel, lines }
}
