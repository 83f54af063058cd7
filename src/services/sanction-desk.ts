/**
 * Bans, match-locks and ended sessions as staff do them, and what all sanctions of a player were:
 * each change in one transaction with its row of the audit log, appended last. Mutes are a
 * moderator's and stand in moderation-desk.ts.
 */
import { AppError } from '@battalion/base/app-error.ts'

import type { Database, Trx } from '../db/database.ts'
import type { AuditTrail } from './audit/audit-trail.ts'
import { banUser, liftBans } from './identity/bans.ts'
import { endUserSessions } from './identity/end-sessions.ts'
import { findNames } from './identity/find-names.ts'
import type { IdentityPorts } from './identity/identity-ports.ts'
import { lockMatches, unlockMatches } from './identity/match-locks.ts'
import type { MatchLockPorts } from './identity/match-locks.ts'
import { checkMaySanction, listSanctions, listStanding } from './identity/sanctions.ts'
import type { Sanction, SanctionKind } from './identity/sanctions.ts'
import { findUser } from './identity/user-queries.ts'
import { emitModeration } from './moderation-events.ts'
import { notify } from './notifications/notifications.ts'
import { touchState } from './sync/state-versions.ts'

/** What the desk stands on. */
export type SanctionDeskPorts = IdentityPorts & MatchLockPorts

export type SanctionDesk = ReturnType<typeof createSanctionDesk>

/** A sanction as the console shows it: who did it has a name. */
export interface NamedSanction extends Sanction {
  readonly byName: string | null
  readonly liftedByName: string | null
}

interface Imposed {
  readonly userId: string
  readonly reason: string
  /** Until it is lifted when absent (wall ms). */
  readonly untilMs?: number
}

interface Lifted {
  readonly userId: string
  readonly reason?: string | undefined
}

/** Binds the use cases. */
export function createSanctionDesk(database: Database, ports: SanctionDeskPorts) {
  return {
    ...banDesk(database, ports),
    ...matchLockDesk(database, ports),
    ...sessionDesk(database, ports),
    sanctions: (userId: string) => readSanctions(database, ports, userId),
  }
}

/** A change of a player's sanctions of one kind, with how they stood before and stand after. */
function act(database: Database, ports: SanctionDeskPorts, kind: SanctionKind) {
  return (
    trail: AuditTrail,
    wish: Imposed | Lifted,
    change: (trx: Trx, by: string | null, nowMs: number) => Promise<unknown>,
  ) =>
    database.transact(async (trx) => {
      const { userId, reason } = wish
      const { id: by } = trail.actor
      const nowMs = ports.clock.wallMs()
      await checkMaySanction(trx, { by, userId })
      const standing = async () => (await listStanding(trx, { userId, kind }, nowMs)).map(summary)
      const before = { [kind]: await standing() }
      await change(trx, by, nowMs)
      const after = { [kind]: await standing() }
      const why = reason === undefined ? {} : { reason }
      await trail.record(trx, { target: { kind: 'user', id: userId }, before, after, ...why })
    })
}

/** What of a sanction says how things stand. */
function summary({ id, scope, reason, by, at, until }: Sanction) {
  return { id, scope, reason, by, at, until }
}

function banDesk(database: Database, ports: SanctionDeskPorts) {
  const change = act(database, ports, 'ban')
  return {
    ban: (trail: AuditTrail, ban: Imposed) =>
      change(trail, ban, (trx, by) => banUser(trx, ports, { ...ban, by })),
    liftBans: (trail: AuditTrail, lift: Lifted) =>
      change(trail, lift, async (trx, by, nowMs) => {
        const { userId } = lift
        await liftBans(trx, { ...lift, by, nowMs })
        await emitModeration(trx, ports.outbox, { type: 'user.unbanned', userId })
      }),
  }
}

function matchLockDesk(database: Database, ports: SanctionDeskPorts) {
  const change = act(database, ports, 'match_lock')
  return {
    lockMatches: (trail: AuditTrail, lock: Imposed) =>
      change(trail, lock, async (trx, by) => {
        await lockMatches(trx, ports, { ...lock, by })
        await tellLocked(trx, ports, lock)
      }),
    unlockMatches: (trail: AuditTrail, lift: Lifted) =>
      change(trail, lift, (trx, by, nowMs) => unlockMatches(trx, ports, { ...lift, by, nowMs })),
  }
}

/** A row for the player: he may still sign in, and should know why he finds no battle. */
async function tellLocked(trx: Trx, ports: SanctionDeskPorts, lock: Imposed): Promise<void> {
  const { userId, reason, untilMs } = lock
  const until = untilMs === undefined ? '–' : new Date(untilMs).toISOString()
  const cause = `match_locked:${ports.clock.wallMs()}`
  await notify(trx, ports, { userId, cause, kind: 'match_locked', values: { until, reason } })
  await touchState(trx, [userId])
}

function sessionDesk(database: Database, ports: SanctionDeskPorts) {
  type Ending = Lifted & { readonly sessionId?: string }
  return {
    /** One device of a player, or all of them; `not_found` where there is none. */
    endSessions: (trail: AuditTrail, { userId, sessionId, reason }: Ending) =>
      database.transact(async (trx) => {
        await checkMaySanction(trx, { by: trail.actor.id, userId })
        const one = sessionId === undefined ? {} : { sessionId }
        const ending = { userId, ...one, reason: 'ended_by_staff' } as const
        const count = await endUserSessions(trx, ports, ending)
        if (count === 0) throw new AppError('not_found', 'There is no such session.')
        const target =
          sessionId === undefined
            ? { kind: 'user', id: userId }
            : { kind: 'session', id: sessionId }
        const states = { before: { userId, live: count }, after: { userId, live: 0 } }
        const why = reason === undefined ? {} : { reason }
        await trail.record(trx, { target, ...states, ...why })
      }),
  }
}

async function readSanctions(
  { db }: Database,
  { clock }: SanctionDeskPorts,
  userId: string,
): Promise<NamedSanction[]> {
  if ((await findUser(db, userId)) === undefined) {
    throw new AppError('not_found', 'There is no such user.')
  }
  const sanctions = await listSanctions(db, userId, clock.wallMs())
  const staff = sanctions.flatMap(({ by, liftedBy }) => [by, liftedBy])
  const names = await findNames(
    db,
    staff.filter((id) => id !== null),
  )
  const nameOf = (id: string | null) => (id === null ? null : (names.get(id) ?? null))
  return sanctions.map((one) => ({
    ...one,
    byName: nameOf(one.by),
    liftedByName: nameOf(one.liftedBy),
  }))
}
