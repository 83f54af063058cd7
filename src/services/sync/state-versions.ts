/**
 * The version of what `GET /v1/me/state` shows of a user (SYNC-1). Every use case that changes it
 * calls `touchState` once, last, in its transaction: the row locks it takes are held shortly, and
 * one sorted statement per transaction cannot deadlock with another.
 */
import { sql } from 'kysely'

import type { Db, Trx } from '../../db/database.ts'

/** The state of these users changed. */
export async function touchState(trx: Trx, userIds: readonly string[]): Promise<void> {
  if (userIds.length === 0) return
  await sql`
    insert into sync.state_versions (user_id, version)
    select distinct id, 1 from unnest(${[...userIds]}::uuid[]) as touched (id) order by id
    on conflict (user_id) do update set version = state_versions.version + 1`.execute(trx)
}

/** The version of a user's state; 0 before anything happened. */
export async function readStateVersion(db: Db, userId: string): Promise<number> {
  const row = await db
    .selectFrom('sync.state_versions')
    .select('version')
    .where('user_id', '=', userId)
    .executeTakeFirst()
  return Number(row?.version ?? 0n)
}
