/**
 * Another e-mail address: asked for with the password, proved by a mail to the new one, and told to
 * the old one once it is done. Until then nothing changes. Sessions stay: the password did not
 * change; links that were sent to the old address are void. A newer request takes an older's place,
 * and another password ends one that waits: whoever asked may have known the old one.
 */
import { randomBytes } from 'node:crypto'

import { AppError } from '@battalion/base/app-error.ts'

import type { Database, Trx } from '../../db/database.ts'
import { toLoginKey } from './account-fields.ts'
import type { IdentityPorts } from './identity-ports.ts'
import { checkOwnPassword, checkStillPassword } from './log-in.ts'
import { MAIL_ATTEMPTS_MAX, MAIL_JOBS, MAIL_TTL_MS } from './mail-requests.ts'
import { readOwnUser } from './profile.ts'
import { toTaken } from './sign-up.ts'
import { deleteTokens, holdTokenOwner, insertToken, takeToken } from './token-queries.ts'
import { findPasswordHash, findUser, writeEmail } from './user-queries.ts'
import type { User } from './user-queries.ts'

const HASH_BYTES = 32

/** Asks for it; the answer is the same whether the address is somebody's or not. */
export async function requestEmailChange(
  database: Database,
  ports: IdentityPorts,
  request: {
    readonly userId: string
    readonly email: string
    readonly password: string
    readonly address: string
  },
): Promise<void> {
  const { userId, password, address } = request
  const email = request.email.trim()
  const user = await readOwnUser(database, userId)
  const hash = await findPasswordHash(database.db, userId)
  await checkOwnPassword(database, ports, { userId, hash, password, address })
  if (user.email !== null && toLoginKey(user.email) === toLoginKey(email)) {
    throw new AppError('conflict', 'This is your address already.')
  }
  await database.transact(async (trx) => {
    await checkStillPassword(trx, { userId, hash })
    await deleteTokens(trx, userId, 'change_email')
    // No token yet: the job that sends it makes it. The row holds the address, not the job.
    await keepAddress(trx, ports, { userId, email, isUsed: false })
    const kind = MAIL_JOBS.change_email
    await ports.jobs.enqueue(trx, { kind, payload: { userId }, attemptsMax: MAIL_ATTEMPTS_MAX })
  })
}

/** The address is the user's from now on; false when the token is none of a change. */
export async function confirmEmailChange(
  trx: Trx,
  ports: Pick<IdentityPorts, 'clock' | 'jobs'>,
  hash: Uint8Array,
): Promise<boolean> {
  const nowMs = ports.clock.wallMs()
  const token = { hash, purpose: 'change_email', nowMs } as const
  if (!(await holdTokenOwner(trx, token))) return false
  const taken = await takeToken(trx, token)
  if (taken === undefined || taken.email === null) return false
  const { userId, emailKey, email } = taken
  const before = await findUser(trx, userId)
  if (before === undefined) return false
  try {
    await writeEmail(trx, { userId, email, emailKey, nowMs })
  } catch (error) {
    throw toTaken(error)
  }
  for (const purpose of ['verify_email', 'reset_password', 'change_email'] as const) {
    await deleteTokens(trx, userId, purpose)
  }
  await tellOldAddress(trx, ports, before)
  return true
}

/** An address that was never proved may be a stranger's: he is not told of anything. */
async function tellOldAddress(
  trx: Trx,
  ports: Pick<IdentityPorts, 'clock' | 'jobs'>,
  { id: userId, email, emailVerifiedAt }: User,
): Promise<void> {
  if (email === null || emailVerifiedAt === null) return
  await keepAddress(trx, ports, { userId, email, isUsed: true })
  const kind = MAIL_JOBS.email_changed
  await ports.jobs.enqueue(trx, { kind, payload: { userId }, attemptsMax: MAIL_ATTEMPTS_MAX })
}

/** Nobody knows what this hash is of: the row is no token. */
function keepAddress(
  trx: Trx,
  { clock }: Pick<IdentityPorts, 'clock'>,
  kept: { readonly userId: string; readonly email: string; readonly isUsed: boolean },
): Promise<void> {
  const nowMs = clock.wallMs()
  return insertToken(trx, {
    ...kept,
    hash: new Uint8Array(randomBytes(HASH_BYTES)),
    purpose: 'change_email',
    emailKey: toLoginKey(kept.email),
    nowMs,
    expiresAtMs: nowMs + MAIL_TTL_MS.change_email,
  })
}
