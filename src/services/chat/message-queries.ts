/** SQL of lines. A line's number is taken under the channel's row lock: no gap, no number twice. */
import { sql } from 'kysely'

import type { Db, Trx } from '../../db/database.ts'
import { deleteRowsInParts } from '../../db/delete-in-parts.ts'
import type { MessageRow } from '../../db/social-tables.ts'

/** Channels deleted in one statement, with all who were in them. */
const CHANNELS_AT_ONCE = 200

/** A line as services see it. */
export interface StoredLine {
  readonly channelId: string
  readonly seq: number
  readonly authorId: string | null
  /** As others see it. */
  readonly text: string
  /** As it was written, where words were masked. */
  readonly original: string | null
  readonly createdAt: Date
  readonly editedAt: Date | null
  readonly deletedAt: Date | null
}

/** A line to be stored. */
export interface NewLine {
  readonly channelId: string
  readonly authorId: string
  readonly text: string
  readonly original: string | null
  readonly now: Date
}

/**
 * Stores a line under the channel's next number and marks it read by its author, in one statement;
 * undefined when the channel is closed. Who speaks in one channel waits for the one before.
 */
export async function insertLine(trx: Trx, line: NewLine): Promise<number | undefined> {
  const { channelId, authorId, text, original, now } = line
  const { rows } = await sql<{ seq: bigint }>`
    with next as (
      update chat.channels set last_seq = last_seq + 1
      where id = ${channelId} and closed_at is null
      returning id, last_seq
    ), marked as (
      insert into chat.channel_members (channel_id, user_id, is_member, read_seq, joined_at)
      select id, ${authorId}::uuid, false, last_seq, ${now}::timestamptz from next
      on conflict (channel_id, user_id) do update set read_seq = excluded.read_seq
    )
    insert into chat.messages (channel_id, seq, author_id, text, original, created_at)
    select id, last_seq, ${authorId}::uuid, ${text}::text, ${original}::text, ${now}::timestamptz
    from next
    returning seq`.execute(trx)
  const [row] = rows
  return row && Number(row.seq)
}

/** One line, locked until the transaction ends. */
export async function lockLine(
  trx: Trx,
  channelId: string,
  seq: number,
): Promise<StoredLine | undefined> {
  const row = await trx
    .selectFrom('chat.messages')
    .selectAll()
    .where('channel_id', '=', channelId)
    .where('seq', '=', BigInt(seq))
    .forUpdate()
    .executeTakeFirst()
  return row && toLine(row)
}

/** Other words for a line. */
export async function updateText(
  trx: Trx,
  change: Pick<NewLine, 'channelId' | 'text' | 'original' | 'now'> & { readonly seq: number },
): Promise<void> {
  await trx
    .updateTable('chat.messages')
    .set({ text: change.text, original: change.original, edited_at: change.now })
    .where('channel_id', '=', change.channelId)
    .where('seq', '=', BigInt(change.seq))
    .execute()
}

/** Takes a line from view; the words stay for moderators until they are pruned. */
export async function markDeleted(
  trx: Trx,
  line: { readonly channelId: string; readonly seq: number; readonly now: Date },
): Promise<void> {
  await trx
    .updateTable('chat.messages')
    .set({ deleted_at: line.now })
    .where('channel_id', '=', line.channelId)
    .where('seq', '=', BigInt(line.seq))
    .execute()
}

/** Lines of one channel on one side of a number, in order of their numbers. */
export async function selectLines(
  db: Db,
  wish: {
    readonly channelId: string
    readonly after?: number | undefined
    readonly before?: number | undefined
    readonly limit: number
  },
): Promise<StoredLine[]> {
  const isForward = wish.after !== undefined
  let query = db
    .selectFrom('chat.messages')
    .selectAll()
    .where('channel_id', '=', wish.channelId)
    .orderBy('seq', isForward ? 'asc' : 'desc')
    .limit(wish.limit)
  if (wish.after !== undefined) query = query.where('seq', '>', BigInt(wish.after))
  if (wish.before !== undefined) query = query.where('seq', '<', BigInt(wish.before))
  const lines = (await query.execute()).map(toLine)
  return isForward ? lines : lines.toReversed()
}

/** The line and those around it. */
export async function selectAround(
  db: Db,
  place: { readonly channelId: string; readonly from: number; readonly to: number },
): Promise<StoredLine[]> {
  const rows = await db
    .selectFrom('chat.messages')
    .selectAll()
    .where('channel_id', '=', place.channelId)
    .where('seq', '>=', BigInt(place.from))
    .where('seq', '<=', BigInt(place.to))
    .orderBy('seq')
    .execute()
  return rows.map(toLine)
}

/** Forgets lines of before a time, and channels that were closed before it. */
export async function deleteOldLines(db: Db, before: Date): Promise<number> {
  const lines = await deleteRowsInParts(
    db,
    (count) => sql`
      delete from chat.messages where (channel_id, seq) in (
        select channel_id, seq from chat.messages where created_at < ${before}::timestamptz
        order by created_at limit ${count}::int4)`,
  )
  await deleteRowsInParts(
    db,
    (count) => sql`
      delete from chat.channels where id in (
        select id from chat.channels where closed_at < ${before}::timestamptz
        order by closed_at limit ${count}::int4)`,
    CHANNELS_AT_ONCE,
  )
  return lines
}

function toLine(row: MessageRow): StoredLine {
  return {
    channelId: row.channel_id,
    seq: Number(row.seq),
    authorId: row.author_id,
    text: row.text,
    original: row.original,
    createdAt: row.created_at,
    editedAt: row.edited_at,
    deletedAt: row.deleted_at,
  }
}
