/** What the use cases of this folder stand on; `src/app.ts` hands it in, tests hand in parts. */
import type { Clock } from '@battalion/base/clock.ts'

import type { Trx } from '../../db/database.ts'
import type { AccessTokens } from '../auth/access-tokens.ts'
import type { JobQueue } from '../jobs/job-queue.ts'
import type { EventOutbox } from '../outbox/event-outbox.ts'
import type { SessionsEnded } from './end-sessions.ts'
import type { LiveSessions } from './live-sessions.ts'
import type { PasswordHasher } from './password-hasher.ts'
import type { ProfileChange } from './user-data.ts'

export interface IdentityPorts {
  readonly clock: Clock
  readonly tokens: AccessTokens
  readonly live: LiveSessions
  readonly hasher: PasswordHasher
  readonly outbox: EventOutbox
  /** Told as sessions end here: their next request is refused and their sockets close. */
  readonly onSessionsEnded: (ended: SessionsEnded) => void
  /** Told when an old refresh token was used again: somebody has a copy [F-04]. */
  readonly onTokenReused?: (use: { readonly userId: string; readonly sessionId: string }) => void
  /** Ends what else a user is signed in to, in the same transaction: the operators' console. */
  readonly endElsewhere?: (trx: Trx, userId: string) => Promise<void>
  /** Called where becoming an account gave a user another name, in the same transaction. */
  readonly profileChanged?: (trx: Trx, change: ProfileChange) => Promise<void>
  readonly jobs: JobQueue
  /** Makes refresh tokens that a repeated request gets again. */
  readonly chainKey: Uint8Array
  /** Seals what must be read again: secrets of second factors (256 bits). */
  readonly sealKey: Uint8Array
  /** A device that is not used for this long signs in again (s). */
  readonly refreshTokenTtlSec: number
  readonly isInviteOnly: boolean
}

/** Where a request comes from, as the owner of an account will read it. */
export interface Origin {
  /** User agent, cut to DEVICE_CHARS_MAX. */
  readonly device: string
  /** The network it counts as: an IPv4 address, or the /64 of an IPv6 address. */
  readonly address: string
}

/** Longest device text kept (characters). */
export const DEVICE_CHARS_MAX = 120

/** Answer of every sign-in. */
export interface SignedIn {
  readonly userId: string
  readonly accessToken: string
  /** RFC 3339, UTC. */
  readonly accessExpiresAt: string
  readonly refreshToken: string
}
