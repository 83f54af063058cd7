/**
 * Refresh [AUTH-3, F-04]: a token is good once. Of two at once one wins; the other is told so, and
 * for GRACE_MS it is taken for a parallel request of the same client. The same request (by its
 * Idempotency-Key) gets the same answer again meanwhile. Any later use of an old token means that
 * somebody has a copy: the whole session ends.
 */
import { AppError } from '@battalion/base/app-error.ts'

import type { Database } from '../../db/database.ts'
import { endUserSessions } from './end-sessions.ts'
import type { IdentityPorts, SignedIn } from './identity-ports.ts'
import { formatRefreshToken, hashSecret, isHashOf } from './refresh-tokens.ts'
import { nextRefreshToken, parseRefreshToken } from './refresh-tokens.ts'
import type { RefreshToken } from './refresh-tokens.ts'
import { findKeptSession, rotateSession } from './session-queries.ts'
import type { KeptSession } from './session-queries.ts'
import { answerSignIn } from './start-session.ts'

/** How long the token before the present one may still come in without harm (ms) [F-04]. */
export const GRACE_MS = 10_000
const MS_PER_SEC = 1000

/** A new pair of tokens for the session. */
export async function refreshSession(
  database: Database,
  ports: IdentityPorts,
  request: { readonly refreshToken: string; readonly requestKey: string | undefined },
): Promise<SignedIn> {
  const token = parseRefreshToken(request.refreshToken)
  if (token === undefined) throw refusal('not a refresh token')
  const nowMs = ports.clock.wallMs()
  const kept = await findKeptSession(database.db, token.sessionId, nowMs)
  if (kept === undefined || !isHashOf(kept.familyHash, token.family)) throw refusal('unknown')
  if (kept.isEnded) throw refusal('the session ended')
  const { chainKey } = ports
  const next = nextRefreshToken(token, { chainKey, requestKey: request.requestKey })
  if (!isHashOf(kept.refreshHash, token.secret)) {
    return answerLate(database, ports, { kept, token, next, nowMs })
  }
  const isWinner = await rotate(database, ports, { kept, token, next, nowMs })
  if (isWinner) return answer(ports, kept, next)
  const now = await findKeptSession(database.db, token.sessionId, nowMs)
  if (now === undefined || now.isEnded) throw refusal('the session ended')
  return answerLate(database, ports, { kept: now, token, next, nowMs })
}

interface Exchange {
  readonly kept: KeptSession
  readonly token: RefreshToken
  readonly next: RefreshToken
  readonly nowMs: number
}

function rotate(database: Database, ports: IdentityPorts, exchange: Exchange): Promise<boolean> {
  const { kept, token, next, nowMs } = exchange
  return rotateSession(database.db, {
    id: token.sessionId,
    userId: kept.user.id,
    fromHash: hashSecret(token.secret),
    toHash: hashSecret(next.secret),
    nowMs,
    expiresAtMs: nowMs + ports.refreshTokenTtlSec * MS_PER_SEC,
  })
}

/** A token that is not the present one: the same request, a parallel one, or a copy. */
async function answerLate(
  database: Database,
  ports: IdentityPorts,
  { kept, token, next, nowMs }: Exchange,
): Promise<SignedIn> {
  const isInGrace =
    isHashOf(kept.previousHash, token.secret) && nowMs - kept.rotatedAt.getTime() <= GRACE_MS
  if (isInGrace && isHashOf(kept.refreshHash, next.secret)) return answer(ports, kept, next)
  if (isInGrace) {
    throw new AppError('conflict', 'This token was just exchanged; use the newer one.')
  }
  const { sessionId } = token
  const ending = { userId: kept.user.id, sessionId, reason: 'reused_token' } as const
  await database.transact((trx) => endUserSessions(trx, ports, ending))
  ports.onTokenReused?.({ userId: kept.user.id, sessionId })
  throw refusal('an old token was used again; its session is ended')
}

function answer(ports: IdentityPorts, kept: KeptSession, next: RefreshToken): Promise<SignedIn> {
  const refreshToken = formatRefreshToken(next)
  return answerSignIn(ports, { user: kept.user, sessionId: next.sessionId, refreshToken })
}

function refusal(internal: string): AppError {
  return new AppError('unauthenticated', 'Sign in again.', { internal })
}
