/**
 * Making an account: a new one, or out of the guest who asks and keeps his user id and all he has
 * [AUTH-1]. Where the policy asks for an invite code, its use is taken in the same transaction, so
 * one use makes one account however many ask at once [AUTH-5].
 */
import { randomUUID } from 'node:crypto'

import { AppError } from '@battalion/base/app-error.ts'

import { findDatabaseError, UNIQUE_VIOLATION } from '../../db/database-error.ts'
import type { Database, Trx } from '../../db/database.ts'
import { checkPassword, readAccountName, toLoginKey } from './account-fields.ts'
import type { IdentityPorts, Origin, SignedIn } from './identity-ports.ts'
import { requestVerification } from './mail-requests.ts'
import { startSession } from './start-session.ts'
import { tellRenamed } from './tell-renamed.ts'
import { findUser, insertUser, takeInviteUse, upgradeGuest } from './user-queries.ts'
import { writePasswordHash } from './user-queries.ts'
import type { AccountFields } from './user-queries.ts'

/** What the form asks. */
export interface SignUpForm {
  readonly name: string
  readonly email: string
  readonly password: string
  readonly inviteCode: string | undefined
  readonly origin: Origin
}

/** A new account, signed in. */
export function signUp(
  database: Database,
  ports: IdentityPorts,
  form: SignUpForm,
): Promise<SignedIn> {
  const id = randomUUID()
  return makeAccount(database, ports, form, async (trx, account) => {
    const nowMs = ports.clock.wallMs()
    await insertUser(trx, { id, kind: 'account', name: account.name, account, nowMs })
    return id
  })
}

/** Makes the guest an account; he goes on under the same id, in a new session. */
export function upgrade(
  database: Database,
  ports: IdentityPorts,
  form: SignUpForm & { readonly userId: string },
): Promise<SignedIn> {
  return makeAccount(database, ports, form, async (trx, account) => {
    const before = await findUser(trx, form.userId)
    if (before === undefined || !(await upgradeGuest(trx, form.userId, account))) {
      throw new AppError('conflict', 'You have an account already.')
    }
    await tellRenamed(trx, ports, { before, name: account.name })
    return form.userId
  })
}

async function makeAccount(
  database: Database,
  ports: IdentityPorts,
  form: SignUpForm,
  write: (trx: Trx, account: AccountFields) => Promise<string>,
): Promise<SignedIn> {
  const { name, nameKey } = readAccountName(form.name)
  const email = form.email.trim()
  checkPassword(form.password, [name, email])
  const hash = await ports.hasher.hash(form.password)
  const account = { name, nameKey, email, emailKey: toLoginKey(email) }
  try {
    return await database.transact(async (trx) => {
      await takeInvite(trx, ports, form.inviteCode)
      const userId = await write(trx, account)
      await writePasswordHash(trx, { userId, hash, nowMs: ports.clock.wallMs() })
      await requestVerification(trx, ports, userId)
      const user = { id: userId, kind: 'account', name } as const
      return startSession(trx, ports, { user, origin: form.origin })
    })
  } catch (error) {
    throw toTaken(error)
  }
}

/** Takes a use of the code where signing up needs one [AUTH-5]. */
export async function takeInvite(
  trx: Trx,
  ports: Pick<IdentityPorts, 'clock' | 'isInviteOnly'>,
  code: string | undefined,
): Promise<void> {
  if (!ports.isInviteOnly) return
  if (await takeInviteUse(trx, code ?? '', ports.clock.wallMs())) return
  throw new AppError('forbidden', 'Signing up needs an invite code that is still good.')
}

/** A name or an e-mail that is taken is a conflict; everything else stays what it is. */
export function toTaken(error: unknown): unknown {
  const known = findDatabaseError(error)
  if (known?.code !== UNIQUE_VIOLATION) return error
  const what = known.constraint === 'users_email_key_key' ? 'e-mail address' : 'name'
  return new AppError('conflict', `This ${what} is taken.`, { cause: error })
}
