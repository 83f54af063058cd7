/** SQL of endpoints and deliveries. */
import { sql } from 'kysely'
import type { Selectable } from 'kysely'

import type { Db, Trx } from '../../db/database.ts'
import type { WebhookDeliveryRow, WebhookEndpointRow } from '../../db/webhook-tables.ts'

export type Endpoint = Selectable<WebhookEndpointRow>
export type Delivery = Selectable<WebhookDeliveryRow>

/** Held while endpoints are counted. */
const LOCK_KEY = 'webhooks.endpoints'

/** One change of the set of endpoints at a time. */
export async function lockEndpoints(trx: Trx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${LOCK_KEY}, 0))`.execute(trx)
}

/** All of them, the oldest first: they are few. */
export async function listEndpoints(db: Db): Promise<Endpoint[]> {
  return await db.selectFrom('webhooks.endpoints').selectAll().orderBy('created_at').execute()
}

export async function findEndpoint(db: Db, id: string): Promise<Endpoint | undefined> {
  return await db
    .selectFrom('webhooks.endpoints')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
}

export async function insertEndpoint(
  trx: Trx,
  endpoint: Pick<Endpoint, 'id' | 'url' | 'events' | 'note' | 'secret_sealed'> & { now: Date },
): Promise<void> {
  const { now, events, ...rest } = endpoint
  await trx
    .insertInto('webhooks.endpoints')
    .values({
      ...rest,
      events: sql<string[]>`${[...events]}::text[]`,
      is_on: true,
      paused_until: null,
      locked_by: null,
      locked_until: null,
      created_at: now,
      updated_at: now,
    })
    .execute()
}

/** Changes it; a change ends its pause, as it may be the cure. */
export async function updateEndpoint(
  trx: Trx,
  id: string,
  change: Partial<Pick<Endpoint, 'url' | 'note' | 'is_on'>> & {
    readonly events?: readonly string[] | undefined
    readonly now: Date
  },
): Promise<void> {
  const { now, events, ...rest } = change
  await trx
    .updateTable('webhooks.endpoints')
    .set({ ...rest, updated_at: now, failures: 0, paused_until: null })
    .$if(events !== undefined, (query) =>
      query.set({ events: sql<string[]>`${[...(events ?? [])]}::text[]` }),
    )
    .where('id', '=', id)
    .execute()
}

/** With its deliveries; false when there is none. */
export async function deleteEndpoint(trx: Trx, id: string): Promise<boolean> {
  const { numDeletedRows } = await trx
    .deleteFrom('webhooks.endpoints')
    .where('id', '=', id)
    .executeTakeFirst()
  return numDeletedRows === 1n
}

/** How many deliveries of each endpoint wait or are dead. */
export async function countDeliveries(
  db: Db,
): Promise<ReadonlyMap<string, { waiting: number; dead: number }>> {
  const rows = await db
    .selectFrom('webhooks.deliveries')
    .select('endpoint_id')
    .select(sql<number>`(count(*) filter (where state = 'waiting'))::int4`.as('waiting'))
    .select(sql<number>`(count(*) filter (where state = 'dead'))::int4`.as('dead'))
    .where('state', '<>', 'delivered')
    .groupBy('endpoint_id')
    .execute()
  return new Map(rows.map(({ endpoint_id, waiting, dead }) => [endpoint_id, { waiting, dead }]))
}

/** An event as it is sent. */
export interface OutgoingEvent {
  readonly eventId: string
  readonly type: string
  readonly body: string
  readonly now: Date
}

/**
 * A delivery for each endpoint that wants the event and is on; where `waitingMax` wait already it
 * is counted as dropped. The same event again changes nothing.
 */
export async function insertDeliveries(
  trx: Trx,
  event: OutgoingEvent,
  waitingMax: number,
): Promise<number> {
  const { eventId, type, body, now } = event
  const { rows } = await sql<{ count: number }>`
    with wanted as (
      select endpoints.id, (
        select count(*) from webhooks.deliveries
        where endpoint_id = endpoints.id and state = 'waiting'
      ) >= ${waitingMax}::int4 as is_full
      from webhooks.endpoints where is_on and ${type}::text = any(events)
    ), dropped as (
      update webhooks.endpoints set dropped = dropped + 1
      where id in (select id from wanted where is_full)
    ), made as (
      insert into webhooks.deliveries
        (id, endpoint_id, event_id, type, body, state, run_at, created_at)
      select gen_random_uuid(), id, ${eventId}::uuid, ${type}, ${body}, 'waiting',
        ${now}::timestamptz, ${now}::timestamptz
      from wanted where not is_full
      on conflict (endpoint_id, event_id) do nothing
      returning id
    )
    select count(*)::int4 as count from made`.execute(trx)
  return rows[0]!.count
}

/** One delivery to one endpoint, whatever it wants. */
export async function insertDelivery(
  trx: Trx,
  endpointId: string,
  event: OutgoingEvent,
): Promise<void> {
  const { eventId, type, body, now } = event
  const common = { event_id: eventId, type, body, state: 'waiting', created_at: now } as const
  const none = { last_status: null, last_error: null, settled_at: null }
  await trx
    .insertInto('webhooks.deliveries')
    .values({ id: eventId, endpoint_id: endpointId, run_at: now, ...common, ...none })
    .execute()
}

/** Deliveries of an endpoint, the newest first. */
export async function listDeliveries(
  db: Db,
  wish: {
    readonly endpointId: string
    readonly state?: Delivery['state'] | undefined
    readonly limit: number
  },
): Promise<Delivery[]> {
  let query = db
    .selectFrom('webhooks.deliveries')
    .selectAll()
    .where('endpoint_id', '=', wish.endpointId)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(wish.limit)
  if (wish.state !== undefined) query = query.where('state', '=', wish.state)
  return await query.execute()
}

/** Makes a dead delivery due again with all its tries; undefined when it is not dead. */
export async function reviveDelivery(
  trx: Trx,
  of: { readonly endpointId: string; readonly deliveryId: string; readonly now: Date },
): Promise<Delivery | undefined> {
  return await trx
    .updateTable('webhooks.deliveries')
    .set({ state: 'waiting', attempts: 0, run_at: of.now, settled_at: null })
    .where('id', '=', of.deliveryId)
    .where('endpoint_id', '=', of.endpointId)
    .where('state', '=', 'dead')
    .returningAll()
    .executeTakeFirst()
}

/** Takes up to `limit` endpoints that have something due, each for one sender alone. */
export async function claimEndpoints(
  db: Db,
  wish: {
    readonly senderId: string
    readonly limit: number
    readonly now: Date
    readonly until: Date
  },
): Promise<Endpoint[]> {
  const { senderId, limit, now, until } = wish
  const { rows } = await sql<Endpoint>`
    with due as materialized (
      select id from webhooks.endpoints as endpoint
      where is_on and (paused_until is null or paused_until <= ${now}::timestamptz)
        and (locked_until is null or locked_until < ${now}::timestamptz)
        and exists (
          select 1 from webhooks.deliveries
          where endpoint_id = endpoint.id and state = 'waiting' and run_at <= ${now}::timestamptz
        )
      limit ${limit}::int4
      for update skip locked
    )
    update webhooks.endpoints as endpoint
    set locked_by = ${senderId}::uuid, locked_until = ${until}::timestamptz
    from due where endpoint.id = due.id
    returning endpoint.*`.execute(db)
  return rows
}

/** Gives an endpoint back, with what was learnt of it; nothing when another sender has it now. */
export async function releaseEndpoint(
  db: Db,
  hold: { readonly id: string; readonly senderId: string },
  learnt: { readonly failures: number; readonly pausedUntil: Date | null },
): Promise<void> {
  await db
    .updateTable('webhooks.endpoints')
    .set({ locked_by: null, locked_until: null })
    .set({ failures: learnt.failures, paused_until: learnt.pausedUntil })
    .where('id', '=', hold.id)
    .where('locked_by', '=', hold.senderId)
    .execute()
}

/** What is due for an endpoint, the longest waiting first. */
export async function listDue(
  db: Db,
  wish: { readonly endpointId: string; readonly now: Date; readonly limit: number },
): Promise<Delivery[]> {
  return await db
    .selectFrom('webhooks.deliveries')
    .selectAll()
    .where('endpoint_id', '=', wish.endpointId)
    .where('state', '=', 'waiting')
    .where('run_at', '<=', wish.now)
    .orderBy('run_at')
    .limit(wish.limit)
    .execute()
}

/** What became of one try. */
export async function settleTry(
  db: Db,
  id: string,
  outcome: {
    readonly state: Delivery['state']
    readonly attempts: number
    readonly status: number | null
    readonly error: string | null
    readonly runAt?: Date | undefined
    readonly now: Date
  },
): Promise<void> {
  const { state, attempts, status, error, runAt, now } = outcome
  await db
    .updateTable('webhooks.deliveries')
    .set({ state, attempts, last_status: status, last_error: error })
    .set(runAt === undefined ? {} : { run_at: runAt })
    .set({ settled_at: state === 'waiting' ? null : now })
    .where('id', '=', id)
    .where('state', '=', 'waiting')
    .execute()
}

/** When something can be sent next; undefined when nothing waits. */
export async function findNextDue(db: Db): Promise<Date | undefined> {
  const { rows } = await sql<{ due: Date | null }>`
    select min(greatest(run_at, paused_until, locked_until)) as due
    from webhooks.deliveries join webhooks.endpoints on endpoints.id = endpoint_id
    where state = 'waiting' and is_on`.execute(db)
  return rows[0]?.due ?? undefined
}

/** Forgets what was settled before these times. */
export async function deleteSettled(
  db: Db,
  before: { readonly delivered: Date; readonly dead: Date },
): Promise<void> {
  await db
    .deleteFrom('webhooks.deliveries')
    .where((eb) =>
      eb.or([
        eb.and([eb('state', '=', 'delivered'), eb('settled_at', '<', before.delivered)]),
        eb.and([eb('state', '=', 'dead'), eb('settled_at', '<', before.dead)]),
      ]),
    )
    .execute()
}
