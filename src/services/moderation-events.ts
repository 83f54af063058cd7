/**
 * What moderation tells the outside (services/webhooks): events of the outbox with ids and states,
 * no names, no reasons in words, nothing that players wrote.
 */
import type { Trx } from '../db/database.ts'
import type { EventOutbox } from './outbox/event-outbox.ts'

/** Topic of these events; their key is the user or report. */
export const MODERATION_TOPIC = 'moderation'

/** One of them. */
export type ModerationEvent =
  | { readonly type: 'user.banned'; readonly userId: string; readonly until: string | null }
  | { readonly type: 'user.unbanned'; readonly userId: string }
  | { readonly type: 'report.opened'; readonly reportId: string; readonly reason: string }
  | { readonly type: 'report.settled'; readonly reportId: string; readonly verdict: string }

/** Tells it, if and only if the transaction commits. */
export async function emitModeration(
  trx: Trx,
  outbox: Pick<EventOutbox, 'emit'>,
  event: ModerationEvent,
): Promise<void> {
  const key = 'userId' in event ? event.userId : event.reportId
  await outbox.emit(trx, { topic: MODERATION_TOPIC, key, payload: event })
}
