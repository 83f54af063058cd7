/**
 * The second factor of an account: enrolled, then proved once, then asked for at every log-in. The
 * secret is sealed with a key of the data directory; a code is good once, by a conditional update.
 */
import { AppError } from '@battalion/base/app-error.ts'
import { sql } from 'kysely'

import type { Database, Db, Trx } from '../../db/database.ts'
import { endUserSessions } from './end-sessions.ts'
import type { IdentityPorts } from './identity-ports.ts'
import { seal, unseal } from './seal.ts'
import { createTotpSecret, findTotpStep, toBase32, totpUri } from './totp.ts'
import { findUser, holdUser } from './user-queries.ts'

/** What the app of the account's owner needs. */
export interface TotpEnrolment {
  readonly secret: string
  readonly uri: string
}

/** Begins enrolling; nothing is asked for until a code has proved that the app has the secret. */
export async function enrolTotp(
  database: Database,
  ports: IdentityPorts,
  userId: string,
): Promise<TotpEnrolment> {
  const user = await findUser(database.db, userId)
  if (user?.kind !== 'account') throw new AppError('forbidden', 'Make an account first.')
  const secret = createTotpSecret()
  const { numInsertedOrUpdatedRows } = await database.db
    .insertInto('identity.credentials')
    .values({
      user_id: userId,
      kind: 'totp',
      secret: seal(secret, ports.sealKey),
      confirmed_at: null,
      last_step: null,
      created_at: new Date(ports.clock.wallMs()),
    })
    .onConflict((conflict) =>
      conflict
        .columns(['user_id', 'kind'])
        .doUpdateSet({ secret: seal(secret, ports.sealKey) })
        .where('identity.credentials.confirmed_at', 'is', null),
    )
    .executeTakeFirst()
  if (numInsertedOrUpdatedRows !== 1n) {
    throw new AppError('conflict', 'A second factor is set already.')
  }
  return { secret: toBase32(secret), uri: totpUri(secret, user.name) }
}

/** Proves that the app has the secret; all other sessions end, they never gave a code. */
export async function confirmTotp(
  database: Database,
  ports: IdentityPorts,
  request: { readonly userId: string; readonly sessionId: string; readonly code: string },
): Promise<void> {
  await database.transact((trx) => proveTotp(trx, ports, request))
}

/** As {@link confirmTotp}, in the caller's transaction; without a session, all of them end. */
export async function proveTotp(
  trx: Trx,
  ports: IdentityPorts,
  request: { readonly userId: string; readonly sessionId?: string; readonly code: string },
): Promise<void> {
  const { userId, sessionId, code } = request
  // Who signs in without a code meanwhile is through before, and ends, or finds the factor.
  await holdUser(trx, userId)
  if (!(await takeCode(trx, ports, { userId, code }))) throw wrongCode()
  await trx
    .updateTable('identity.credentials')
    .set({ confirmed_at: new Date(ports.clock.wallMs()) })
    .where('user_id', '=', userId)
    .where('kind', '=', 'totp')
    .execute()
  const except = sessionId === undefined ? {} : { exceptId: sessionId }
  await endUserSessions(trx, ports, { userId, ...except, reason: 'factor_changed' })
}

/**
 * Throws `totp_required` where a code is due and none, or a wrong one, is given. False where none
 * is due, whatever was given.
 */
export async function checkSecondFactor(
  db: Db,
  ports: IdentityPorts,
  given: { readonly userId: string; readonly code: string | undefined },
): Promise<boolean> {
  if (!(await hasSecondFactor(db, given.userId))) return false
  const code = given.code ?? ''
  if (code === '' || !(await takeCode(db, ports, { ...given, code }))) throw wrongCode()
  return true
}

/** Throws `totp_required` where a factor was set since it was asked for, and so never proved. */
export async function checkFactorProved(
  trx: Trx,
  { userId, isProved }: { readonly userId: string; readonly isProved: boolean },
): Promise<void> {
  if (!isProved && (await hasSecondFactor(trx, userId))) throw wrongCode()
}

/** True once a code has proved it. */
export async function hasSecondFactor(db: Db, userId: string): Promise<boolean> {
  const row = await db
    .selectFrom('identity.credentials')
    .select('kind')
    .where('user_id', '=', userId)
    .where('kind', '=', 'totp')
    .where('confirmed_at', 'is not', null)
    .executeTakeFirst()
  return row !== undefined
}

/** True for a right code that was not used before. */
async function takeCode(
  db: Db,
  ports: Pick<IdentityPorts, 'clock' | 'sealKey'>,
  given: { readonly userId: string; readonly code: string },
): Promise<boolean> {
  const row = await db
    .selectFrom('identity.credentials')
    .select('secret')
    .where('user_id', '=', given.userId)
    .where('kind', '=', 'totp')
    .executeTakeFirst()
  if (row === undefined) return false
  const secret = unseal(row.secret, ports.sealKey)
  const step = findTotpStep(secret, given.code, ports.clock.wallMs())
  if (step === undefined) return false
  const { numUpdatedRows } = await db
    .updateTable('identity.credentials')
    .set({ last_step: BigInt(step) })
    .where('user_id', '=', given.userId)
    .where('kind', '=', 'totp')
    .where(sql<boolean>`coalesce(last_step, -1) < ${BigInt(step)}::int8`)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** A code is due, and was not given or is not right. */
export function wrongCode(): AppError {
  return new AppError('totp_required', 'Give the present code of your authenticator app.')
}
