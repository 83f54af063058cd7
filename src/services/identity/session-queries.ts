/** SQL of sessions. A session row is a signed-in device: a family of refresh tokens. */
import { sql } from 'kysely'

import type { Db, Trx } from '../../db/database.ts'
import { deleteRowsInParts } from '../../db/delete-in-parts.ts'
import { newUser } from './user-queries.ts'
import type { User } from './user-queries.ts'

/** A session that begins. */
export interface NewSession {
  readonly id: string
  readonly userId: string
  readonly familyHash: Uint8Array
  readonly refreshHash: Uint8Array
  readonly device: string
  readonly address: string
  readonly nowMs: number
  readonly expiresAtMs: number
}

/** A session as its refresh sees it. */
export interface KeptSession {
  readonly user: Pick<User, 'id' | 'kind' | 'name'>
  readonly familyHash: Uint8Array
  readonly refreshHash: Uint8Array
  readonly previousHash: Uint8Array | null
  readonly rotatedAt: Date
  readonly isEnded: boolean
}

/** A session as its owner sees it. */
export interface ListedSession {
  readonly id: string
  readonly device: string
  readonly address: string
  readonly createdAt: Date
  readonly usedAt: Date
  readonly expiresAt: Date
}

/** Begins a session. */
export async function insertSession(db: Db, session: NewSession): Promise<void> {
  await db.insertInto('identity.sessions').values(sessionValues(session)).execute()
}

/** A user and his first session in one statement: a join storm is one round trip each. */
export async function insertUserWithSession(
  db: Db,
  user: Parameters<typeof newUser>[0],
  session: NewSession,
): Promise<void> {
  await db
    .with('made', (make) => make.insertInto('identity.users').values(newUser(user)).returning('id'))
    .insertInto('identity.sessions')
    .values(sessionValues(session))
    .execute()
}

function sessionValues(session: NewSession) {
  const now = new Date(session.nowMs)
  return {
    id: session.id,
    user_id: session.userId,
    family_hash: session.familyHash,
    refresh_hash: session.refreshHash,
    previous_hash: null,
    device: session.device,
    address: session.address,
    created_at: now,
    rotated_at: now,
    expires_at: new Date(session.expiresAtMs),
    revoked_at: null,
    revoked_reason: null,
  }
}

/** Forgets all sessions of a user; bots have one at a time. */
export async function deleteSessions(db: Db, userId: string): Promise<void> {
  await db.deleteFrom('identity.sessions').where('user_id', '=', userId).execute()
}

/** The session of a refresh token. */
export async function findKeptSession(
  db: Db,
  id: string,
  nowMs: number,
): Promise<KeptSession | undefined> {
  const row = await db
    .selectFrom('identity.sessions as session')
    .innerJoin('identity.users as user', 'user.id', 'session.user_id')
    .select([
      'user.id as userId',
      'user.kind',
      'user.name',
      'family_hash as familyHash',
      'refresh_hash as refreshHash',
      'previous_hash as previousHash',
      'rotated_at as rotatedAt',
      isEnded(nowMs).as('isEnded'),
    ])
    .where('session.id', '=', id)
    .executeTakeFirst()
  if (row === undefined) return undefined
  const { userId, kind, name, ...kept } = row
  return { ...kept, user: { id: userId, kind, name } }
}

/** Over: revoked, expired, its user gone or banned. Names `session` and `user`. */
function isEnded(nowMs: number) {
  const now = new Date(nowMs)
  return sql<boolean>`(session.revoked_at is not null
    or session.expires_at <= ${now}::timestamptz or "user".status <> 'active'
    or exists (select from identity.sanctions as ban where ban.user_id = session.user_id
      and ban.kind = 'ban' and ban.lifted_at is null
      and (ban.expires_at is null or ban.expires_at > ${now}::timestamptz)))`
}

/** True while access tokens of the session count. */
export async function isSessionLive(db: Db, id: string, nowMs: number): Promise<boolean> {
  const row = await db
    .selectFrom('identity.sessions as session')
    .innerJoin('identity.users as user', 'user.id', 'session.user_id')
    .select(isEnded(nowMs).as('isEnded'))
    .where('session.id', '=', id)
    .executeTakeFirst()
  return row?.isEnded === false
}

/**
 * Exchanges the secret, and notes a sign of life of the user, in one statement; false when another
 * request was first [AUTH-3]. The user's row comes before the session's, as in a deletion.
 */
export async function rotateSession(
  db: Db,
  rotation: {
    readonly id: string
    readonly userId: string
    readonly fromHash: Uint8Array
    readonly toHash: Uint8Array
    readonly nowMs: number
    readonly expiresAtMs: number
  },
): Promise<boolean> {
  const now = new Date(rotation.nowMs)
  const { numUpdatedRows } = await db
    .with('seen', (seen) =>
      seen
        .updateTable('identity.users')
        .set({ last_seen_at: now })
        .where('id', '=', rotation.userId)
        .returning('id'),
    )
    .updateTable('identity.sessions as session')
    .from('seen')
    .set({
      previous_hash: rotation.fromHash,
      refresh_hash: rotation.toHash,
      rotated_at: now,
      expires_at: new Date(rotation.expiresAtMs),
    })
    .whereRef('session.user_id', '=', 'seen.id')
    .where('session.id', '=', rotation.id)
    .where('refresh_hash', '=', rotation.fromHash)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Ends live sessions of a user, one or all or all but one; the ids that ended. */
export async function endSessions(
  db: Db,
  ending: {
    readonly userId: string
    readonly sessionId?: string
    readonly exceptId?: string
    readonly reason: string
    readonly nowMs: number
  },
): Promise<string[]> {
  let query = db
    .updateTable('identity.sessions')
    .set({ revoked_at: new Date(ending.nowMs), revoked_reason: ending.reason })
    .where('user_id', '=', ending.userId)
    .where('revoked_at', 'is', null)
  if (ending.sessionId !== undefined) query = query.where('id', '=', ending.sessionId)
  if (ending.exceptId !== undefined) query = query.where('id', '<>', ending.exceptId)
  const rows = await query.returning('id').execute()
  return rows.map((row) => row.id)
}

/** Removes all but the newest sessions of a user; the ids that went. */
export async function deleteSessionsBeyond(
  db: Db,
  userId: string,
  count: number,
): Promise<string[]> {
  const beyond = db
    .selectFrom('identity.sessions')
    .select('id')
    .where('user_id', '=', userId)
    .orderBy('rotated_at', 'desc')
    .orderBy('id')
    .offset(count)
  const rows = await db
    .deleteFrom('identity.sessions')
    .where('id', 'in', beyond)
    .returning('id')
    .execute()
  return rows.map((row) => row.id)
}

/** Live sessions, the latest used first. */
export async function listSessions(
  db: Db,
  userId: string,
  nowMs: number,
): Promise<ListedSession[]> {
  return db
    .selectFrom('identity.sessions')
    .select(['id', 'device', 'address', 'created_at as createdAt', 'rotated_at as usedAt'])
    .select('expires_at as expiresAt')
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', new Date(nowMs))
    .orderBy('rotated_at', 'desc')
    .execute()
}

/** A sign of life of the user, at most as often as his sessions rotate. */
export async function touchUser(db: Db, userId: string, nowMs: number): Promise<void> {
  await db
    .updateTable('identity.users')
    .set({ last_seen_at: new Date(nowMs) })
    .where('id', '=', userId)
    .execute()
}

/** Forgets sessions that ended before `beforeMs`. */
export async function deleteOldSessions(db: Db, beforeMs: number): Promise<number> {
  const before = new Date(beforeMs)
  return await deleteRowsInParts(
    db,
    (count) => sql`
      delete from identity.sessions where id in (
        select id from identity.sessions
        where expires_at < ${before}::timestamptz or revoked_at < ${before}::timestamptz
        limit ${count}::int4)`,
  )
}

/** Removes guests not seen since `beforeMs` and all they own; at most `count` at a time. */
export async function deleteIdleGuests(
  db: Db,
  idle: { readonly ids: readonly string[]; readonly beforeMs: number },
): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('identity.users')
    .where('id', '=', sql<string>`any(${[...idle.ids]}::uuid[])`)
    .where('kind', '=', 'guest')
    .where('last_seen_at', '<', new Date(idle.beforeMs))
    .executeTakeFirst()
  return Number(numDeletedRows)
}

/** Guests not seen since, some of them. */
export async function selectIdleGuests(
  db: Db,
  wish: { readonly beforeMs: number; readonly count: number },
): Promise<string[]> {
  const rows = await db
    .selectFrom('identity.users')
    .select('id')
    .where('kind', '=', 'guest')
    .where('last_seen_at', '<', new Date(wish.beforeMs))
    .limit(wish.count)
    .execute()
  return rows.map(({ id }) => id)
}

/** True while the guest has not come back; held until the transaction ends. */
export async function lockIdleGuest(
  trx: Trx,
  guest: { readonly id: string; readonly beforeMs: number },
): Promise<boolean> {
  const row = await trx
    .selectFrom('identity.users')
    .select('id')
    .where('id', '=', guest.id)
    .where('kind', '=', 'guest')
    .where('last_seen_at', '<', new Date(guest.beforeMs))
    .forUpdate()
    .executeTakeFirst()
  return row !== undefined
}
