/**
 * A user's data, whole: the copy he may ask for, and its removal [LEG-1]. Each module brings its
 * own part, because none reads another's tables. The user's row stays without anything that says
 * who he was, since books and battles point at it.
 */
import { AppError } from '@battalion/base/app-error.ts'

import type { Database, Db, Trx } from '../../db/database.ts'
import { jsonText } from '../../db/json-text.ts'
import { endUserSessions } from './end-sessions.ts'
import type { IdentityPorts } from './identity-ports.ts'
import { checkOwnPassword, checkStillPassword } from './log-in.ts'
import { findPasswordHash, lockUser } from './user-queries.ts'

/** What a module keeps about users. */
export interface UserDataPart {
  /** Key in the copy. */
  readonly name: string
  /** Everything about this user, as JSON can say it. */
  readonly read: (db: Db, userId: string) => Promise<unknown>
  /** Removes it, or makes it nobody's. */
  readonly erase: (trx: Trx, userId: string) => Promise<void>
  /** Which of these users have something that others see or share. */
  readonly findShared?: (db: Db, userIds: readonly string[]) => Promise<readonly string[]>
  /** Called in the transaction of a profile edit, after it. */
  readonly profileChanged?: (trx: Trx, change: ProfileChange) => Promise<void>
}

/** What others see of a profile, after an edit. */
export interface ProfileChange {
  readonly userId: string
  readonly name: string
  readonly isRenamed: boolean
  /** Friends do not see the user online. */
  readonly isHidden: boolean
}

/** Name of who is gone. */
const DELETED_NAME = 'Deleted'

/** The copy: one entry per module. */
export async function exportUserData(
  database: Database,
  parts: readonly UserDataPart[],
  userId: string,
): Promise<Record<string, unknown>> {
  const data: Record<string, unknown> = {}
  for (const part of parts) data[part.name] = await part.read(database.db, userId)
  return data
}

/** Removes a user; an account proves itself by its password once more. */
export async function eraseUser(
  database: Database,
  ports: IdentityPorts,
  request: {
    readonly userId: string
    readonly password: string | undefined
    readonly address: string
    readonly parts: readonly UserDataPart[]
  },
): Promise<void> {
  const { userId, address, parts } = request
  const hash = await findPasswordHash(database.db, userId)
  if (hash !== undefined) {
    const password = request.password ?? ''
    await checkOwnPassword(database, ports, { userId, hash, password, address })
  }
  const erase = async (trx: Trx): Promise<void> => {
    // Held first: a battle that is being written with him in it is written before, or without him,
    // and nobody signs in to what is being removed.
    if (!(await lockUser(trx, userId))) {
      throw new AppError('not_found', 'This user is gone.')
    }
    await checkStillPassword(trx, { userId, hash })
    await endUserSessions(trx, ports, { userId, reason: 'deleted' })
    for (const part of parts) await part.erase(trx, userId)
    await anonymise(trx, userId, ports.clock.wallMs())
  }
  // It touches rows of many people, some of which hold one and wait for him.
  await database.transact(erase, { isRepeatable: true })
}

/** This module's own part. */
export const IDENTITY_DATA: UserDataPart = {
  name: 'identity',
  read: readIdentity,
  erase: eraseIdentity,
}

async function readIdentity(db: Db, userId: string) {
  const user = await db
    .selectFrom('identity.users')
    .selectAll()
    .where('id', '=', userId)
    .executeTakeFirst()
  const sessions = await db
    .selectFrom('identity.sessions')
    .select(['id', 'device', 'address', 'created_at', 'rotated_at', 'expires_at'])
    .select(['revoked_at', 'revoked_reason'])
    .where('user_id', '=', userId)
    .execute()
  const identities = await db
    .selectFrom('identity.identities')
    .select(['provider_id', 'subject', 'created_at'])
    .where('user_id', '=', userId)
    .execute()
  const credentials = await db
    .selectFrom('identity.credentials')
    .select(['kind', 'created_at'])
    .where('user_id', '=', userId)
    .execute()
  const mails = await db
    .selectFrom('identity.mail_tokens')
    .select(['purpose', 'email_key', 'created_at', 'expires_at', 'used_at'])
    .where('user_id', '=', userId)
    .execute()
  const roles = await db
    .selectFrom('identity.user_roles')
    .select(['role', 'created_at'])
    .where('user_id', '=', userId)
    .execute()
  const sanctions = await db
    .selectFrom('identity.sanctions')
    .select(['kind', 'scope', 'reason', 'created_at', 'expires_at', 'lifted_at'])
    .where('user_id', '=', userId)
    .execute()
  return { user, sessions, identities, credentials, mails, roles, sanctions }
}

const OWNED_TABLES = [
  'identity.sessions',
  'identity.credentials',
  'identity.identities',
  'identity.oidc_flows',
  'identity.mail_tokens',
  'identity.user_roles',
  'identity.sanctions',
] as const

async function eraseIdentity(trx: Trx, userId: string): Promise<void> {
  for (const table of OWNED_TABLES) {
    await trx.deleteFrom(table).where('user_id', '=', userId).execute()
  }
  const key = `account:${userId}`
  await trx.deleteFrom('identity.login_attempts').where('key', '=', key).execute()
  const sanctions = trx.updateTable('identity.sanctions')
  await sanctions.set({ created_by: null }).where('created_by', '=', userId).execute()
  await sanctions.set({ lifted_by: null }).where('lifted_by', '=', userId).execute()
  await trx
    .updateTable('identity.invite_codes')
    .set({ created_by: null })
    .where('created_by', '=', userId)
    .execute()
}

async function anonymise(trx: Trx, userId: string, nowMs: number): Promise<void> {
  const now = new Date(nowMs)
  await trx
    .updateTable('identity.users')
    .set({
      name: DELETED_NAME,
      name_key: null,
      email: null,
      email_key: null,
      email_verified_at: null,
      locale: 'en',
      time_zone: 'UTC',
      privacy: jsonText({}),
      status: 'deleted',
      deleted_at: now,
      last_seen_at: now,
    })
    .where('id', '=', userId)
    .execute()
}
