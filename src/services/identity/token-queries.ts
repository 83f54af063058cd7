/** SQL of one-time tokens: only hashes are kept, each is good once and for its time [F-09]. */
import type { Db, Trx } from '../../db/database.ts'
import type { MailTokenRow } from '../../db/tables.ts'
import { holdUser } from './user-queries.ts'

export type TokenPurpose = MailTokenRow['purpose']

/** Keeps a token's hash. */
export async function insertToken(
  db: Db,
  token: {
    readonly hash: Uint8Array
    readonly userId: string
    readonly purpose: TokenPurpose
    readonly emailKey: string
    /** Where the address is to become the user's. */
    readonly email?: string
    /** Good for nothing: kept for the address alone. */
    readonly isUsed?: boolean
    readonly nowMs: number
    readonly expiresAtMs: number
  },
): Promise<void> {
  await db
    .insertInto('identity.mail_tokens')
    .values({
      hash: token.hash,
      user_id: token.userId,
      purpose: token.purpose,
      email_key: token.emailKey,
      email: token.email ?? null,
      created_at: new Date(token.nowMs),
      expires_at: new Date(token.expiresAtMs),
      used_at: token.isUsed === true ? new Date(token.nowMs) : null,
    })
    .execute()
}

/**
 * Holds the user a token that is still good belongs to; false when there is none. His row before
 * the token's, as in a change of his password, so that two never wait for each other.
 */
export async function holdTokenOwner(
  trx: Trx,
  token: { readonly hash: Uint8Array; readonly purpose: TokenPurpose; readonly nowMs: number },
): Promise<boolean> {
  const row = await trx
    .selectFrom('identity.mail_tokens')
    .select('user_id')
    .where('hash', '=', token.hash)
    .where('purpose', '=', token.purpose)
    .where('used_at', 'is', null)
    .where('expires_at', '>', new Date(token.nowMs))
    .executeTakeFirst()
  if (row === undefined || row.user_id === null) return false
  return holdUser(trx, row.user_id)
}

/** Uses a token up; undefined when it is unknown, over, or was used by another request. */
export async function takeToken(
  db: Db,
  token: { readonly hash: Uint8Array; readonly purpose: TokenPurpose; readonly nowMs: number },
): Promise<{ userId: string; emailKey: string; email: string | null } | undefined> {
  const now = new Date(token.nowMs)
  const row = await db
    .updateTable('identity.mail_tokens')
    .set({ used_at: now })
    .where('hash', '=', token.hash)
    .where('purpose', '=', token.purpose)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .returning(['user_id', 'email_key', 'email'])
    .executeTakeFirst()
  if (row === undefined || row.user_id === null || row.email_key === null) return undefined
  return { userId: row.user_id, emailKey: row.email_key, email: row.email }
}

/** Gives the row of a change that waits its token; the new address, undefined when none waits. */
export async function setChangeToken(
  db: Db,
  change: { readonly userId: string; readonly hash: Uint8Array; readonly nowMs: number },
): Promise<string | undefined> {
  const row = await db
    .updateTable('identity.mail_tokens')
    .set({ hash: change.hash })
    .where('user_id', '=', change.userId)
    .where('purpose', '=', 'change_email')
    .where('used_at', 'is', null)
    .where('expires_at', '>', new Date(change.nowMs))
    .returning('email')
    .executeTakeFirst()
  return row?.email ?? undefined
}

/** The address that a user had before his last change. */
export async function findOldAddress(db: Db, userId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('identity.mail_tokens')
    .select('email')
    .where('user_id', '=', userId)
    .where('purpose', '=', 'change_email')
    .where('used_at', 'is not', null)
    .orderBy('created_at', 'desc')
    .executeTakeFirst()
  return row?.email ?? undefined
}

/**
 * Another password: links that were asked for under the one before are void. Whoever had it, or a
 * look into the mailbox, may have asked. Rows kept for the address alone stay.
 */
export async function deleteTokensOfPassword(db: Db, userId: string): Promise<void> {
  await db
    .deleteFrom('identity.mail_tokens')
    .where('user_id', '=', userId)
    .where('purpose', 'in', ['reset_password', 'change_email'])
    .where('used_at', 'is', null)
    .execute()
}

/** Makes other tokens of a purpose useless. */
export async function deleteTokens(db: Db, userId: string, purpose: TokenPurpose): Promise<void> {
  await db
    .deleteFrom('identity.mail_tokens')
    .where('user_id', '=', userId)
    .where('purpose', '=', purpose)
    .execute()
}

/** Forgets tokens that ended before `beforeMs`. */
export async function deleteOldTokens(db: Db, beforeMs: number): Promise<void> {
  await db.deleteFrom('identity.mail_tokens').where('expires_at', '<', new Date(beforeMs)).execute()
}

/** Where a mail to a user goes. */
export interface Addressee {
  readonly name: string
  readonly email: string
  readonly emailKey: string
  readonly locale: string
  readonly isVerified: boolean
}

/** Undefined when he has no address. */
export async function findAddressee(db: Db, userId: string): Promise<Addressee | undefined> {
  const row = await db
    .selectFrom('identity.users')
    .select(['name', 'email', 'email_key', 'locale', 'email_verified_at'])
    .where('id', '=', userId)
    .where('status', '=', 'active')
    .executeTakeFirst()
  if (row === undefined || row.email === null || row.email_key === null) return undefined
  const { name, email, email_key: emailKey, locale } = row
  return { name, email, emailKey, locale, isVerified: row.email_verified_at !== null }
}

/** Whose address this is. */
export async function findUserByEmail(db: Db, emailKey: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('identity.users')
    .select('id')
    .where('email_key', '=', emailKey)
    .where('status', '=', 'active')
    .executeTakeFirst()
  return row?.id
}

/** Marks the address as the user's own; false when it is not his any more. */
export async function verifyEmail(
  db: Db,
  verified: { readonly userId: string; readonly emailKey: string; readonly nowMs: number },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('identity.users')
    .set({ email_verified_at: new Date(verified.nowMs) })
    .where('id', '=', verified.userId)
    .where('email_key', '=', verified.emailKey)
    .where('status', '=', 'active')
    .executeTakeFirst()
  return numUpdatedRows === 1n
}
