/** What the tokens of mails do when they come back: prove an address, set a new password. */
import { AppError } from '@battalion/base/app-error.ts'

import type { Database } from '../../db/database.ts'
import { checkPassword } from './account-fields.ts'
import { confirmEmailChange } from './change-email.ts'
import { endUserSessions } from './end-sessions.ts'
import type { IdentityPorts } from './identity-ports.ts'
import { hashSecret } from './refresh-tokens.ts'
import { deleteTokensOfPassword, holdTokenOwner, takeToken, verifyEmail } from './token-queries.ts'
import { deleteIdentities, findUser, writePasswordHash } from './user-queries.ts'

/** Proves the address of the user the token was sent to, or makes it his. */
export async function confirmEmail(
  database: Database,
  ports: Pick<IdentityPorts, 'clock' | 'jobs'>,
  token: string,
): Promise<void> {
  const nowMs = ports.clock.wallMs()
  const hash = hashSecret(token)
  await database.transact(async (trx) => {
    if (await confirmEmailChange(trx, ports, hash)) return
    const taken = await takeToken(trx, { hash, purpose: 'verify_email', nowMs })
    if (taken === undefined || !(await verifyEmail(trx, { ...taken, nowMs }))) throw uselessToken()
  })
}

/** Sets a new password; who could read the mail has the address, and all sessions end [F-06]. */
export async function resetPassword(
  database: Database,
  ports: IdentityPorts,
  request: { readonly token: string; readonly password: string },
): Promise<void> {
  checkPassword(request.password, [])
  const passwordHash = await ports.hasher.hash(request.password)
  const nowMs = ports.clock.wallMs()
  const hash = hashSecret(request.token)
  await database.transact(async (trx) => {
    const token = { hash, purpose: 'reset_password', nowMs } as const
    if (!(await holdTokenOwner(trx, token))) throw uselessToken()
    const taken = await takeToken(trx, token)
    if (taken === undefined) throw uselessToken()
    const { userId } = taken
    const user = await findUser(trx, userId)
    if (!(await verifyEmail(trx, { ...taken, nowMs }))) throw uselessToken()
    // Who linked before the address was proved may have signed up with another's address.
    if (user?.emailVerifiedAt === null) await deleteIdentities(trx, userId)
    if (user !== undefined) checkPassword(request.password, [user.name, user.email ?? ''])
    await writePasswordHash(trx, { userId, hash: passwordHash, nowMs })
    await deleteTokensOfPassword(trx, userId)
    await endUserSessions(trx, ports, { userId, reason: 'password_changed' })
  })
}

function uselessToken(): AppError {
  return new AppError('not_found', 'This link was used or is too old; ask for a new one.')
}
