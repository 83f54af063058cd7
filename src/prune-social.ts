/**
 * Jobs of friends, chat and notifications: invitations that run out, and what is forgotten with
 * time (part of the job `prune`).
 */
import type { Clock } from '@battalion/base/clock.ts'

import type { Database } from './db/database.ts'
import type { JobPlan } from './open-app-database.ts'
import { deleteInParts } from './db/delete-in-parts.ts'
import { closeLostChannels } from './services/chat/channel-queries.ts'
import { deleteOldLines } from './services/chat/message-queries.ts'
import { deleteOldMails, deleteOldNotices } from './services/notifications/notification-queries.ts'
import { endOldInvites, INVITE_OVER_JOB } from './services/social/parties.ts'
import type { InviteOver } from './services/social/parties.ts'
import { touchState } from './services/sync/state-versions.ts'
import { systemClock } from './system-clock.ts'

/** An invitation to a party ends when it has run out, not when somebody looks. */
export function planSocialJobs(
  database: Database,
  clock: Pick<Clock, 'wallMs'> = systemClock,
): JobPlan {
  return {
    handlers: {
      [INVITE_OVER_JOB]: async ({ payload }) => {
        const over = { ...(payload as InviteOver), nowMs: clock.wallMs() }
        await database.transact((trx) => endOldInvites(trx, over))
      },
    },
    schedules: [],
  }
}

const MS_PER_DAY = 86_400_000
/** How long lines and notifications stay, and a battle's channel is open at most (days). */
const KEEP_DAYS = { lines: 90, notices: 90, battleChannels: 2 }

/** Forgets what is old: lines, notifications, invitations that ran out. */
export async function pruneSocial(database: Database, nowMs: number): Promise<void> {
  const { db } = database
  const daysAgo = (days: number) => new Date(nowMs - days * MS_PER_DAY)
  await closeLostChannels(db, { before: daysAgo(KEEP_DAYS.battleChannels), now: daysAgo(0) })
  await deleteOldLines(db, daysAgo(KEEP_DAYS.lines))
  const before = daysAgo(KEEP_DAYS.notices)
  await deleteOldMails(db, before)
  await deleteInParts((count) =>
    database.transact(async (trx) => {
      const old = await deleteOldNotices(trx, { before, count })
      await touchState(trx, old.unreadBy)
      return old.count
    }),
  )
  await database.transact((trx) => endOldInvites(trx, { nowMs }))
}
