/** A user's notifications, for the copy he may ask for and for their removal [LEG-1]. */
import { sql } from 'kysely'

import type { Db, Trx } from '../../db/database.ts'
import { touchState } from '../sync/state-versions.ts'

export const NOTIFICATION_DATA = {
  name: 'notifications',
  read: readNotifications,
  erase: eraseNotifications,
} as const

async function readNotifications(db: Db, userId: string): Promise<unknown> {
  const rows = await db
    .selectFrom('notify.notifications')
    .select(['seq', 'kind', 'body', 'created_at', 'read_at'])
    .where('user_id', '=', userId)
    .orderBy('seq')
    .execute()
  const mails = await db
    .selectFrom('notify.mails')
    .select(['template', 'state', 'created_at', 'settled_at'])
    .where('user_id', '=', userId)
    .orderBy('created_at')
    .execute()
  const mailOptOuts = await db
    .selectFrom('notify.mail_opt_outs')
    .selectAll()
    .where('user_id', '=', userId)
    .execute()
  const notifications = rows.map((row) => ({ ...row, seq: Number(row.seq) }))
  return { notifications, mails, mailOptOuts }
}

/** Also those of others that name him. */
async function eraseNotifications(trx: Trx, userId: string): Promise<void> {
  await trx.deleteFrom('notify.notifications').where('user_id', '=', userId).execute()
  await trx.deleteFrom('notify.mails').where('user_id', '=', userId).execute()
  await trx.deleteFrom('notify.mail_opt_outs').where('user_id', '=', userId).execute()
  await trx.deleteFrom('notify.counters').where('user_id', '=', userId).execute()
  const { rows } = await sql<{ userId: string; isRead: boolean }>`
    delete from notify.notifications where body ->> 'userId' = ${userId}
    returning user_id as "userId", read_at is not null as "isRead"`.execute(trx)
  // `<kind>:<who>:<day>`; see the index mails_about.
  await sql`
    delete from notify.mails where split_part(cause, ':', 2) = ${userId}`.execute(trx)
  // Others have one less to read.
  await touchState(
    trx,
    rows.flatMap((row) => (row.isRead ? [] : [row.userId])),
  )
}
