/**
 * What staff do to rooms. A room has no transaction: the row of the audit log is written first, and
 * the deed follows at once. What cannot be written down is not done.
 */
import { AppError } from '@battalion/base/app-error.ts'

import type { Database, Trx } from '../../db/database.ts'
import type { AuditTrail } from '../audit/audit-trail.ts'

/** Rooms of this process, as far as staff reach into them. */
export interface RoomControl {
  /** The battle that runs in a room; undefined when there is no such room here. */
  findMatch(roomId: string): string | undefined
  /** Whether a user is in a room, awaited, or about to come. */
  hasUser(roomId: string, userId: string): boolean
  /** Throws him out for the rest of the battle. */
  kick(roomId: string, userId: string): void
  /** Ends the battle by itself or after so long, and sends everybody away. */
  close(roomId: string, withinSec: number): void
}

/** Writes a kick into the history of who is kicked; refuses who must not be by this operator. */
export type WriteKick = (trx: Trx, kick: Kick & { readonly by: string | null }) => Promise<void>

export type RoomDesk = ReturnType<typeof createRoomDesk>

/** Binds the use cases. */
export function createRoomDesk(database: Database, rooms: RoomControl, writeKick: WriteKick) {
  const findMatch = (roomId: string): string => {
    const matchId = rooms.findMatch(roomId)
    if (matchId === undefined) throw new AppError('not_found', 'There is no such room here.')
    return matchId
  }
  return {
    async kick(trail: AuditTrail, kick: Kick): Promise<void> {
      const { roomId, userId, reason } = kick
      const matchId = findMatch(roomId)
      if (!rooms.hasUser(roomId, userId)) {
        throw new AppError('not_found', 'He is not in this room.')
      }
      const target = { kind: 'user', id: userId }
      await database.transact(async (trx) => {
        await writeKick(trx, { ...kick, by: trail.actor.id })
        await trail.record(trx, { target, after: { roomId, matchId, isBarred: true }, reason })
      })
      rooms.kick(roomId, userId)
    },
    async close(trail: AuditTrail, close: Close): Promise<void> {
      const { roomId, withinSec, reason } = close
      const matchId = findMatch(roomId)
      const target = { kind: 'room', id: roomId }
      await database.transact((trx) =>
        trail.record(trx, { target, after: { matchId, withinSec, isClosing: true }, reason }),
      )
      rooms.close(roomId, withinSec)
    },
  }
}

/** Who is thrown out of where. */
export interface Kick {
  readonly roomId: string
  readonly userId: string
  readonly reason: string
}

interface Close {
  readonly roomId: string
  /** A running battle may take so long to its end. */
  readonly withinSec: number
  readonly reason: string
}
