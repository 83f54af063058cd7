/** A user's own profile: reading, editing, setting another password or a second factor. */
import { AppError } from '@battalion/base/app-error.ts'

import type { Database, Db, Trx } from '../../db/database.ts'
import { checkPassword, readAccountName } from './account-fields.ts'
import { endUserSessions } from './end-sessions.ts'
import type { IdentityPorts, Origin, SignedIn } from './identity-ports.ts'
import { checkOwnPassword, checkStillPassword } from './log-in.ts'
import { isHidden } from './profile-privacy.ts'
import { enrolTotp } from './second-factor.ts'
import type { TotpEnrolment } from './second-factor.ts'
import { cleanName } from './sign-in-guest.ts'
import { toTaken } from './sign-up.ts'
import { startSession } from './start-session.ts'
import { deleteTokensOfPassword } from './token-queries.ts'
import { findPasswordHash, findUser, holdUser, updateProfile } from './user-queries.ts'
import { writePasswordHash } from './user-queries.ts'
import type { UserDataPart } from './user-data.ts'
import type { User } from './user-queries.ts'

/** Who may do what to a user; what is not set is the first. */
export interface PrivacySettings {
  readonly friendRequests?: 'everyone' | 'friends_of_friends' | 'nobody'
  readonly directMessages?: 'everyone' | 'friends' | 'nobody'
  readonly presence?: 'everyone' | 'friends' | 'nobody'
  /** Name and rows in others' lists of battles, own history, shared battles. */
  readonly profile?: 'everyone' | 'friends' | 'nobody'
}

/** A profile edit; what is absent stays. */
export interface ProfileEdit {
  readonly name?: string | undefined
  readonly locale?: string | undefined
  readonly timeZone?: string | undefined
  readonly privacy?: PrivacySettings | undefined
}

/** The user himself; `not_found` once he is deleted. */
export async function readOwnUser(database: Database, userId: string): Promise<User> {
  return findOwn(database.db, userId)
}

/** Edits the profile; `parts` hear of it in the same transaction. */
export async function editProfile(
  database: Database,
  parts: readonly UserDataPart[],
  { userId, edit }: { readonly userId: string; readonly edit: ProfileEdit },
): Promise<User> {
  if (edit.timeZone !== undefined) checkTimeZone(edit.timeZone)
  return database.transact(async (trx) => {
    // One after another: each keeps what the one before has set.
    await holdUser(trx, userId)
    const before = await findOwn(trx, userId)
    await writeEdit(trx, before, edit)
    const user = await findOwn(trx, userId)
    const { name, privacy } = user
    const change = { userId, name, isRenamed: name !== before.name, isHidden: isHidden(privacy) }
    for (const part of parts) await part.profileChanged?.(trx, change)
    return user
  })
}

async function findOwn(db: Db, userId: string): Promise<User> {
  const user = await findUser(db, userId)
  if (user === undefined) throw new AppError('not_found', 'This user is gone.')
  return user
}

async function writeEdit(trx: Trx, user: User, edit: ProfileEdit): Promise<void> {
  const { name, locale, timeZone, privacy } = edit
  try {
    await updateProfile(trx, user.id, {
      ...(name === undefined ? {} : { name: readName(user, name) }),
      ...(locale === undefined ? {} : { locale }),
      ...(timeZone === undefined ? {} : { timeZone }),
      ...(privacy === undefined ? {} : { privacy: { ...asObject(user.privacy), ...privacy } }),
    })
  } catch (error) {
    throw toTaken(error)
  }
}

/** Whether friends do not see the user online; who is unknown hides. */
export async function isPresenceHidden(db: Db, userId: string): Promise<boolean> {
  const user = await findUser(db, userId)
  return user === undefined || isHidden(user.privacy)
}

/** Another password; all sessions end and the one who asks gets a new one [F-06]. */
export async function changePassword(
  database: Database,
  ports: IdentityPorts,
  request: {
    readonly userId: string
    readonly currentPassword: string
    readonly newPassword: string
    readonly origin: Origin
  },
): Promise<SignedIn> {
  const { userId, currentPassword: password, newPassword, origin } = request
  const user = await readOwnUser(database, userId)
  checkPassword(newPassword, [user.name, user.email ?? ''])
  const hash = await findPasswordHash(database.db, userId)
  await checkOwnPassword(database, ports, { userId, hash, password, address: origin.address })
  const newHash = await ports.hasher.hash(newPassword)
  return database.transact(async (trx) => {
    await checkStillPassword(trx, { userId, hash })
    await writePasswordHash(trx, { userId, hash: newHash, nowMs: ports.clock.wallMs() })
    await deleteTokensOfPassword(trx, userId)
    await endUserSessions(trx, ports, { userId, reason: 'password_changed' })
    return startSession(trx, ports, { user, origin })
  })
}

/**
 * Begins a second factor. Who has a password gives it: a stolen token alone does not lock its owner
 * out, which nothing but the factor itself would undo.
 */
export async function enrolOwnFactor(
  database: Database,
  ports: IdentityPorts,
  request: {
    readonly userId: string
    readonly password: string | undefined
    readonly address: string
  },
): Promise<TotpEnrolment> {
  const { userId, address } = request
  const hash = await findPasswordHash(database.db, userId)
  if (hash !== undefined) {
    const password = request.password ?? ''
    await checkOwnPassword(database, ports, { userId, hash, password, address })
  }
  return enrolTotp(database, ports, userId)
}

function readName(user: User, given: string): { text: string; key: string | null } {
  if (user.kind !== 'guest') {
    const { name, nameKey } = readAccountName(given)
    return { text: name, key: nameKey }
  }
  const text = cleanName(given)
  if (text === '') throw new AppError('invalid_request', 'Nothing is left of this name.')
  return { text, key: null }
}

function checkTimeZone(timeZone: string): void {
  try {
    Intl.DateTimeFormat('en', { timeZone })
  } catch {
    throw new AppError('invalid_request', 'There is no such time zone.')
  }
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {}
}
