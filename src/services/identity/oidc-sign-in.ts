/**
 * The second half of a sign-in through a provider [AUTH-6]. Three ways out: the user this identity
 * belongs to, a link to the user who began it (a guest becomes an account and keeps all he has), or
 * a new account. An e-mail address never decides whose account it is: who says he has the address
 * of an account signs in to it and links there.
 */
import { randomInt, randomUUID } from 'node:crypto'

import { AppError } from '@battalion/base/app-error.ts'

import { findDatabaseError, UNIQUE_VIOLATION } from '../../db/database-error.ts'
import type { Database, Trx } from '../../db/database.ts'
import { toLoginKey } from './account-fields.ts'
import type { Origin, SignedIn } from './identity-ports.ts'
import { beginAttempt, forgiveAttempt } from './login-attempts.ts'
import type { OidcProfile } from './oidc-client.ts'
import { findProvedFlow, keepProvedFlow, takeFlow, uselessFlow } from './oidc-flows.ts'
import type { Flow, FlowKeys, OidcPorts } from './oidc-flows.ts'
import { readProvider } from './oidc-providers.ts'
import { checkSecondFactor, hasSecondFactor } from './second-factor.ts'
import { isSessionLive, touchUser } from './session-queries.ts'
import { cleanName, NAME_CHARS_MAX } from './sign-in-guest.ts'
import { takeInvite, toTaken } from './sign-up.ts'
import { startSession } from './start-session.ts'
import { findUserByEmail } from './token-queries.ts'
import { tellRenamed } from './tell-renamed.ts'
import { findUser, insertUser, upgradeGuest } from './user-queries.ts'
import type { AccountFields, User } from './user-queries.ts'

/** Names tried for a new account before giving up; each has other digits behind it. */
const NAME_TRIES_MAX = 8
const NAME_DIGITS = 4

/** What comes back from the provider, and from the client itself. */
export interface OidcAnswer extends FlowKeys {
  readonly code: string
  readonly iss: string | undefined
  readonly inviteCode: string | undefined
  readonly totpCode: string | undefined
  readonly origin: Origin
}

/** Signs in. The code is redeemed between two transactions, never inside one. */
export async function finishFlow(
  database: Database,
  ports: OidcPorts,
  answer: OidcAnswer,
): Promise<SignedIn> {
  const nowMs = ports.clock.wallMs()
  const provedUserId = await findProvedFlow(database.db, answer, nowMs)
  if (provedUserId !== undefined) return finishProved(database, ports, answer, provedUserId)
  const flow = await takeFlow(database.db, answer, nowMs)
  const provider = await readProvider(database.db, ports, flow.providerId)
  const { redirectUri, nonce, verifier } = flow
  const proof = { redirectUri, nonce, verifier, state: answer.state }
  const profile = await ports.oidc.redeem(provider, proof, answer)
  const owner = await findOwner(database, flow.providerId, profile.subject)
  if (flow.userId !== null) return link(database, ports, { flow, profile, owner, answer })
  if (owner === undefined) return makeAccount(database, ports, { flow, profile, answer })
  if (await hasSecondFactor(database.db, owner)) {
    await keepProvedFlow(database.db, answer, { flow, userId: owner, nowMs })
    return finishProved(database, ports, answer, owner)
  }
  return database.transact((trx) => enter(trx, ports, owner, answer.origin))
}

async function findOwner(
  database: Database,
  providerId: string,
  subject: string,
): Promise<string | undefined> {
  const row = await database.db
    .selectFrom('identity.identities')
    .select('user_id')
    .where('provider_id', '=', providerId)
    .where('subject', '=', subject)
    .executeTakeFirst()
  return row?.user_id
}

/** Who is known owes a code; wrong ones count like wrong passwords. */
async function finishProved(
  database: Database,
  ports: OidcPorts,
  answer: OidcAnswer,
  userId: string,
): Promise<SignedIn> {
  const code = answer.totpCode
  const nowMs = ports.clock.wallMs()
  if (code === undefined) await checkSecondFactor(database.db, ports, { userId, code })
  const keys = { account: userId, address: answer.origin.address }
  const isOpen = await beginAttempt(database, keys, nowMs)
  if (!isOpen) throw new AppError('rate_limited', 'Too many codes; wait.', { retryAfterSec: 60 })
  await checkSecondFactor(database.db, ports, { userId, code })
  return database.transact(async (trx) => {
    const flow = await takeFlow(trx, answer, nowMs)
    if (flow.provedUserId !== userId) throw uselessFlow()
    // His row first, as in his removal.
    const signedIn = await enter(trx, ports, userId, answer.origin)
    await forgiveAttempt(trx, keys)
    return signedIn
  })
}

/** A session for a user who may have one. */
async function enter(
  trx: Trx,
  ports: OidcPorts,
  userId: string,
  origin: Origin,
): Promise<SignedIn> {
  const user = await findUser(trx, userId)
  if (user === undefined) throw uselessFlow()
  await touchUser(trx, userId, ports.clock.wallMs())
  return startSession(trx, ports, { user, origin })
}

interface Arrival {
  readonly flow: Flow
  readonly profile: OidcProfile
  readonly answer: OidcAnswer
}

/** The identity becomes the user's who began the flow, while the session he began it in lives. */
async function link(
  database: Database,
  ports: OidcPorts,
  arrival: Arrival & { readonly owner: string | undefined },
): Promise<SignedIn> {
  const { flow, profile, owner, answer } = arrival
  const userId = flow.userId ?? ''
  if (owner !== undefined && owner !== userId) throw belongsToAnother()
  const before = await findUser(database.db, userId)
  return withFreeName(before?.name ?? '', async (name) =>
    database.transact(async (trx) => {
      const isLive = await isSessionLive(trx, flow.sessionId ?? '', ports.clock.wallMs())
      const user = await findUser(trx, userId)
      if (!isLive || user === undefined) throw uselessFlow()
      if (owner === undefined) await insertIdentity(trx, ports, { flow, profile, userId })
      if (user.kind === 'guest') {
        await takeInvite(trx, ports, answer.inviteCode)
        await becomeAccount(trx, ports, { user, profile, name })
      }
      return enter(trx, ports, userId, answer.origin)
    }),
  )
}

async function becomeAccount(
  trx: Trx,
  ports: OidcPorts,
  { user, profile, name }: { user: User; profile: OidcProfile; name: string },
): Promise<void> {
  const account = await accountFields(trx, ports, { profile, name })
  if (!(await upgradeGuest(trx, user.id, account))) {
    throw new AppError('conflict', 'You have an account already.')
  }
  await tellRenamed(trx, ports, { before: user, name: account.name })
}

function makeAccount(database: Database, ports: OidcPorts, arrival: Arrival): Promise<SignedIn> {
  const { flow, profile, answer } = arrival
  return withFreeName(profile.name ?? '', async (name) =>
    database.transact(async (trx) => {
      await takeInvite(trx, ports, answer.inviteCode)
      const id = randomUUID()
      const account = await accountFields(trx, ports, { profile, name })
      const nowMs = ports.clock.wallMs()
      await insertUser(trx, { id, kind: 'account', name, account, nowMs })
      await insertIdentity(trx, ports, { flow, profile, userId: id })
      return enter(trx, ports, id, answer.origin)
    }),
  )
}

/** An address counts where the provider has proved it; where it is taken, its owner must link. */
async function accountFields(
  trx: Trx,
  ports: OidcPorts,
  { profile, name }: { readonly profile: OidcProfile; readonly name: string },
): Promise<AccountFields> {
  const named = { name, nameKey: toLoginKey(name) }
  const email = profile.isEmailVerified ? profile.email?.trim() : undefined
  if (email === undefined || email === '') return { ...named, email: null, emailKey: null }
  const emailKey = toLoginKey(email)
  if ((await findUserByEmail(trx, emailKey)) === undefined) {
    return { ...named, email, emailKey, verifiedAtMs: ports.clock.wallMs() }
  }
  throw new AppError(
    'conflict',
    'There is an account with this e-mail address: sign in to it and link this provider there.',
  )
}

async function insertIdentity(
  trx: Trx,
  ports: OidcPorts,
  { flow, profile, userId }: { flow: Flow; profile: OidcProfile; userId: string },
): Promise<void> {
  await trx
    .insertInto('identity.identities')
    .values({
      provider_id: flow.providerId,
      subject: profile.subject,
      user_id: userId,
      created_at: new Date(ports.clock.wallMs()),
    })
    .execute()
}

/** Tries names until one is free; each try is a transaction of its own. */
async function withFreeName(
  wished: string,
  work: (name: string) => Promise<SignedIn>,
): Promise<SignedIn> {
  const wanted = usableName(wished)
  for (let tries = 1; ; tries++) {
    try {
      return await work(tries === 1 ? wanted : withDigits(wanted))
    } catch (error) {
      const known = findDatabaseError(error)
      const isNameTaken = known?.constraint === 'users_name_key_key'
      if (isNameTaken && tries < NAME_TRIES_MAX) continue
      if (known?.code === UNIQUE_VIOLATION && known.constraint === 'identities_pkey') {
        throw belongsToAnother()
      }
      throw toTaken(error)
    }
  }
}

/** An account's name is never an address, and has two characters at least. */
function usableName(wished: string): string {
  const name = cleanName(wished.split('@')[0] ?? '')
  return Array.from(name).length < 2 ? withDigits('Player') : name
}

function withDigits(name: string): string {
  const digits = String(randomInt(10 ** NAME_DIGITS)).padStart(NAME_DIGITS, '0')
  const kept = Array.from(name)
    .slice(0, NAME_CHARS_MAX - NAME_DIGITS - 1)
    .join('')
  return `${kept.trim()} ${digits}`
}

function belongsToAnother(): AppError {
  return new AppError('conflict', 'This sign-in belongs to another account already.')
}
