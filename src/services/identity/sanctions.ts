/**
 * What players are sanctioned with [ADM-2]: bans, mutes, match-locks, kicks. One row each, and it
 * stays when it is over or lifted: by whom, why, until when, lifted by whom. Rows only; what a
 * sanction does to sessions, sockets and lines stands with who imposes it. One of a kind and scope
 * stands at a time: another one takes its place.
 */
import { randomUUID } from 'node:crypto'

import { AppError } from '@battalion/base/app-error.ts'
import { sql } from 'kysely'

import type { Db, Trx } from '../../db/database.ts'
import type { SanctionRow } from '../../db/tables.ts'
import { listRoles } from './roles.ts'
import { lockUser } from './user-queries.ts'

export type SanctionKind = SanctionRow['kind']
/** Scope of what holds everywhere. */
export const EVERYWHERE = 'all'
/** Sanctions of one user that are listed, the newest first. */
export const SANCTIONS_LISTED_MAX = 200
/** Match-locks read at once while all are read. */
const LOCKS_PAGE_COUNT = 1000
/** Why one stands no more when another one came. */
const REPLACED = 'replaced'

/** A sanction as it is imposed. */
export interface NewSanction {
  readonly userId: string
  readonly kind: SanctionKind
  /** {@link EVERYWHERE} when absent. */
  readonly scope?: string
  readonly reason: string
  /** Null for the operator of the machine. */
  readonly by: string | null
  /** Until it is lifted when absent (wall ms). */
  readonly untilMs?: number
}

/** A sanction as staff read it. */
export interface Sanction {
  readonly id: string
  readonly kind: SanctionKind
  readonly scope: string
  readonly reason: string
  readonly by: string | null
  /** RFC 3339, as all times here. */
  readonly at: string
  /** Null = until it is lifted. */
  readonly until: string | null
  readonly liftedAt: string | null
  readonly liftedBy: string | null
  readonly liftReason: string | null
  /** It holds now. */
  readonly isStanding: boolean
}

/** Which sanctions. */
export interface SanctionOf {
  readonly userId: string
  readonly kind: SanctionKind
  /** Any when absent. */
  readonly scope?: string
}

/** Who lifts, and why. */
export interface Lift extends SanctionOf {
  readonly by: string | null
  readonly reason?: string | undefined
  readonly nowMs: number
}

/** Throws `forbidden` for oneself, and for staff unless an admin asks [G-07]. */
export async function checkMaySanction(
  db: Db,
  { by, userId }: { readonly by: string | null; readonly userId: string },
): Promise<void> {
  if (by === null) return
  if (by === userId) throw new AppError('forbidden', 'Nobody sanctions himself.')
  if ((await listRoles(db, userId)).length === 0) return
  if ((await listRoles(db, by)).includes('admin')) return
  throw new AppError('forbidden', 'Staff are sanctioned by an admin alone.')
}

/**
 * Writes it down in place of one that stands. The user's row is held till the transaction ends: a
 * session that begins meanwhile waits, and then finds the ban.
 */
export async function imposeSanction(
  trx: Trx,
  sanction: NewSanction,
  nowMs: number,
): Promise<string> {
  const { userId, kind, scope = EVERYWHERE, reason, by, untilMs } = sanction
  if (untilMs !== undefined && untilMs <= nowMs) {
    throw new AppError('invalid_request', 'The end of a sanction lies in the future.')
  }
  if (!(await lockUser(trx, userId))) throw new AppError('not_found', 'There is no such user.')
  if (kind !== 'kick') {
    await liftRows(trx, { userId, kind, scope, by, reason: REPLACED, nowMs })
  }
  const id = randomUUID()
  const times = {
    created_at: new Date(nowMs),
    expires_at: untilMs === undefined ? null : new Date(untilMs),
  }
  await trx
    .insertInto('identity.sanctions')
    .values({ id, user_id: userId, kind, scope, reason, created_by: by, ...times })
    .execute()
  return id
}

/** Lifts what stands; how many there were. */
export async function liftSanctions(trx: Trx, lift: Lift): Promise<number> {
  await lockUser(trx, lift.userId)
  return liftRows(trx, lift)
}

async function liftRows(trx: Trx, lift: Lift): Promise<number> {
  const { userId, kind, scope, by, reason, nowMs } = lift
  const now = new Date(nowMs)
  let query = trx
    .updateTable('identity.sanctions')
    .set({ lifted_at: now, lifted_by: by, lift_reason: reason ?? null })
    .where('user_id', '=', userId)
    .where('kind', '=', kind)
    .where(isStanding(now))
  if (scope !== undefined) query = query.where('scope', '=', scope)
  const { numUpdatedRows } = await query.executeTakeFirst()
  return Number(numUpdatedRows)
}

/** All sanctions of a user, the newest first. */
export async function listSanctions(db: Db, userId: string, nowMs: number): Promise<Sanction[]> {
  const now = new Date(nowMs)
  const rows = await db
    .selectFrom('identity.sanctions')
    .selectAll()
    .select(isStanding(now).as('isStanding'))
    .where('user_id', '=', userId)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(SANCTIONS_LISTED_MAX)
    .execute()
  return rows.map(toSanction)
}

/** Those that stand, the longest first. */
export async function listStanding(db: Db, of: SanctionOf, nowMs: number): Promise<Sanction[]> {
  const { userId, kind, scope } = of
  const standing = isStanding(new Date(nowMs))
  let query = db
    .selectFrom('identity.sanctions')
    .selectAll()
    .select(standing.as('isStanding'))
    .where('user_id', '=', userId)
    .where('kind', '=', kind)
    .where(standing)
  if (scope !== undefined) query = query.where('scope', '=', scope)
  const rows = await query
    .orderBy('expires_at', (order) => order.desc().nullsFirst())
    .orderBy('scope')
    .limit(SANCTIONS_LISTED_MAX)
    .execute()
  return rows.map(toSanction)
}

/** A match-lock as processes keep it. */
export interface StandingLock {
  readonly userId: string
  /** Infinity = until it is lifted (wall ms). */
  readonly untilMs: number
}

/** Match-locks that stand, of one user or page by page of all. */
export async function* readLocks(
  db: Db,
  nowMs: number,
  userId?: string,
): AsyncGenerator<StandingLock> {
  let after = { at: new Date(0), id: '00000000-0000-0000-0000-000000000000' }
  for (;;) {
    let query = db
      .selectFrom('identity.sanctions')
      .select(['id', 'user_id', 'created_at', 'expires_at'])
      .where('kind', '=', 'match_lock')
      .where(isStanding(new Date(nowMs)))
      .where(sql<boolean>`(created_at, id) > (${after.at}::timestamptz, ${after.id}::uuid)`)
    if (userId !== undefined) query = query.where('user_id', '=', userId)
    const rows = await query.orderBy('created_at').orderBy('id').limit(LOCKS_PAGE_COUNT).execute()
    for (const row of rows) {
      yield { userId: row.user_id, untilMs: row.expires_at?.getTime() ?? Infinity }
    }
    const last = rows.at(-1)
    if (last === undefined || rows.length < LOCKS_PAGE_COUNT) return
    after = { at: last.created_at, id: last.id }
  }
}

function isStanding(now: Date) {
  return sql<boolean>`(kind <> 'kick' and lifted_at is null
    and (expires_at is null or expires_at > ${now}::timestamptz))`
}

interface Row extends Omit<SanctionRow, 'lifted_at' | 'lifted_by' | 'lift_reason'> {
  readonly lifted_at: Date | null
  readonly lifted_by: string | null
  readonly lift_reason: string | null
  readonly isStanding: boolean
}

function toSanction(row: Row): Sanction {
  return {
    id: row.id,
    kind: row.kind,
    scope: row.scope,
    reason: row.reason,
    by: row.created_by,
    at: row.created_at.toISOString(),
    until: row.expires_at?.toISOString() ?? null,
    liftedAt: row.lifted_at?.toISOString() ?? null,
    liftedBy: row.lifted_by,
    liftReason: row.lift_reason,
    isStanding: row.isStanding,
  }
}
