/**
 * The job that sends a notification's mail. The address is asked for now, not when the job was put
 * in: a user who opted out or has no verified address gets none, nor does anybody of whom the
 * notification told that is gone. A sender that fails is tried again
 * by the job queue; the same `messageId` each time lets a mail server drop a second copy.
 */
import type { Clock } from '@battalion/base/clock.ts'
import { z } from 'zod'

import type { Database } from '../../db/database.ts'
import type { JobHandler } from '../jobs/job-worker.ts'
import { hasOptedOut } from './mail-choices.ts'
import { findQueuedMail, settleMail } from './notification-queries.ts'
import { renderMail } from './render-template.ts'
import type { Unsubscribing } from './unsubscribe-token.ts'

/** Who is written to. */
export interface MailRecipient {
  readonly address: string
  readonly name: string
  readonly locale: string
}

/** What the job stands on. */
export interface MailNoticePorts {
  readonly database: Database
  readonly clock: Pick<Clock, 'wallMs'>
  /** Undefined when the user has no verified address or takes no mail of this kind. */
  readonly findRecipient: (userId: string, kind: string) => Promise<MailRecipient | undefined>
  readonly send: (mail: {
    readonly to: string
    readonly subject: string
    readonly text: string
    readonly messageId: string
    /** Where mails of this kind are stopped. */
    readonly unsubscribeUrl: string
  }) => Promise<void>
  /** The link of a user and kind. */
  readonly unsubscribeUrl: (wish: Unsubscribing) => string
}

const mailJobSchema = z.object({
  mailId: z.uuid(),
  userId: z.uuid(),
  kind: z.string(),
})

/** Handler of `MAIL_JOB`. */
export function createMailNoticeHandler(ports: MailNoticePorts): JobHandler {
  return async ({ payload }) => {
    const { mailId, userId, kind } = mailJobSchema.parse(payload)
    const { db } = ports.database
    const queued = await findQueuedMail(db, mailId)
    if (queued === undefined) return
    const isWanted = queued.values !== undefined && !(await hasOptedOut(db, userId, kind))
    const recipient = isWanted ? await ports.findRecipient(userId, kind) : undefined
    const unsubscribeUrl = ports.unsubscribeUrl({ userId, kind })
    const mail =
      recipient &&
      renderMail(kind, recipient.locale, {
        ...queued.values,
        recipient: recipient.name,
        unsubscribeUrl,
      })
    if (recipient !== undefined && mail !== undefined) {
      await ports.send({ to: recipient.address, ...mail, messageId: mailId, unsubscribeUrl })
    }
    const state = mail === undefined ? 'refused' : 'sent'
    await settleMail(db, { mailId, state, now: new Date(ports.clock.wallMs()) })
  }
}
