/**
 * Log-in by name or e-mail [AUTH-1]. Wrong password, unknown name and locked answer the same, in
 * the same time: each takes one hash [F-07, AUTH-8].
 */
import { createHash } from 'node:crypto'

import { AppError } from '@battalion/base/app-error.ts'

import type { Database, Trx } from '../../db/database.ts'
import { toLoginKey } from './account-fields.ts'
import type { IdentityPorts, Origin, SignedIn } from './identity-ports.ts'
import { beginAttempt, forgiveAttempt } from './login-attempts.ts'
import type { AttemptKeys } from './login-attempts.ts'
import { checkSecondFactor, wrongCode } from './second-factor.ts'
import { touchUser } from './session-queries.ts'
import { startSession } from './start-session.ts'
import { findCredentials, findLogin, findPasswordHash, holdUser } from './user-queries.ts'
import type { User } from './user-queries.ts'

/** What the form asks. */
export interface LogInForm {
  readonly login: string
  readonly password: string
  /** Of the second factor, where there is one. */
  readonly code?: string | undefined
  readonly origin: Origin
}

/** Signs in an account. */
export async function logIn(
  database: Database,
  ports: IdentityPorts,
  form: LogInForm,
): Promise<SignedIn> {
  const { user, keys, hash, hasSecondFactor } = await checkLogin(database, ports, form)
  const { id: userId } = user
  // Before the attempt is forgiven: codes are not guessed for free either.
  const asked = { userId, code: form.code }
  const isProved = hasSecondFactor && (await checkSecondFactor(database.db, ports, asked))
  return database.transact(async (trx) => {
    // Waits for who changes the password or sets a factor: what was enough may be so no more.
    await touchUser(trx, userId, ports.clock.wallMs())
    const now = await findCredentials(trx, userId)
    if (now.passwordHash !== hash) throw refusal()
    if (now.hasSecondFactor && !isProved) throw wrongCode()
    await forgiveAttempt(trx, keys)
    return startSession(trx, ports, { user, origin: form.origin })
  })
}

/** Who it is, and what it was told by. */
export interface CheckedLogin {
  readonly user: User
  readonly keys: AttemptKeys
  readonly hash: string | undefined
  readonly hasSecondFactor: boolean
}

/** Whose name and password these are; counted as a failed try until it is forgiven. */
export async function checkLogin(
  database: Database,
  ports: IdentityPorts,
  form: Omit<LogInForm, 'code'>,
): Promise<CheckedLogin> {
  const key = toLoginKey(form.login)
  const found = await findLogin(database.db, key)
  const keys = { account: found?.user.id ?? hashText(key), address: form.origin.address }
  const isOpen = await beginAttempt(database, keys, ports.clock.wallMs())
  const isRight = await ports.hasher.verify(found?.passwordHash ?? undefined, form.password)
  if (!isOpen || !isRight || found === undefined) throw refusal()
  const { user, passwordHash, hasSecondFactor } = found
  return { user, keys, hash: passwordHash ?? undefined, hasSecondFactor }
}

/** Checks the password of somebody who is signed in; its guesses count like log-ins. */
export async function checkOwnPassword(
  database: Database,
  ports: IdentityPorts,
  asked: {
    readonly userId: string
    readonly hash: string | undefined
    readonly password: string
    readonly address: string
  },
): Promise<void> {
  const keys = { account: asked.userId, address: asked.address }
  const isOpen = await beginAttempt(database, keys, ports.clock.wallMs())
  const isRight = await ports.hasher.verify(asked.hash, asked.password)
  if (!isOpen || !isRight) throw new AppError('forbidden', 'The password is not right.')
  await forgiveAttempt(database.db, keys)
}

/**
 * Holds the user, and throws when the password that was checked is not his any more: a check takes
 * a while, and another one may be set meanwhile [F-06].
 */
export async function checkStillPassword(
  trx: Trx,
  checked: { readonly userId: string; readonly hash: string | undefined },
): Promise<void> {
  const { userId, hash } = checked
  if (!(await holdUser(trx, userId))) throw new AppError('not_found', 'This user is gone.')
  if ((await findPasswordHash(trx, userId)) === hash) return
  throw new AppError('forbidden', 'The password is not right.')
}

/** What nobody has is counted too, so that its answers lock alike; kept as a hash. */
function hashText(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

function refusal(): AppError {
  return new AppError(
    'unauthenticated',
    'Name, e-mail or password is not right. After several tries, wait a minute.',
  )
}
