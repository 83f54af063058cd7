/** The beginning of a session: the row's values and the pair of tokens that goes to the client. */
import { randomUUID } from 'node:crypto'

import { toUserId } from '@battalion/base/ids.ts'

import type { Trx } from '../../db/database.ts'
import { afterCommit } from '../../db/transaction-scope.ts'
import { checkNotBanned } from './bans.ts'
import { limitSessions } from './end-sessions.ts'
import { DEVICE_CHARS_MAX } from './identity-ports.ts'
import type { IdentityPorts, Origin, SignedIn } from './identity-ports.ts'
import { createRefreshToken, formatRefreshToken, hashSecret } from './refresh-tokens.ts'
import { insertSession } from './session-queries.ts'
import type { NewSession } from './session-queries.ts'
import type { User } from './user-queries.ts'

const MS_PER_SEC = 1000

/** A session that is not written yet, and the token for it. */
export interface DraftSession {
  readonly row: NewSession
  readonly refreshToken: string
}

/** Makes the values of a session. */
export function draftSession(
  ports: Pick<IdentityPorts, 'clock' | 'refreshTokenTtlSec'>,
  userId: string,
  origin: Origin,
): DraftSession {
  const token = createRefreshToken(randomUUID())
  const nowMs = ports.clock.wallMs()
  const row = {
    id: token.sessionId,
    userId,
    familyHash: hashSecret(token.family),
    refreshHash: hashSecret(token.secret),
    device: origin.device.slice(0, DEVICE_CHARS_MAX),
    address: origin.address,
    nowMs,
    expiresAtMs: nowMs + ports.refreshTokenTtlSec * MS_PER_SEC,
  }
  return { row, refreshToken: formatRefreshToken(token) }
}

/** Begins a session in the caller's transaction; `forbidden` for who is banned. */
export async function startSession(
  trx: Trx,
  ports: IdentityPorts,
  start: { readonly user: Pick<User, 'id' | 'kind' | 'name'>; readonly origin: Origin },
): Promise<SignedIn> {
  const { row, refreshToken } = draftSession(ports, start.user.id, start.origin)
  await insertSession(trx, row)
  // Behind the insert, which waits for a ban under way: no session slips past one [ADM-2].
  await checkNotBanned(trx, start.user.id, ports.clock.wallMs())
  await limitSessions(trx, ports, start.user.id)
  afterCommit(() => ports.live.remember(row.id))
  return answerSignIn(ports, { user: start.user, sessionId: row.id, refreshToken })
}

/** What the client gets; the access token names the session. */
export async function answerSignIn(
  ports: Pick<IdentityPorts, 'tokens'>,
  session: {
    readonly user: Pick<User, 'id' | 'kind' | 'name'>
    readonly sessionId: string
    readonly refreshToken: string
  },
): Promise<SignedIn> {
  const { user, sessionId, refreshToken } = session
  const issued = await ports.tokens.issue({
    userId: toUserId(user.id),
    kind: user.kind,
    displayName: user.name,
    sessionId,
  })
  return { userId: user.id, ...issued, refreshToken }
}
