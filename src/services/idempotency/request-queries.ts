/**
 * SQL of keyed requests. Whoever carries a request out holds it by a lease; every write names the
 * holder, so one that lost its lease changes nothing and cannot commit its effect.
 */
import { sql } from 'kysely'

import type { Db, Trx } from '../../db/database.ts'

/** An answer as it is kept. */
export interface KeptAnswer {
  readonly status: number
  readonly contentType: string | null
  readonly body: string
}

/** Which request of whom. */
export interface RequestId {
  readonly userId: string
  readonly key: string
}

/** A request in the hands of one holder. */
export interface RequestHold extends RequestId {
  readonly holder: string
}

/** A request as it stands. */
export interface StoredRequest {
  readonly requestHash: Uint8Array
  readonly leaseUntilMs: number
  readonly isCommitted: boolean
  readonly answer: KeptAnswer | undefined
}

/** False when there is one under this key already. */
export async function insertRequest(
  db: Db,
  request: RequestHold & { readonly hash: Uint8Array; nowMs: number; leaseUntilMs: number },
): Promise<boolean> {
  const inserted = await db
    .insertInto('idempotency.requests')
    .values({
      user_id: request.userId,
      key: request.key,
      request_hash: request.hash,
      holder: request.holder,
      lease_until: new Date(request.leaseUntilMs),
      status: null,
      content_type: null,
      body: null,
      created_at: new Date(request.nowMs),
    })
    .onConflict((conflict) => conflict.columns(['user_id', 'key']).doNothing())
    .returning('key')
    .executeTakeFirst()
  return inserted !== undefined
}

/** The request under a key, if there is one. */
export async function findRequest(
  db: Db,
  { userId, key }: RequestId,
): Promise<StoredRequest | undefined> {
  const row = await db
    .selectFrom('idempotency.requests')
    .select(['request_hash', 'lease_until', 'is_committed', 'status', 'content_type', 'body'])
    .where('user_id', '=', userId)
    .where('key', '=', key)
    .executeTakeFirst()
  if (row === undefined) return undefined
  const { status, content_type: contentType, body } = row
  return {
    requestHash: row.request_hash,
    leaseUntilMs: row.lease_until.getTime(),
    isCommitted: row.is_committed,
    answer: status === null ? undefined : { status, contentType, body: body ?? '' },
  }
}

/** Takes a request over whose holder went without an effect; false when another was faster. */
export async function takeOverRequest(
  db: Db,
  {
    userId,
    key,
    holder,
    nowMs,
    leaseUntilMs,
  }: RequestHold & { nowMs: number; leaseUntilMs: number },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('idempotency.requests')
    .set({ holder, lease_until: new Date(leaseUntilMs) })
    .where('user_id', '=', userId)
    .where('key', '=', key)
    .where('status', 'is', null)
    .where('is_committed', '=', false)
    .where('lease_until', '<=', new Date(nowMs))
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Writes down, in the transaction of the effect, that there is one; false for a lost lease. */
export async function markCommitted(trx: Trx, hold: RequestHold): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('idempotency.requests')
    .set({ is_committed: true })
    .where('user_id', '=', hold.userId)
    .where('key', '=', hold.key)
    .where('holder', '=', hold.holder)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Keeps the answer for whoever asks again. */
export async function keepAnswer(db: Db, hold: RequestHold, answer: KeptAnswer): Promise<void> {
  const { status, contentType, body } = answer
  await db
    .updateTable('idempotency.requests')
    .set({ status, content_type: contentType, body })
    .where('user_id', '=', hold.userId)
    .where('key', '=', hold.key)
    .where('holder', '=', hold.holder)
    .execute()
}

/** Gives the request back at once: it may be tried again when it had no effect. */
export async function endLease(db: Db, hold: RequestHold, nowMs: number): Promise<void> {
  await db
    .updateTable('idempotency.requests')
    .set({ lease_until: new Date(nowMs) })
    .where('user_id', '=', hold.userId)
    .where('key', '=', hold.key)
    .where('holder', '=', hold.holder)
    .execute()
}

/** Deletes up to `count` of those made before `beforeMs`; how many there were. */
export async function deleteOldRequests(
  db: Db,
  { beforeMs, count }: { readonly beforeMs: number; readonly count: number },
): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    delete from idempotency.requests where (user_id, key) in (
      select user_id, key from idempotency.requests
      where created_at < ${new Date(beforeMs)} order by created_at limit ${count}
    )`.execute(db)
  return Number(numAffectedRows)
}

/** Which requests of a user are kept, for his copy. */
export async function listRequestsOf(db: Db, userId: string): Promise<unknown> {
  return await db
    .selectFrom('idempotency.requests')
    .select(['key', 'status', 'created_at'])
    .where('user_id', '=', userId)
    .orderBy('created_at')
    .execute()
}

/** Everything of a user, for his removal. */
export async function deleteRequestsOf(trx: Trx, userId: string): Promise<void> {
  await trx.deleteFrom('idempotency.requests').where('user_id', '=', userId).execute()
}
