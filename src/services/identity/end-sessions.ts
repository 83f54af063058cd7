/**
 * Ending sessions: log-out, log-out everywhere, a stolen token, a changed password, a ban. The
 * rows end in the caller's transaction with an event beside them; as it commits this process
 * forgets them and closes their sockets, other processes do when the event comes [F-06].
 */
import { AppError } from '@battalion/base/app-error.ts'

import type { Database, Trx } from '../../db/database.ts'
import { afterCommit } from '../../db/transaction-scope.ts'
import type { IdentityPorts } from './identity-ports.ts'
import { deleteSessionsBeyond, endSessions, listSessions } from './session-queries.ts'
import type { ListedSession } from './session-queries.ts'

/** The event other processes hear. */
export const SESSION_ENDED_TOPIC = 'identity.session_ended'

/** Devices a user is signed in on; with one more the longest unused is over (sessions). */
const SESSIONS_PER_USER_MAX = 50

/** What ending needs. */
export type EndPorts = Pick<IdentityPorts, 'clock' | 'outbox' | 'onSessionsEnded' | 'endElsewhere'>

/** Why a session ended. */
export type EndReason =
  | 'logged_out'
  | 'logged_out_everywhere'
  | 'revoked'
  | 'reused_token'
  | 'password_changed'
  | 'too_many'
  | 'factor_changed'
  | 'role_changed'
  | 'banned'
  | 'ended_by_staff'
  | 'deleted'

/** Payload of {@link SESSION_ENDED_TOPIC}. */
export interface SessionsEnded {
  readonly userId: string
  readonly sessionIds: readonly string[]
  readonly reason: EndReason
}

/** Ends sessions of a user; how many there were. */
export async function endUserSessions(
  trx: Trx,
  ports: EndPorts,
  ending: {
    readonly userId: string
    readonly sessionId?: string
    readonly exceptId?: string
    readonly reason: EndReason
  },
): Promise<number> {
  const sessionIds = await endSessions(trx, { ...ending, nowMs: ports.clock.wallMs() })
  const { userId, reason } = ending
  // One device of the game is not the console's business.
  if (ending.sessionId === undefined) await ports.endElsewhere?.(trx, userId)
  await announceEnd(trx, ports, { userId, sessionIds, reason })
  return sessionIds.length
}

/** Keeps the newest sessions of a user; the others are over. */
export async function limitSessions(trx: Trx, ports: EndPorts, userId: string): Promise<void> {
  const sessionIds = await deleteSessionsBeyond(trx, userId, SESSIONS_PER_USER_MAX)
  await announceEnd(trx, ports, { userId, sessionIds, reason: 'too_many' })
}

async function announceEnd(trx: Trx, ports: EndPorts, payload: SessionsEnded): Promise<void> {
  if (payload.sessionIds.length === 0) return
  await ports.outbox.emit(trx, { topic: SESSION_ENDED_TOPIC, key: payload.userId, payload })
  afterCommit(() => ports.onSessionsEnded(payload))
}

/** Ends one session of a user, his own to end; `not_found` when there is none. */
export async function revokeSession(
  database: Database,
  ports: IdentityPorts,
  ending: { readonly userId: string; readonly sessionId: string; readonly reason: EndReason },
): Promise<void> {
  const count = await database.transact((trx) => endUserSessions(trx, ports, ending))
  if (count === 0) throw new AppError('not_found', 'There is no such session.')
}

/** Ends all sessions of a user. */
export async function logOutEverywhere(
  database: Database,
  ports: IdentityPorts,
  userId: string,
): Promise<void> {
  const ending = { userId, reason: 'logged_out_everywhere' } as const
  await database.transact((trx) => endUserSessions(trx, ports, ending))
}

/** The devices a user is signed in on. */
export async function listOwnSessions(
  database: Database,
  ports: Pick<IdentityPorts, 'clock'>,
  userId: string,
): Promise<ListedSession[]> {
  return listSessions(database.db, userId, ports.clock.wallMs())
}
