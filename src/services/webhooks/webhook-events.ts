/**
 * What webhooks tell of, taken from the events of the outbox. Bodies hold ids, states and figures:
 * no names, no mail addresses, nothing that players wrote.
 */
import { z } from 'zod'

import type { Database } from '../../db/database.ts'
import type { BusEvent } from '../outbox/bus.ts'
import { insertDeliveries } from './webhook-queries.ts'

/** Types that an endpoint may ask for. */
export const WEBHOOK_EVENTS = [
  'match.finished',
  'report.opened',
  'report.settled',
  'user.banned',
  'user.unbanned',
  'balance.published',
] as const
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number]
/** What an operator sends to try an endpoint. */
export const TEST_EVENT = 'webhook.test'

/** Deliveries that wait for one endpoint; what comes beyond is counted and lost. */
export const WAITING_MAX = 10_000

const payloadSchema = z.looseObject({ type: z.enum(WEBHOOK_EVENTS) })

/** The body as it is signed and sent. */
export function writeBody(event: {
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
  readonly nowMs: number
}): string {
  const { type, data, nowMs } = event
  return JSON.stringify({ type, timestamp: new Date(nowMs).toISOString(), data })
}

/** Takes an event of the bus in; how many deliveries it became. Others than the above are none. */
export async function takeEvent(
  database: Database,
  event: BusEvent,
  nowMs: number,
): Promise<number> {
  const parsed = payloadSchema.safeParse(event.payload)
  if (!parsed.success) return 0
  const { type, ...data } = parsed.data
  const outgoing = { eventId: event.id, type, body: writeBody({ type, data, nowMs }) }
  return await database.transact((trx) =>
    insertDeliveries(trx, { ...outgoing, now: new Date(nowMs) }, WAITING_MAX),
  )
}
