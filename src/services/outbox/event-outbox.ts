/**
 * Saying that something happened, in the transaction that made it so: the event leaves if and only
 * if that commits [BUS-1]. Consumers get it at least once; `takeOnce` in their own transaction
 * makes that exactly once. What nobody could handle is kept as a dead letter.
 */
import { randomUUID } from 'node:crypto'

import type { Clock } from '@battalion/base/clock.ts'

import type { Database, Trx } from '../../db/database.ts'
import { jsonText } from '../../db/json-text.ts'
import { afterCommit } from '../../db/transaction-scope.ts'
import { findRequestId, REQUEST_ID_KEY } from '../request-scope.ts'
import type { BuryLetter } from './bus.ts'
import { insertEvent } from './outbox-queries.ts'

/** What happened. */
export interface NewEvent {
  readonly topic: string
  readonly key: string
  /** JSON. */
  readonly payload: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** Takes events. */
export interface EventOutbox {
  /** The event's id. */
  emit(trx: Trx, event: NewEvent): Promise<string>
  /** Calls `listener` after each commit that emitted. */
  onEmitted(listener: () => void): void
  /** Says that another process has emitted. */
  wake(): void
}

/** The outbox of one database. */
export function createEventOutbox(clock: Clock): EventOutbox {
  const listeners: (() => void)[] = []
  const wake = () => {
    for (const listener of listeners) listener()
  }
  return {
    onEmitted: (listener) => void listeners.push(listener),
    wake,
    async emit(trx, { topic, key, payload, headers = {} }) {
      const id = randomUUID()
      const requestId = findRequestId()
      const asked = requestId === undefined ? {} : { [REQUEST_ID_KEY]: requestId }
      const event = { id, topic, key, payload, headers: { ...asked, ...headers } }
      await insertEvent(trx, event, clock.wallMs())
      afterCommit(wake)
      return id
    },
  }
}

/** True the first time a consumer sees an event; false when it has taken it in before. */
export async function takeOnce(
  trx: Trx,
  consumer: string,
  event: { readonly eventId: string; readonly nowMs: number },
): Promise<boolean> {
  const taken = await trx
    .insertInto('stream.inbox')
    .values({ consumer, event_id: event.eventId, taken_at: new Date(event.nowMs) })
    .onConflict((conflict) => conflict.columns(['consumer', 'event_id']).doNothing())
    .returning('event_id')
    .executeTakeFirst()
  return taken !== undefined
}

/** Keeps dead letters in the database; one per group and event. */
export function createLetterBox(database: Database, clock: Clock): BuryLetter {
  return async ({ group, event, reason }) => {
    await database.db
      .insertInto('stream.dead_letters')
      .values({
        consumer: group,
        event_id: event.id,
        topic: event.topic,
        key: event.key,
        payload: jsonText(event.payload),
        headers: jsonText(event.headers),
        reason,
        dead_at: new Date(clock.wallMs()),
      })
      .onConflict((conflict) => conflict.columns(['consumer', 'event_id']).doNothing())
      .execute()
  }
}
