/** SQL of notifications and mails. */
import { sql } from 'kysely'

import type { Db, Trx } from '../../db/database.ts'
import { deleteRowsInParts } from '../../db/delete-in-parts.ts'
import { jsonText } from '../../db/json-text.ts'
import type { NoticeValues } from './render-template.ts'

/** A row as services see it. */
export interface StoredNotification {
  readonly seq: number
  readonly kind: string
  readonly values: NoticeValues
  readonly createdAt: Date
  readonly readAt: Date | null
}

/**
 * Inserts under the user's next number; undefined when the cause is there. The counter's row is
 * locked first, so two for one user are numbered one after another and none is skipped.
 */
export async function insertNotification(
  trx: Trx,
  notice: {
    readonly userId: string
    readonly cause: string
    readonly kind: string
    readonly values: NoticeValues
    readonly now: Date
  },
): Promise<StoredNotification | undefined> {
  const { userId, cause, kind, values, now } = notice
  const { rows: locked } = await sql<{ lastSeq: bigint }>`
    insert into notify.counters (user_id, last_seq) values (${userId}, 1)
    on conflict (user_id) do update set last_seq = counters.last_seq + 1
    returning last_seq as "lastSeq"`.execute(trx)
  const seq = locked[0]!.lastSeq
  const inserted = await trx
    .insertInto('notify.notifications')
    .values({ user_id: userId, seq, cause, kind, body: jsonText(values), created_at: now })
    .onConflict((conflict) => conflict.columns(['user_id', 'cause']).doNothing())
    .returning('seq')
    .executeTakeFirst()
  if (inserted !== undefined) {
    return { seq: Number(seq), kind, values, createdAt: now, readAt: null }
  }
  await giveBackSeq(trx, userId)
  return undefined
}

async function giveBackSeq(trx: Trx, userId: string): Promise<void> {
  await trx
    .updateTable('notify.counters')
    .set((eb) => ({ last_seq: eb('last_seq', '-', 1n) }))
    .where('user_id', '=', userId)
    .execute()
}

/** Forgets those up to a number. */
export async function deleteBeyond(trx: Trx, userId: string, seqMax: number): Promise<void> {
  if (seqMax <= 0) return
  await trx
    .deleteFrom('notify.notifications')
    .where('user_id', '=', userId)
    .where('seq', '<=', BigInt(seqMax))
    .execute()
}

/** One side of a number. */
export async function selectNotifications(
  db: Db,
  wish: {
    readonly userId: string
    readonly after?: number
    readonly before?: number
    readonly limit: number
    readonly order: 'asc' | 'desc'
  },
): Promise<StoredNotification[]> {
  let query = db
    .selectFrom('notify.notifications')
    .select(['seq', 'kind', 'body', 'created_at', 'read_at'])
    .where('user_id', '=', wish.userId)
    .orderBy('seq', wish.order)
    .limit(wish.limit)
  if (wish.after !== undefined) query = query.where('seq', '>', BigInt(wish.after))
  if (wish.before !== undefined) query = query.where('seq', '<', BigInt(wish.before))
  return (await query.execute()).map(toStored)
}

/** Those of one kind, newest first. */
export async function selectKind(
  db: Db,
  wish: { readonly userId: string; readonly kind: string; readonly limit: number },
): Promise<StoredNotification[]> {
  const rows = await db
    .selectFrom('notify.notifications')
    .select(['seq', 'kind', 'body', 'created_at', 'read_at'])
    .where('user_id', '=', wish.userId)
    .where('kind', '=', wish.kind)
    .orderBy('seq', 'desc')
    .limit(wish.limit)
    .execute()
  return rows.map(toStored)
}

function toStored(row: {
  readonly seq: bigint
  readonly kind: string
  readonly body: unknown
  readonly created_at: Date
  readonly read_at: Date | null
}): StoredNotification {
  return {
    seq: Number(row.seq),
    kind: row.kind,
    values: row.body as NoticeValues,
    createdAt: row.created_at,
    readAt: row.read_at,
  }
}

/** Rows that became read. */
export async function markRead(
  trx: Trx,
  mark: { readonly userId: string; readonly upTo: number; readonly now: Date },
): Promise<number> {
  const { numUpdatedRows } = await trx
    .updateTable('notify.notifications')
    .set({ read_at: mark.now })
    .where('user_id', '=', mark.userId)
    .where('seq', '<=', BigInt(mark.upTo))
    .where('read_at', 'is', null)
    .executeTakeFirst()
  return Number(numUpdatedRows)
}

/** Notifications the user has not read. */
export async function countUnread(db: Db, userId: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int4 as count from notify.notifications
    where user_id = ${userId} and read_at is null`.execute(db)
  return rows[0]!.count
}

/** False when the cause has sent the user a mail already. */
export async function insertMail(
  trx: Trx,
  mail: {
    readonly id: string
    readonly userId: string
    readonly cause: string
    readonly kind: string
    readonly now: Date
  },
): Promise<boolean> {
  const inserted = await trx
    .insertInto('notify.mails')
    .values({
      id: mail.id,
      user_id: mail.userId,
      cause: mail.cause,
      template: mail.kind,
      state: 'queued',
      created_at: mail.now,
    })
    .onConflict((conflict) => conflict.columns(['user_id', 'cause']).doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted !== undefined
}

/** A mail that waits; its values are undefined once its notification is gone. */
export async function findQueuedMail(
  db: Db,
  mailId: string,
): Promise<{ readonly values: NoticeValues | undefined } | undefined> {
  const row = await db
    .selectFrom('notify.mails as mail')
    .leftJoin('notify.notifications as notice', (join) =>
      join.onRef('notice.user_id', '=', 'mail.user_id').onRef('notice.cause', '=', 'mail.cause'),
    )
    .select('notice.body')
    .where('mail.id', '=', mailId)
    .where('mail.state', '=', 'queued')
    .executeTakeFirst()
  return row && { values: (row.body ?? undefined) as NoticeValues | undefined }
}

/** Writes what became of a mail. */
export async function settleMail(
  db: Db,
  outcome: { readonly mailId: string; readonly state: 'sent' | 'refused'; readonly now: Date },
): Promise<void> {
  await db
    .updateTable('notify.mails')
    .set({ state: outcome.state, settled_at: outcome.now })
    .where('id', '=', outcome.mailId)
    .where('state', '=', 'queued')
    .execute()
}

/** Forgets mails that are older than a time. */
export async function deleteOldMails(db: Db, before: Date): Promise<void> {
  await deleteRowsInParts(
    db,
    (count) => sql`
      delete from notify.mails where id in (
        select id from notify.mails where created_at < ${before}::timestamptz
        order by created_at limit ${count}::int4)`,
  )
}

/** Forgets notifications that are older than a time, so many at most; whose went unread. */
export async function deleteOldNotices(
  db: Db,
  { before, count }: { readonly before: Date; readonly count: number },
): Promise<{ readonly count: number; readonly unreadBy: readonly string[] }> {
  const { rows } = await sql<{ userId: string; isRead: boolean }>`
    delete from notify.notifications where (user_id, seq) in (
      select user_id, seq from notify.notifications where created_at < ${before}::timestamptz
      order by created_at limit ${count}::int4)
    returning user_id as "userId", read_at is not null as "isRead"`.execute(db)
  const unreadBy = rows.flatMap(({ userId, isRead }) => (isRead ? [] : [userId]))
  return { count: rows.length, unreadBy }
}
