/**
 * Mutes: who may not write for a while, everywhere or in one channel. They end by themselves, and
 * stay among the user's sanctions.
 */
import { AppError } from '@battalion/base/app-error.ts'

import type { Db, Trx } from '../../db/database.ts'
import { EVERYWHERE, imposeSanction, liftSanctions, listStanding } from '../identity/sanctions.ts'
import { emitToUsers } from '../live-events.ts'
import { hasChannel } from './channel-queries.ts'
import type { ChatPorts } from './chat-ports.ts'

/** Scope of a mute that holds everywhere. */
export const MUTE_EVERYWHERE = EVERYWHERE
/** Longest reason (characters). */
export const MUTE_REASON_CHARS_MAX = 200
/** Longest mute (ms): a year; who may never write again is banned. */
export const MUTE_MS_MAX = 366 * 86_400_000

/** A mute as a moderator gives it. */
export interface Mute {
  readonly userId: string
  /** {@link MUTE_EVERYWHERE} or a channel's id. */
  readonly scope: string
  /** Wall time (ms). */
  readonly expiresAtMs: number
  readonly reason: string
  readonly byUserId: string
}

type MutePorts = Pick<ChatPorts, 'clock' | 'outbox'>

/** A mute as moderators read it. */
export interface StandingMute {
  readonly scope: string
  /** RFC 3339. */
  readonly until: string
  readonly reason: string
  readonly byUserId: string | null
  readonly createdAt: string
}

/** Mutes of a user that are not over, the longest first. */
export async function listMutes(
  db: Db,
  ports: Pick<ChatPorts, 'clock'>,
  userId: string,
): Promise<StandingMute[]> {
  const mutes = await listStanding(db, { userId, kind: 'mute' }, ports.clock.wallMs())
  return mutes.map(({ scope, until, reason, by: byUserId, at: createdAt }) => ({
    scope,
    until: until ?? '',
    reason,
    byUserId,
    createdAt,
  }))
}

/** Mutes a user, or changes a mute; the user's connections are told. */
export async function muteUser(trx: Trx, ports: MutePorts, mute: Mute): Promise<void> {
  const nowMs = ports.clock.wallMs()
  const { userId, scope, expiresAtMs: untilMs, byUserId: by } = mute
  if (untilMs > nowMs + MUTE_MS_MAX) {
    throw new AppError('invalid_request', 'A mute lasts at most a year.')
  }
  if (scope !== MUTE_EVERYWHERE && !(await hasChannel(trx, scope))) {
    throw new AppError('not_found', 'There is no such channel.')
  }
  const reason = mute.reason.slice(0, MUTE_REASON_CHARS_MAX)
  await imposeSanction(trx, { userId, kind: 'mute', scope, untilMs, reason, by }, nowMs)
  await tell(trx, ports, { userId, scope, until: new Date(untilMs).toISOString() })
}

/** Ends a mute before its time; false when there is none. */
export async function unmuteUser(
  trx: Trx,
  ports: MutePorts,
  mute: Pick<Mute, 'userId' | 'scope'> & {
    readonly by?: string | null
    readonly reason?: string | undefined
  },
): Promise<boolean> {
  const { userId, scope, by = null, reason } = mute
  const nowMs = ports.clock.wallMs()
  const count = await liftSanctions(trx, { userId, kind: 'mute', scope, by, reason, nowMs })
  if (count === 0) return false
  await tell(trx, ports, { userId, scope, until: null })
  return true
}

/** Throws `forbidden` while the user is muted here or everywhere. */
export async function refuseMuted(
  db: Db,
  ports: Pick<ChatPorts, 'clock'>,
  who: { readonly userId: string; readonly channelId: string },
): Promise<void> {
  const mutes = await listMutes(db, ports, who.userId)
  const mute = mutes.find(({ scope }) => scope === MUTE_EVERYWHERE || scope === who.channelId)
  if (mute !== undefined) throw new AppError('forbidden', `You are muted until ${mute.until}.`)
}

async function tell(
  trx: Trx,
  ports: MutePorts,
  change: { readonly userId: string; readonly scope: string; readonly until: string | null },
): Promise<void> {
  const { userId, scope, until } = change
  const body = { scope, until }
  await emitToUsers(trx, ports.outbox, { key: userId, userIds: [userId], type: 'mute', body })
}
