/**
 * Telling users of something: one row per user and cause, however often it is said (NTF-1, NTF-3),
 * numbered per user without gaps, so that a stream goes on after any number. A cause may also send
 * one mail, by a job in the same transaction; the address is looked up when it is sent.
 */
import { randomUUID } from 'node:crypto'

import type { Clock } from '@battalion/base/clock.ts'

import type { Db, Trx } from '../../db/database.ts'
import type { JobQueue } from '../jobs/job-queue.ts'
import { emitToUsers } from '../live-events.ts'
import type { EventOutbox } from '../outbox/event-outbox.ts'
import { touchState } from '../sync/state-versions.ts'
import { insertMail, insertNotification, markRead } from './notification-queries.ts'
import {
  countUnread,
  deleteBeyond,
  selectKind,
  selectNotifications,
} from './notification-queries.ts'
import type { StoredNotification } from './notification-queries.ts'
import type { NoticeKind, NoticeValues } from './render-template.ts'

/** Notifications kept per user; the oldest beyond it are forgotten. */
export const NOTIFICATIONS_PER_USER_MAX = 500
/** Answered at once. */
export const NOTIFICATIONS_PAGE_MAX = 100
/** Job kind of a mail; its payload is {@link MailJob}. */
export const MAIL_JOB = 'notify.mail'

/** What telling stands on. */
export interface NotifyPorts {
  readonly clock: Pick<Clock, 'wallMs'>
  readonly outbox: EventOutbox
  readonly jobs: JobQueue
}

/** What happened, to whom. */
export interface NewNotice {
  readonly userId: string
  /** Once per user and cause, for ever; `friend_asked:<who>:<day>`. */
  readonly cause: string
  readonly kind: NoticeKind
  /** Who names somebody gives his `userId` too: the notice goes with him (notification-data.ts). */
  readonly values: NoticeValues
  /** Also by mail, where the kind has one and the user takes it. */
  readonly withMail?: boolean
}

/** Payload of a mail's job: names stay in the notification, from which they can be erased. */
export interface MailJob {
  readonly mailId: string
  readonly userId: string
  readonly kind: string
}

/** Tells a user; false when the cause was told before. The caller touches the user's state. */
export async function notify(trx: Trx, ports: NotifyPorts, notice: NewNotice): Promise<boolean> {
  const { userId, cause, kind, values } = notice
  const now = new Date(ports.clock.wallMs())
  const stored = await insertNotification(trx, { userId, cause, kind, values, now })
  if (stored === undefined) return false
  await deleteBeyond(trx, userId, stored.seq - NOTIFICATIONS_PER_USER_MAX)
  await emitToUsers(trx, ports.outbox, {
    key: userId,
    userIds: [userId],
    type: 'notification',
    body: toPublic(stored),
  })
  if (notice.withMail === true) await enqueueMail(trx, ports, notice)
  return true
}

async function enqueueMail(trx: Trx, ports: NotifyPorts, notice: NewNotice): Promise<void> {
  const { userId, cause, kind } = notice
  const now = new Date(ports.clock.wallMs())
  const mailId = randomUUID()
  if (!(await insertMail(trx, { id: mailId, userId, cause, kind, now }))) return
  const payload: MailJob = { mailId, userId, kind }
  await ports.jobs.enqueue(trx, { kind: MAIL_JOB, key: `mail:${userId}:${cause}`, payload })
}

/** A notification as the API and the home room give it. */
export interface PublicNotification {
  readonly seq: number
  readonly kind: string
  readonly values: NoticeValues
  readonly createdAt: string
  readonly isRead: boolean
}

function toPublic(stored: StoredNotification): PublicNotification {
  const { seq, kind, values, createdAt, readAt } = stored
  return { seq, kind, values, createdAt: createdAt.toISOString(), isRead: readAt !== null }
}

/** Those after a number, oldest first: what a stream that was cut has not said yet. */
export async function readNotificationsAfter(
  db: Db,
  wish: { readonly userId: string; readonly after: number; readonly limit: number },
): Promise<PublicNotification[]> {
  const limit = Math.min(wish.limit, NOTIFICATIONS_PAGE_MAX)
  return (await selectNotifications(db, { ...wish, limit, order: 'asc' })).map(toPublic)
}

/** The newest before a number, newest first. */
export async function readNotificationsBefore(
  db: Db,
  wish: { readonly userId: string; readonly before: number; readonly limit: number },
): Promise<PublicNotification[]> {
  const limit = Math.min(wish.limit, NOTIFICATIONS_PAGE_MAX)
  return (await selectNotifications(db, { ...wish, limit, order: 'desc' })).map(toPublic)
}

/** Those of one kind that a user still has, newest first; for staff. */
export async function listNoticesOf(
  db: Db,
  of: { readonly userId: string; readonly kind: NoticeKind },
): Promise<PublicNotification[]> {
  return (await selectKind(db, { ...of, limit: NOTIFICATIONS_PAGE_MAX })).map(toPublic)
}

/** Marks all up to a number as read. */
export async function markNotificationsRead(
  trx: Trx,
  ports: Pick<NotifyPorts, 'clock'>,
  mark: { readonly userId: string; readonly upTo: number },
): Promise<void> {
  const count = await markRead(trx, { ...mark, now: new Date(ports.clock.wallMs()) })
  if (count > 0) await touchState(trx, [mark.userId])
}

export { countUnread as countUnreadNotifications }
