/** Bans: a sanction, the end of all sessions, and a refusal at every way in while it lasts. */
import { AppError } from '@battalion/base/app-error.ts'

import type { Db, Trx } from '../../db/database.ts'
import { emitModeration } from '../moderation-events.ts'
import { endUserSessions } from './end-sessions.ts'
import type { EndPorts } from './end-sessions.ts'
import { imposeSanction, liftSanctions, listStanding } from './sanctions.ts'
import type { Lift, NewSanction } from './sanctions.ts'

/** Bans a user; his sockets close as the caller's transaction commits. The ban's id. */
export async function banUser(
  trx: Trx,
  ports: EndPorts,
  ban: Omit<NewSanction, 'kind' | 'scope'>,
): Promise<string> {
  const id = await imposeSanction(trx, { ...ban, kind: 'ban' }, ports.clock.wallMs())
  const until = ban.untilMs === undefined ? null : new Date(ban.untilMs).toISOString()
  await emitModeration(trx, ports.outbox, { type: 'user.banned', userId: ban.userId, until })
  await endUserSessions(trx, ports, { userId: ban.userId, reason: 'banned' })
  return id
}

/** Lifts the ban of a user; `not_found` when there is none. */
export async function liftBans(trx: Trx, lift: Omit<Lift, 'kind' | 'scope'>): Promise<void> {
  const count = await liftSanctions(trx, { ...lift, kind: 'ban' })
  if (count === 0) throw new AppError('not_found', 'This user is not banned.')
}

/** Throws `forbidden` while a ban lasts. */
export async function checkNotBanned(db: Db, userId: string, nowMs: number): Promise<void> {
  const [ban] = await listStanding(db, { userId, kind: 'ban' }, nowMs)
  if (ban === undefined) return
  const until = ban.until === null ? '' : ` until ${ban.until}`
  throw new AppError('forbidden', `This account is banned${until}.`)
}
