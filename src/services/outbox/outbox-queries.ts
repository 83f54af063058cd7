/** SQL of outbox, inbox, dead letters and the relay's lease. */
import { sql } from 'kysely'

import type { Db, Trx } from '../../db/database.ts'
import { deleteRowsInParts } from '../../db/delete-in-parts.ts'
import { jsonText } from '../../db/json-text.ts'
import type { BusEvent } from './bus.ts'

/** An event that waits to be published. */
export interface WaitingEvent extends BusEvent {
  readonly rowId: bigint
}

/**
 * Inserts an event. A lock on topic and key, held to the end of the transaction, comes before the
 * id: two transactions under one key get their ids in the order in which they commit, which is the
 * order the relay reads. Without it the later id may commit first and be relayed first.
 */
export async function insertEvent(trx: Trx, event: BusEvent, nowMs: number): Promise<void> {
  await sql`
    with held as materialized (
      select pg_advisory_xact_lock(hashtextextended(${event.topic} || chr(10) || ${event.key}, 0))
    )
    insert into stream.outbox (event_id, topic, key, payload, headers, created_at)
    select ${event.id}::uuid, ${event.topic}, ${event.key}, ${jsonText(event.payload)},
      ${jsonText(event.headers)}, ${new Date(nowMs)}::timestamptz
    from held`.execute(trx)
}

/** The oldest events that wait, none of the keys in `busyKeys` (`topic\nkey`). */
export async function readWaiting(
  db: Db,
  busyKeys: readonly string[],
  limit: number,
): Promise<WaitingEvent[]> {
  const { rows } = await sql<WaitingEvent>`
    select id as "rowId", event_id::text as id, topic, key, payload, headers
    from stream.outbox
    where published_at is null
      and not (topic || chr(10) || key = any(${[...busyKeys]}::text[]))
    order by outbox.id
    limit ${limit}::int4`.execute(db)
  return rows
}

/** Writes that events are with the bus. */
export async function markPublished(
  db: Db,
  rowIds: readonly bigint[],
  nowMs: number,
): Promise<void> {
  await sql`
    update stream.outbox set published_at = ${new Date(nowMs)}::timestamptz
    where id = any(${[...rowIds]}::int8[])`.execute(db)
}

/** How many wait, for metrics and tests. */
export async function countWaiting(db: Db): Promise<number> {
  const row = await db
    .selectFrom('stream.outbox')
    .select(sql<number>`count(*)::int4`.as('count'))
    .where('published_at', 'is', null)
    .executeTakeFirstOrThrow()
  return row.count
}

/** Takes or keeps a lease; false while somebody else has it. */
export async function takeLease(
  db: Db,
  lease: { readonly name: string; readonly holder: string },
  times: { readonly nowMs: number; readonly untilMs: number },
): Promise<boolean> {
  const { rows } = await sql`
    insert into stream.leases (name, holder, expires_at)
    values (${lease.name}, ${lease.holder}, ${new Date(times.untilMs)}::timestamptz)
    on conflict (name) do update set holder = excluded.holder, expires_at = excluded.expires_at
    where leases.holder = excluded.holder
      or leases.expires_at < ${new Date(times.nowMs)}::timestamptz
    returning name`.execute(db)
  return rows.length === 1
}

/** Gives a lease back, so that another process need not wait for its end. */
export async function dropLease(
  db: Db,
  lease: { readonly name: string; readonly holder: string },
): Promise<void> {
  await db
    .deleteFrom('stream.leases')
    .where('name', '=', lease.name)
    .where('holder', '=', lease.holder)
    .execute()
}

/** Forgets what was published, taken in, or buried before these times. */
export async function deleteOldEvents(
  db: Db,
  before: { readonly publishedMs: number; readonly takenMs: number; readonly buriedMs: number },
): Promise<void> {
  const published = new Date(before.publishedMs)
  await deleteRowsInParts(
    db,
    (count) => sql`
      delete from stream.outbox where id in (
        select id from stream.outbox where published_at < ${published}::timestamptz
        order by published_at limit ${count}::int4)`,
  )
  const taken = new Date(before.takenMs)
  await deleteRowsInParts(
    db,
    (count) => sql`
      delete from stream.inbox where (consumer, event_id) in (
        select consumer, event_id from stream.inbox where taken_at < ${taken}::timestamptz
        order by taken_at limit ${count}::int4)`,
  )
  const buried = new Date(before.buriedMs)
  await db.deleteFrom('stream.dead_letters').where('dead_at', '<', buried).execute()
}
