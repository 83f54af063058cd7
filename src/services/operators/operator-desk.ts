/** Signing in to the console, bound to a database: what HTTP is handed. */
import { AppError } from '@battalion/base/app-error.ts'

import type { Database } from '../../db/database.ts'
import type { AuditTrail } from '../audit/audit-trail.ts'
import { checkNotBanned } from '../identity/bans.ts'
import type { IdentityPorts, Origin } from '../identity/identity-ports.ts'
import { checkLogin, checkStillPassword } from '../identity/log-in.ts'
import { forgiveAttempt } from '../identity/login-attempts.ts'
import { listRoles, ROLES } from '../identity/roles.ts'
import type { Permission, Role } from '../identity/roles.ts'
import { checkFactorProved, checkSecondFactor, enrolTotp } from '../identity/second-factor.ts'
import { proveTotp } from '../identity/second-factor.ts'
import { findUser } from '../identity/user-queries.ts'
import { endConsole, findConsole, startConsole } from './console-sessions.ts'
import type { ConsoleSession, StartedConsole } from './console-sessions.ts'
import { createOperatorLink, useOperatorLink } from './operator-link.ts'
import type { OperatorForm } from './operator-link.ts'

/** A trail that learns who it is about. */
export type SignInTrail = AuditTrail & { setUser(userId: string): void }

/** What the sign-in form asks. */
export interface ConsoleForm {
  readonly login: string
  readonly password: string
  readonly code: string | undefined
  readonly origin: Origin
}

/** Who is signed in, for the page. */
export interface OperatorView {
  readonly userId: string
  readonly name: string
  readonly isEnrolling: boolean
  readonly roles: readonly Role[]
  readonly permissions: readonly Permission[]
}

export type OperatorDesk = ReturnType<typeof createOperatorDesk>

/** Binds the use cases. */
export function createOperatorDesk(database: Database, ports: IdentityPorts) {
  const nowMs = () => ports.clock.wallMs()
  return {
    find: (token: string) => findConsole(database.db, token, nowMs()),
    signIn: (trail: SignInTrail, form: ConsoleForm) => signIn(database, ports, trail, form),
    createLink: () => createOperatorLink(database, nowMs()),
    useLink: (trail: SignInTrail, form: OperatorForm) =>
      useOperatorLink(database, ports, trail, form),
    enrol: (userId: string) => enrolTotp(database, ports, userId),
    confirm: (trail: AuditTrail, proof: Proof) => confirm(database, ports, trail, proof),
    signOut: (trail: AuditTrail, session: ConsoleSession) => signOut(database, trail, session),
    view: (session: ConsoleSession | undefined) => readView(database, session),
  }
}

async function signIn(
  database: Database,
  ports: IdentityPorts,
  trail: SignInTrail,
  form: ConsoleForm,
): Promise<StartedConsole> {
  const { user, keys, hash } = await checkLogin(database, ports, form)
  const { id: userId } = user
  trail.setUser(userId)
  if ((await listRoles(database.db, userId)).length === 0) {
    await forgiveAttempt(database.db, keys)
    throw new AppError('forbidden', 'The console is for staff; this account has no role.')
  }
  const isProved = await checkSecondFactor(database.db, ports, { userId, code: form.code })
  return database.transact(async (trx) => {
    const nowMs = ports.clock.wallMs()
    // Holds him: a ban, a password or a factor under way is through before, or ends this session.
    await checkStillPassword(trx, { userId, hash })
    await checkNotBanned(trx, userId, nowMs)
    await checkFactorProved(trx, { userId, isProved })
    await forgiveAttempt(trx, keys)
    const isEnrolling = !isProved
    const started = await startConsole(trx, { userId, isEnrolling, ...form.origin, nowMs })
    await trail.record(trx, { after: { isEnrolling } })
    return started
  })
}

/** A code that proves the second factor of who enrols. */
export interface Proof {
  readonly session: ConsoleSession
  readonly code: string
  readonly origin: Origin
}

/** All sessions end, also this one: another token from here on. */
async function confirm(
  database: Database,
  ports: IdentityPorts,
  trail: AuditTrail,
  { session, code, origin }: Proof,
): Promise<StartedConsole> {
  const { userId, tokenHash, isEnrolling } = session
  if (!isEnrolling) throw new AppError('conflict', 'A second factor is set already.')
  return database.transact(async (trx) => {
    await proveTotp(trx, ports, { userId, code })
    await endConsole(trx, tokenHash)
    const nowMs = ports.clock.wallMs()
    const started = await startConsole(trx, { userId, isEnrolling: false, ...origin, nowMs })
    await trail.record(trx, { target: { kind: 'user', id: userId } })
    return started
  })
}

async function signOut(
  database: Database,
  trail: AuditTrail,
  { tokenHash }: ConsoleSession,
): Promise<void> {
  await database.transact(async (trx) => {
    await endConsole(trx, tokenHash)
    await trail.record(trx, {})
  })
}

async function readView(
  database: Database,
  session: ConsoleSession | undefined,
): Promise<OperatorView> {
  if (session === undefined) throw new AppError('unauthenticated', 'Sign in again.')
  const { userId, isEnrolling } = session
  const user = await findUser(database.db, userId)
  if (user === undefined) throw new AppError('unauthenticated', 'This account is gone.')
  const roles = await listRoles(database.db, userId)
  const permitted: readonly Permission[] = isEnrolling ? [] : roles.flatMap((role) => ROLES[role])
  const permissions = [...new Set(permitted)].sort()
  return { userId, name: user.name, isEnrolling, roles, permissions }
}
