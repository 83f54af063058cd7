/**
 * Mails of accounts: the request only puts a job in, the job makes the token, keeps its hash and
 * hands the mail over. So no request waits for a mail server, and no row ever holds a token.
 */
import { randomBytes } from 'node:crypto'

import type { Database, Trx } from '../../db/database.ts'
import type { JobHandler } from '../jobs/job-worker.ts'
import type { Mailer } from '../mail/mailer.ts'
import { writeAccountMail } from '../mail/account-mails.ts'
import { toLoginKey } from './account-fields.ts'
import type { IdentityPorts } from './identity-ports.ts'
import { hashSecret } from './refresh-tokens.ts'
import { findAddressee, findOldAddress, findUserByEmail, insertToken } from './token-queries.ts'
import { setChangeToken } from './token-queries.ts'
import { findUser } from './user-queries.ts'

const TOKEN_BYTES = 32
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** Long enough for a slow mail, short enough for a mailbox that others read later (ms). */
export const MAIL_TTL_MS = {
  verify_email: 48 * HOUR_MS,
  reset_password: HOUR_MS,
  change_email: 48 * HOUR_MS,
} as const
/** A mail that could not be sent for three hours is of no use any more. */
export const MAIL_ATTEMPTS_MAX = 12

type MailPurpose = 'verify_email' | 'reset_password'

/** Kinds of the jobs. */
export const MAIL_JOBS = {
  verify_email: 'mail.verify_email',
  reset_password: 'mail.reset_password',
  change_email: 'mail.change_email',
  email_changed: 'mail.email_changed',
} as const

/** No address: a job outlives its user for some days. */
interface MailPayload {
  readonly userId: string
}

/** Asks for the mail that proves an address. */
export async function requestVerification(
  trx: Trx,
  ports: Pick<IdentityPorts, 'jobs'>,
  userId: string,
): Promise<void> {
  const payload: MailPayload = { userId }
  await ports.jobs.enqueue(trx, {
    kind: MAIL_JOBS.verify_email,
    payload,
    attemptsMax: MAIL_ATTEMPTS_MAX,
  })
}

/** Asks for the mail that lets a password be set; the answer is the same for any address. */
export async function requestReset(
  database: Database,
  ports: Pick<IdentityPorts, 'clock' | 'jobs'>,
  emailKey: string,
): Promise<void> {
  await database.transact(async (trx) => {
    const userId = await findUserByEmail(trx, emailKey)
    if (userId === undefined) return
    // At most one a minute, however often and from wherever it is asked for.
    const minute = Math.floor(ports.clock.wallMs() / MINUTE_MS)
    await ports.jobs.enqueue(trx, {
      kind: MAIL_JOBS.reset_password,
      key: `${MAIL_JOBS.reset_password}:${userId}:${minute}`,
      payload: { userId },
      attemptsMax: MAIL_ATTEMPTS_MAX,
    })
  })
}

/** What mails go out with. */
type MailPorts = Pick<IdentityPorts, 'clock'> & {
  readonly mailer: Mailer
  /** Where links lead. */
  readonly publicUrl: () => string
}

/** The jobs' handlers. */
export function createMailHandlers(
  database: Database,
  ports: MailPorts,
): Record<string, JobHandler> {
  const send = async (purpose: MailPurpose, payload: MailPayload) => {
    const addressee = await findAddressee(database.db, payload.userId)
    if (addressee === undefined) return
    if (purpose === 'verify_email' && addressee.isVerified) return
    const token = randomBytes(TOKEN_BYTES).toString('base64url')
    const nowMs = ports.clock.wallMs()
    const expiresAtMs = nowMs + MAIL_TTL_MS[purpose]
    const hash = hashSecret(token)
    const { emailKey } = addressee
    const { userId } = payload
    await insertToken(database.db, { userId, emailKey, hash, purpose, nowMs, expiresAtMs })
    await ports.mailer.send(
      writeAccountMail(purpose, { ...addressee, token, baseUrl: ports.publicUrl() }),
    )
  }
  return {
    [MAIL_JOBS.verify_email]: (job) => send('verify_email', job.payload as MailPayload),
    [MAIL_JOBS.reset_password]: (job) => send('reset_password', job.payload as MailPayload),
    [MAIL_JOBS.change_email]: (job) => sendToNew(database, ports, job.payload as MailPayload),
    [MAIL_JOBS.email_changed]: (job) => sendToOld(database, ports, job.payload as MailPayload),
  }
}

/** To the address that is to become the user's; never to one that is somebody's already. */
async function sendToNew({ db }: Database, ports: MailPorts, payload: MailPayload): Promise<void> {
  const { userId } = payload
  const user = await findUser(db, userId)
  if (user === undefined) return
  const token = randomBytes(TOKEN_BYTES).toString('base64url')
  const change = { userId, hash: hashSecret(token), nowMs: ports.clock.wallMs() }
  const email = await setChangeToken(db, change)
  if (email === undefined || (await findUserByEmail(db, toLoginKey(email))) !== undefined) return
  const to = { name: user.name, email, locale: user.locale, token, baseUrl: ports.publicUrl() }
  await ports.mailer.send(writeAccountMail('change_email', to))
}

async function sendToOld({ db }: Database, ports: MailPorts, payload: MailPayload): Promise<void> {
  const user = await findUser(db, payload.userId)
  const email = await findOldAddress(db, payload.userId)
  if (user === undefined || email === undefined) return
  const to = { name: user.name, email, locale: user.locale, token: '', baseUrl: ports.publicUrl() }
  await ports.mailer.send(writeAccountMail('email_changed', to))
}
