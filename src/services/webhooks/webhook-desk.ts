/**
 * What staff do with webhooks, bound to a database: each change in one transaction with its row of
 * the audit log. The secret is shown once, when it is made; the row keeps it sealed.
 */
import { randomUUID } from 'node:crypto'

import { AppError } from '@battalion/base/app-error.ts'
import type { Clock } from '@battalion/base/clock.ts'

import type { Database, Trx } from '../../db/database.ts'
import { afterCommit } from '../../db/transaction-scope.ts'
import type { AuditTrail } from '../audit/audit-trail.ts'
import { findTargetFault } from './post-webhook.ts'
import type { CallPorts } from './post-webhook.ts'
import { createWebhookSecret, showSecret } from './sign-webhook.ts'
import { CLOSED_TEXT, readTarget } from './target-address.ts'
import { TEST_EVENT, writeBody } from './webhook-events.ts'
import type { WebhookEvent } from './webhook-events.ts'
import { countDeliveries, deleteEndpoint, findEndpoint, insertDelivery } from './webhook-queries.ts'
import { insertEndpoint, listDeliveries, listEndpoints, lockEndpoints } from './webhook-queries.ts'
import { reviveDelivery, updateEndpoint } from './webhook-queries.ts'
import type { Delivery, Endpoint } from './webhook-queries.ts'

/** Endpoints there may be; one more is refused. */
export const ENDPOINTS_MAX = 20

/** What the desk stands on. */
export interface WebhookDeskPorts {
  readonly database: Database
  readonly clock: Clock
  readonly call: CallPorts
  readonly seal: (secret: Uint8Array) => string
  /** Something may be due. */
  readonly wake: () => void
}

export type WebhookDesk = ReturnType<typeof createWebhookDesk>

/** An endpoint as staff see it; never its secret. */
export interface WebhookView {
  readonly id: string
  readonly url: string
  readonly events: readonly string[]
  readonly note: string
  readonly isOn: boolean
  readonly failures: number
  readonly pausedUntil: string | null
  readonly dropped: number
  readonly waiting: number
  readonly dead: number
  readonly createdAt: string
}

/** A delivery as staff see it: of the answer its status alone. */
export interface DeliveryView {
  readonly id: string
  readonly type: string
  readonly state: Delivery['state']
  readonly attempts: number
  readonly runAt: string
  readonly lastStatus: number | null
  readonly lastError: string | null
  readonly createdAt: string
  readonly settledAt: string | null
}

interface EndpointForm {
  readonly url: string
  readonly events: readonly WebhookEvent[]
  readonly note: string
}

interface DeliveryOf {
  readonly webhookId: string
  readonly deliveryId: string
}

/** Binds the use cases. */
export function createWebhookDesk(ports: WebhookDeskPorts) {
  const { database } = ports
  const run = <T>(work: (trx: Trx) => Promise<T>) => database.transact(work)
  return {
    list: () => listViews(ports),
    async create(trail: AuditTrail, form: EndpointForm) {
      const url = await checkTarget(ports, form.url)
      return await run((trx) => create(trx, ports, { trail, form: { ...form, url } }))
    },
    async edit(trail: AuditTrail, id: string, form: EndpointForm & { readonly isOn: boolean }) {
      const url = await checkTarget(ports, form.url)
      await run((trx) => edit(trx, ports, { trail, id, form: { ...form, url } }))
    },
    remove: (trail: AuditTrail, id: string) => run((trx) => remove(trx, { trail, id })),
    test: (trail: AuditTrail, id: string) => run((trx) => sendTest(trx, ports, { trail, id })),
    async deliveries(
      endpointId: string,
      wish: { readonly state?: Delivery['state'] | undefined; readonly limit: number },
    ): Promise<DeliveryView[]> {
      if ((await findEndpoint(database.db, endpointId)) === undefined) throw noEndpoint()
      const rows = await listDeliveries(database.db, { endpointId, ...wish })
      return rows.map(viewDelivery)
    },
    retry: (trail: AuditTrail, of: DeliveryOf) => run((trx) => retry(trx, ports, { trail, of })),
  }
}

/** Refused here what is refused again at each call; DNS is asked outside of any transaction. */
async function checkTarget({ call }: WebhookDeskPorts, text: string): Promise<string> {
  const target = readTarget(text, call.rule)
  if (!target.ok) throw new AppError('invalid_request', `The address: ${target.reason}`)
  const fault = await findTargetFault(target.url, call)
  if (fault === undefined) return target.url.href
  const reason = fault === 'closed_address' ? CLOSED_TEXT : 'Its name leads nowhere.'
  throw new AppError('invalid_request', `The address: ${reason}`)
}

async function listViews({ database }: WebhookDeskPorts): Promise<WebhookView[]> {
  const endpoints = await listEndpoints(database.db)
  const counts = await countDeliveries(database.db)
  return endpoints.map((endpoint) => ({
    ...viewEndpoint(endpoint),
    ...(counts.get(endpoint.id) ?? { waiting: 0, dead: 0 }),
  }))
}

type Trailed<T> = T & { readonly trail: AuditTrail }

async function create(
  trx: Trx,
  ports: WebhookDeskPorts,
  { trail, form }: Trailed<{ readonly form: EndpointForm }>,
): Promise<{ id: string; secret: string }> {
  await lockEndpoints(trx)
  if ((await listEndpoints(trx)).length >= ENDPOINTS_MAX) {
    throw new AppError('conflict', `There are ${ENDPOINTS_MAX} webhooks; remove one first.`)
  }
  const id = randomUUID()
  const secret = createWebhookSecret()
  const now = new Date(ports.clock.wallMs())
  await insertEndpoint(trx, { id, ...form, secret_sealed: ports.seal(secret), now })
  await trail.record(trx, { target: targetOf(id), after: audited({ ...form, isOn: true }) })
  return { id, secret: showSecret(secret) }
}

async function edit(
  trx: Trx,
  ports: WebhookDeskPorts,
  wish: Trailed<{ readonly id: string; readonly form: EndpointForm & { readonly isOn: boolean } }>,
): Promise<void> {
  const { trail, id, form } = wish
  const before = await findEndpoint(trx, id)
  if (before === undefined) throw noEndpoint()
  const { url, events, note, isOn } = form
  const now = new Date(ports.clock.wallMs())
  await updateEndpoint(trx, id, { url, events, note, is_on: isOn, now })
  afterCommit(ports.wake)
  const was = audited({ ...before, isOn: before.is_on })
  await trail.record(trx, { target: targetOf(id), before: was, after: audited(form) })
}

async function remove(trx: Trx, { trail, id }: Trailed<{ readonly id: string }>): Promise<void> {
  const before = await findEndpoint(trx, id)
  if (before === undefined || !(await deleteEndpoint(trx, id))) throw noEndpoint()
  const was = audited({ ...before, isOn: before.is_on })
  await trail.record(trx, { target: targetOf(id), before: was, after: null })
}

async function sendTest(
  trx: Trx,
  ports: WebhookDeskPorts,
  { trail, id }: Trailed<{ readonly id: string }>,
): Promise<{ deliveryId: string }> {
  const endpoint = await findEndpoint(trx, id)
  if (endpoint === undefined) throw noEndpoint()
  if (!endpoint.is_on) throw new AppError('conflict', 'This webhook is off.')
  const nowMs = ports.clock.wallMs()
  const eventId = randomUUID()
  const body = writeBody({ type: TEST_EVENT, data: { webhookId: id }, nowMs })
  const event = { eventId, type: TEST_EVENT, body, now: new Date(nowMs) }
  await insertDelivery(trx, id, event)
  // Whoever asks wants to know now: a pause ends.
  await updateEndpoint(trx, id, { now: event.now })
  afterCommit(ports.wake)
  await trail.record(trx, { target: targetOf(id), after: { deliveryId: eventId } })
  return { deliveryId: eventId }
}

async function retry(
  trx: Trx,
  ports: WebhookDeskPorts,
  { trail, of }: Trailed<{ readonly of: DeliveryOf }>,
): Promise<void> {
  const { webhookId: endpointId, deliveryId } = of
  const now = new Date(ports.clock.wallMs())
  const revived = await reviveDelivery(trx, { endpointId, deliveryId, now })
  if (revived === undefined) {
    throw new AppError('not_found', 'There is no such delivery, or it is not dead.')
  }
  afterCommit(ports.wake)
  await updateEndpoint(trx, endpointId, { now })
  const states = { before: { state: 'dead' }, after: { state: 'waiting', deliveryId } }
  await trail.record(trx, { target: targetOf(endpointId), ...states })
}

/** Of the address its origin alone: paths of webhooks are often secrets themselves. */
function audited(form: {
  readonly url: string
  readonly events: readonly string[]
  readonly isOn: boolean
}) {
  return { origin: new URL(form.url).origin, events: form.events, isOn: form.isOn }
}

function viewEndpoint(row: Endpoint): Omit<WebhookView, 'waiting' | 'dead'> {
  return {
    id: row.id,
    url: row.url,
    events: row.events,
    note: row.note,
    isOn: row.is_on,
    failures: row.failures,
    pausedUntil: row.paused_until?.toISOString() ?? null,
    dropped: Number(row.dropped),
    createdAt: row.created_at.toISOString(),
  }
}

function viewDelivery(row: Delivery): DeliveryView {
  return {
    id: row.id,
    type: row.type,
    state: row.state,
    attempts: row.attempts,
    runAt: row.run_at.toISOString(),
    lastStatus: row.last_status,
    lastError: row.last_error,
    createdAt: row.created_at.toISOString(),
    settledAt: row.settled_at?.toISOString() ?? null,
  }
}

function targetOf(id: string) {
  return { kind: 'webhook', id }
}

function noEndpoint(): AppError {
  return new AppError('not_found', 'There is no such webhook.')
}
