/** The use cases of this folder bound to a database: what HTTP is handed. */
import type { Database } from '../../db/database.ts'
import { toLoginKey } from './account-fields.ts'
import { banUser, liftBans } from './bans.ts'
import { requestEmailChange } from './change-email.ts'
import { findPlayers, findPlayersByName } from './find-players.ts'
import { listOwnSessions, logOutEverywhere, revokeSession } from './end-sessions.ts'
import type { IdentityPorts } from './identity-ports.ts'
import { createInvite, disableInvite } from './invites.ts'
import { logIn } from './log-in.ts'
import { requestReset, requestVerification } from './mail-requests.ts'
import { changePassword, editProfile, enrolOwnFactor, readOwnUser } from './profile.ts'
import type { ProfileEdit } from './profile.ts'
import { refreshSession } from './refresh-session.ts'
import { grantRole, readStaffing, revokeRole } from './roles.ts'
import type { RoleChange } from './roles.ts'
import { confirmTotp } from './second-factor.ts'
import { createBotSlots, signInBot, signInGuest } from './sign-in-guest.ts'
import { signUp, upgrade } from './sign-up.ts'
import { confirmEmail, resetPassword } from './use-mail-tokens.ts'
import { eraseUser, exportUserData } from './user-data.ts'
import type { UserDataPart } from './user-data.ts'
import { findPasswordHash } from './user-queries.ts'

type Request<F extends (...given: never[]) => unknown> = Parameters<F>[2]

/** Binds them. */
export function createAccounts(
  database: Database,
  ports: IdentityPorts,
  parts: readonly UserDataPart[],
) {
  const nextSlot = createBotSlots()
  return {
    signInGuest: (request: Request<typeof signInGuest>) => signInGuest(database, ports, request),
    signInBot: (request: Omit<Request<typeof signInBot>, 'slot'> & { slot: string | undefined }) =>
      signInBot(database, ports, { ...request, slot: request.slot ?? nextSlot() }),
    signUp: (form: Request<typeof signUp>) => signUp(database, ports, form),
    upgrade: (form: Request<typeof upgrade>) => upgrade(database, ports, form),
    logIn: (form: Request<typeof logIn>) => logIn(database, ports, form),
    refresh: (request: Request<typeof refreshSession>) => refreshSession(database, ports, request),
    listSessions: (userId: string) => listOwnSessions(database, ports, userId),
    endSession: (ending: Request<typeof revokeSession>) => revokeSession(database, ports, ending),
    logOutEverywhere: (userId: string) => logOutEverywhere(database, ports, userId),
    findPlayers: (userIds: readonly string[]) => findPlayers(database.db, userIds),
    findPlayersByName: (beginning: string) => findPlayersByName(database.db, beginning),
    readUser: (userId: string) => readOwnUser(database, userId),
    editProfile: (userId: string, edit: ProfileEdit) =>
      editProfile(database, parts, { userId, edit }),
    hasPassword: async (userId: string) =>
      (await findPasswordHash(database.db, userId)) !== undefined,
    readStaffing: (userId: string) => readStaffing(database.db, userId),
    changePassword: (request: Request<typeof changePassword>) =>
      changePassword(database, ports, request),
    resendVerification: (userId: string) =>
      database.transact((trx) => requestVerification(trx, ports, userId)),
    requestReset: (email: string) => requestReset(database, ports, toLoginKey(email)),
    requestEmailChange: (request: Request<typeof requestEmailChange>) =>
      requestEmailChange(database, ports, request),
    confirmEmail: (token: string) => confirmEmail(database, ports, token),
    resetPassword: (request: Request<typeof resetPassword>) =>
      resetPassword(database, ports, request),
    enrolTotp: (request: Request<typeof enrolOwnFactor>) =>
      enrolOwnFactor(database, ports, request),
    confirmTotp: (request: Request<typeof confirmTotp>) => confirmTotp(database, ports, request),
    grantRole: (change: RoleChange) => grantRole(database, ports, change),
    revokeRole: (change: RoleChange) => revokeRole(database, ports, change),
    createInvite: (invite: Request<typeof createInvite>) =>
      createInvite(database.db, ports, invite),
    disableInvite: (code: string) => disableInvite(database.db, ports, code),
    ban: (ban: Request<typeof banUser>) => database.transact((trx) => banUser(trx, ports, ban)),
    liftBans: (userId: string) =>
      database.transact((trx) => liftBans(trx, { userId, by: null, nowMs: ports.clock.wallMs() })),
    exportData: (userId: string) => exportUserData(database, parts, userId),
    erase: (request: Omit<Request<typeof eraseUser>, 'parts'>) =>
      eraseUser(database, ports, { ...request, parts }),
  }
}

export type Accounts = ReturnType<typeof createAccounts>
