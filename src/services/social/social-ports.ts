/** What friends, groups and parties stand on, and the locks and checks they share. */
import { AppError } from '@battalion/base/app-error.ts'
import { sql } from 'kysely'

import { findDatabaseError } from '../../db/database-error.ts'
import type { Db, Trx } from '../../db/database.ts'
import type { NotifyPorts } from '../notifications/notifications.ts'

/** Names of users who are there; who is deleted or unknown is left out. */
export type FindNames = (db: Db, userIds: readonly string[]) => Promise<ReadonlyMap<string, string>>

/** What the use cases stand on. */
export interface SocialPorts extends NotifyPorts {
  readonly findNames: FindNames
  /** True when a group may be called so. */
  readonly isCleanName: (name: string) => boolean
  /** From configuration; the defaults of `groups.ts` and `parties.ts` where left out. */
  readonly sizes?: { readonly groupMembersMax: number; readonly partyMembersMax: number }
}

/** Advisory locks of this module, apart from those of others. */
const LOCK_SEED = 4

/**
 * Holds these users still until the transaction ends, in id order, so that two cannot wait for each
 * other: what is checked of a pair, and counted of a user, stays true until it is written.
 */
export async function lockUsers(trx: Trx, userIds: readonly string[]): Promise<void> {
  const lock = sql`
    select pg_advisory_xact_lock(hashtextextended(id, ${LOCK_SEED}::int8))
    from (
      select distinct id from unnest(${[...userIds]}::text[]) as u (id) order by id
    ) as in_order`
  await lock.execute(trx)
}

/** The user's name; `not_found` when there is no such user any more. */
export async function findNameOf(db: Db, ports: SocialPorts, userId: string): Promise<string> {
  const name = (await ports.findNames(db, [userId])).get(userId)
  if (name === undefined) throw new AppError('not_found', 'There is no such player.')
  return name
}

/** A day as part of a cause: what is repeated within it is told once. */
export function dayOf(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(0, 10)
}

/** True when an insert failed for a unique key. */
export function isTaken(error: unknown): boolean {
  return findDatabaseError(error)?.code === '23505'
}
