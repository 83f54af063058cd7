/**
 * The first operator's one-time link [F-09]: printed by `npm start` while there is no admin, good
 * once and for 15 min, kept as a hash. Who opens it makes an account, or names his own with its
 * password, and that account is admin; its second factor comes next.
 */
import { randomBytes, randomUUID } from 'node:crypto'

import { AppError } from '@battalion/base/app-error.ts'

import type { Database, Db, Trx } from '../../db/database.ts'
import type { AuditTrail } from '../audit/audit-trail.ts'
import { checkPassword, readAccountName, toLoginKey } from '../identity/account-fields.ts'
import { checkNotBanned } from '../identity/bans.ts'
import type { IdentityPorts, Origin } from '../identity/identity-ports.ts'
import { checkLogin } from '../identity/log-in.ts'
import { forgiveAttempt } from '../identity/login-attempts.ts'
import { requestVerification } from '../identity/mail-requests.ts'
import { giveRole, hasAdmin } from '../identity/roles.ts'
import { checkSecondFactor, hasSecondFactor } from '../identity/second-factor.ts'
import { toTaken } from '../identity/sign-up.ts'
import { insertUser, writePasswordHash } from '../identity/user-queries.ts'
import { hashToken, startConsole } from './console-sessions.ts'
import type { StartedConsole } from './console-sessions.ts'

/** How long a link is good (ms). */
export const OPERATOR_LINK_MS = 15 * 60_000
const TOKEN_BYTES = 32

/** A fresh link's token while there is no admin; earlier links are useless from now on. */
export async function createOperatorLink(
  database: Database,
  nowMs: number,
): Promise<string | undefined> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url')
  return database.transact(async (trx) => {
    await trx.deleteFrom('operators.links').execute()
    if (await hasAdmin(trx)) return undefined
    await trx
      .insertInto('operators.links')
      .values({
        token_hash: hashToken(token),
        created_at: new Date(nowMs),
        expires_at: new Date(nowMs + OPERATOR_LINK_MS),
        used_at: null,
      })
      .execute()
    return token
  })
}

/** What the page behind the link asks. */
export interface OperatorForm {
  readonly token: string
  /** Of the account: a new one's where an e-mail is given, else of one that exists. */
  readonly name: string
  readonly email: string | undefined
  readonly password: string
  /** Where the account has a second factor. */
  readonly code: string | undefined
  readonly origin: Origin
}

/** Uses the link up; the operator is signed in, to enrol his second factor. */
export async function useOperatorLink(
  database: Database,
  ports: IdentityPorts,
  trail: AuditTrail & { setUser(userId: string): void },
  form: OperatorForm,
): Promise<StartedConsole> {
  // Before the hash: a useless link costs nothing.
  if (!(await isGood(database.db, form.token, ports.clock.wallMs()))) throw uselessLink()
  const prepared =
    form.email === undefined
      ? await findAccount(database, ports, form)
      : await prepareAccount(ports, form, form.email)
  try {
    return await database.transact(async (trx) => {
      const nowMs = ports.clock.wallMs()
      await takeLink(trx, form.token, nowMs)
      await prepared.write(trx)
      const { userId } = prepared
      await giveRole(trx, ports, { userId, role: 'admin', by: null })
      const isEnrolling = !(await hasSecondFactor(trx, userId))
      const { address, device } = form.origin
      const started = await startConsole(trx, { userId, isEnrolling, address, device, nowMs })
      trail.setUser(userId)
      const target = { kind: 'user', id: userId }
      await trail.record(trx, { target, after: { role: 'admin', isNew: prepared.isNew } })
      return started
    })
  } catch (error) {
    throw toTaken(error)
  }
}

interface PreparedAccount {
  readonly userId: string
  readonly isNew: boolean
  readonly write: (trx: Trx) => Promise<void>
}

async function prepareAccount(
  ports: IdentityPorts,
  form: OperatorForm,
  givenEmail: string,
): Promise<PreparedAccount> {
  const { name, nameKey } = readAccountName(form.name)
  const email = givenEmail.trim()
  checkPassword(form.password, [name, email])
  const hash = await ports.hasher.hash(form.password)
  const userId = randomUUID()
  const account = { name, nameKey, email, emailKey: toLoginKey(email) }
  const write = async (trx: Trx) => {
    const nowMs = ports.clock.wallMs()
    await insertUser(trx, { id: userId, kind: 'account', name, account, nowMs })
    await writePasswordHash(trx, { userId, hash, nowMs })
    await requestVerification(trx, ports, userId)
  }
  return { userId, isNew: true, write }
}

async function findAccount(
  database: Database,
  ports: IdentityPorts,
  form: OperatorForm,
): Promise<PreparedAccount> {
  const { name: login, password, origin, code } = form
  const { user, keys } = await checkLogin(database, ports, { login, password, origin })
  await checkSecondFactor(database.db, ports, { userId: user.id, code })
  const write = async (trx: Trx) => {
    await forgiveAttempt(trx, keys)
    await checkNotBanned(trx, user.id, ports.clock.wallMs())
  }
  return { userId: user.id, isNew: false, write }
}

async function isGood(db: Db, token: string, nowMs: number): Promise<boolean> {
  const row = await db
    .selectFrom('operators.links')
    .select('token_hash')
    .where('token_hash', '=', hashToken(token))
    .where('used_at', 'is', null)
    .where('expires_at', '>', new Date(nowMs))
    .executeTakeFirst()
  return row !== undefined
}

/** One of two that come at once gets it; none once there is an admin by another way. */
async function takeLink(trx: Trx, token: string, nowMs: number): Promise<void> {
  const { numUpdatedRows } = await trx
    .updateTable('operators.links')
    .set({ used_at: new Date(nowMs) })
    .where('token_hash', '=', hashToken(token))
    .where('used_at', 'is', null)
    .where('expires_at', '>', new Date(nowMs))
    .executeTakeFirst()
  if (numUpdatedRows !== 1n || (await hasAdmin(trx))) throw uselessLink()
}

function uselessLink(): AppError {
  return new AppError(
    'unauthenticated',
    'This link was used or is older than 15 minutes. Restart the server for a new one.',
  )
}
