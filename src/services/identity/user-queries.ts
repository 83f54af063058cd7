/** SQL of users and their credentials. Rows stop here: use cases get named fields. */
import { sql } from 'kysely'

import type { Db, Trx } from '../../db/database.ts'
import { jsonText } from '../../db/json-text.ts'

/** A user as use cases see him. */
export interface User {
  readonly id: string
  readonly kind: 'guest' | 'account' | 'bot'
  readonly name: string
  readonly email: string | null
  readonly emailVerifiedAt: Date | null
  readonly locale: string
  readonly timeZone: string
  readonly privacy: unknown
  readonly createdAt: Date
}

/** A new account's part of a user. */
export interface AccountFields {
  readonly name: string
  readonly nameKey: string
  /** Null where a provider gave none that is proved. */
  readonly email: string | null
  readonly emailKey: string | null
  /** Where a provider proved the address. */
  readonly verifiedAtMs?: number
}

const COLUMNS = [
  'id',
  'kind',
  'name',
  'email',
  'email_verified_at as emailVerifiedAt',
  'locale',
  'time_zone as timeZone',
  'privacy',
  'created_at as createdAt',
] as const

/** The values of a new row. */
export function newUser(user: {
  readonly id: string
  readonly kind: User['kind']
  readonly name: string
  readonly botSlot?: string
  readonly account?: AccountFields
  readonly nowMs: number
}) {
  const now = new Date(user.nowMs)
  return {
    id: user.id,
    kind: user.kind,
    name: user.name,
    name_key: user.account?.nameKey ?? null,
    bot_slot: user.botSlot ?? null,
    email: user.account?.email ?? null,
    email_key: user.account?.emailKey ?? null,
    email_verified_at: verifiedAt(user.account),
    created_at: now,
    last_seen_at: now,
    deleted_at: null,
  }
}

function verifiedAt(account: AccountFields | undefined): Date | null {
  return account?.verifiedAtMs === undefined ? null : new Date(account.verifiedAtMs)
}

/** Inserts an account; throws a unique violation when name or e-mail is taken. */
export async function insertUser(db: Db, user: Parameters<typeof newUser>[0]): Promise<void> {
  await db.insertInto('identity.users').values(newUser(user)).execute()
}

/** The bot of this slot, made at its first sign-in; its id. */
export async function upsertBot(
  db: Db,
  bot: {
    readonly id: string
    readonly slot: string
    readonly name: string
    readonly nowMs: number
  },
): Promise<string> {
  const { id } = await db
    .insertInto('identity.users')
    .values(newUser({ ...bot, kind: 'bot', botSlot: bot.slot }))
    .onConflict((conflict) =>
      conflict
        .column('bot_slot')
        .doUpdateSet({ name: bot.name, last_seen_at: new Date(bot.nowMs) }),
    )
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** A user who is not deleted. */
export async function findUser(db: Db, id: string): Promise<User | undefined> {
  return db
    .selectFrom('identity.users')
    .select(COLUMNS)
    .where('id', '=', id)
    .where('status', '=', 'active')
    .executeTakeFirst()
}

/** Holds the user's row until the transaction ends; false when he is not there. */
export async function lockUser(trx: Trx, id: string): Promise<boolean> {
  const row = await trx
    .selectFrom('identity.users')
    .select('id')
    .where('id', '=', id)
    .where('status', '=', 'active')
    .forUpdate()
    .executeTakeFirst()
  return row !== undefined
}

/**
 * As {@link lockUser}, but rows that point at him may still be written: whoever changes what he
 * signs in with, or signs him in, comes after the one before.
 */
export async function holdUser(trx: Trx, id: string): Promise<boolean> {
  const row = await trx
    .selectFrom('identity.users')
    .select('id')
    .where('id', '=', id)
    .where('status', '=', 'active')
    .forNoKeyUpdate()
    .executeTakeFirst()
  return row !== undefined
}

/** Makes a guest an account; false when he is none (any more). */
export async function upgradeGuest(db: Db, id: string, account: AccountFields): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('identity.users')
    .set({
      kind: 'account',
      name: account.name,
      name_key: account.nameKey,
      email: account.email,
      email_key: account.emailKey,
      email_verified_at: verifiedAt(account),
    })
    .where('id', '=', id)
    .where('kind', '=', 'guest')
    .where('status', '=', 'active')
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Another address, proved; throws a unique violation when it is somebody's. */
export async function writeEmail(
  db: Db,
  change: {
    readonly userId: string
    readonly email: string
    readonly emailKey: string
    readonly nowMs: number
  },
): Promise<void> {
  const { userId, email, emailKey, nowMs } = change
  await db
    .updateTable('identity.users')
    .set({ email, email_key: emailKey, email_verified_at: new Date(nowMs) })
    .where('id', '=', userId)
    .where('status', '=', 'active')
    .execute()
}

/** What a profile edit may change. */
export interface ProfileChange {
  readonly name?: { readonly text: string; readonly key: string | null }
  readonly locale?: string
  readonly timeZone?: string
  readonly privacy?: unknown
}

/** Writes what is given and leaves the rest. */
export async function updateProfile(db: Db, id: string, change: ProfileChange): Promise<void> {
  const { name, locale, timeZone, privacy } = change
  const set = {
    ...(name === undefined ? {} : { name: name.text, name_key: name.key }),
    ...(locale === undefined ? {} : { locale }),
    ...(timeZone === undefined ? {} : { time_zone: timeZone }),
    ...(privacy === undefined ? {} : { privacy: jsonText(privacy) }),
  }
  if (Object.keys(set).length === 0) return
  await db.updateTable('identity.users').set(set).where('id', '=', id).execute()
}

/** Who logs in by this name or e-mail, and the hash of his password. */
export async function findLogin(
  db: Db,
  key: string,
): Promise<{ user: User; passwordHash: string | null; hasSecondFactor: boolean } | undefined> {
  const row = await db
    .selectFrom('identity.users')
    .leftJoin('identity.credentials', (join) =>
      join.onRef('user_id', '=', 'id').on('identity.credentials.kind', '=', 'password'),
    )
    .select([
      'id',
      'identity.users.kind',
      'name',
      'email',
      'email_verified_at as emailVerifiedAt',
      'locale',
      'time_zone as timeZone',
      'privacy',
      'identity.users.created_at as createdAt',
      'secret as passwordHash',
      sql<boolean>`exists (select from identity.credentials as factor
        where factor.user_id = identity.users.id and factor.kind = 'totp'
          and factor.confirmed_at is not null)`.as('hasSecondFactor'),
    ])
    .where((eb) => eb.or([eb('name_key', '=', key), eb('email_key', '=', key)]))
    .where('status', '=', 'active')
    .executeTakeFirst()
  if (row === undefined) return undefined
  const { passwordHash, hasSecondFactor, ...user } = row
  return { user, passwordHash, hasSecondFactor }
}

/** What a user signs in with. */
export async function findCredentials(
  db: Db,
  userId: string,
): Promise<{ readonly passwordHash: string | undefined; readonly hasSecondFactor: boolean }> {
  const rows = await db
    .selectFrom('identity.credentials')
    .select(['kind', 'secret', 'confirmed_at'])
    .where('user_id', '=', userId)
    .execute()
  return {
    passwordHash: rows.find(({ kind }) => kind === 'password')?.secret,
    hasSecondFactor: rows.some(({ kind, confirmed_at: at }) => kind === 'totp' && at !== null),
  }
}

/** The password hash of a user. */
export async function findPasswordHash(db: Db, userId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('identity.credentials')
    .select('secret')
    .where('user_id', '=', userId)
    .where('kind', '=', 'password')
    .executeTakeFirst()
  return row?.secret
}

/** Sets the password hash of a user. */
export async function writePasswordHash(
  db: Db,
  credential: { readonly userId: string; readonly hash: string; readonly nowMs: number },
): Promise<void> {
  const now = new Date(credential.nowMs)
  await db
    .insertInto('identity.credentials')
    .values({
      user_id: credential.userId,
      kind: 'password',
      secret: credential.hash,
      confirmed_at: now,
      last_step: null,
      created_at: now,
    })
    .onConflict((conflict) =>
      conflict.columns(['user_id', 'kind']).doUpdateSet({ secret: credential.hash }),
    )
    .execute()
}

/** Takes one use of a code; false when it is unknown, used up, over or switched off [AUTH-5]. */
export async function takeInviteUse(db: Db, code: string, nowMs: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('identity.invite_codes')
    .set({ uses: sql`uses + 1` })
    .where('code', '=', code)
    .whereRef('uses', '<', 'uses_max')
    .where('disabled_at', 'is', null)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', new Date(nowMs))]))
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Takes all links to providers away. */
export async function deleteIdentities(db: Db, userId: string): Promise<void> {
  await db.deleteFrom('identity.identities').where('user_id', '=', userId).execute()
}
