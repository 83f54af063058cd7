/**
 * A player as staff see him, whole and on one page: who he is, where he is signed in, what he was
 * sanctioned with, what he played, what was said of him. Reads only. Addresses of people (e-mail,
 * network) are for who may see them.
 */
import { AppError } from '@battalion/base/app-error.ts'

import type { Database } from '../db/database.ts'
import { listReportsOf } from './chat/report-queue.ts'
import type { Report } from './chat/report-queue.ts'
import type { IdentityPorts } from './identity/identity-ports.ts'
import { createPermissions, listRoles } from './identity/roles.ts'
import type { Permission } from './identity/roles.ts'
import { hasSecondFactor } from './identity/second-factor.ts'
import { listSessions } from './identity/session-queries.ts'
import { searchPeople } from './identity/staff-search.ts'
import { findUser } from './identity/user-queries.ts'
import { listHistory, readStats } from './matches/match-reads.ts'
import { readMyRatings } from './ratings/read-ratings.ts'
import type { NamedSanction } from './sanction-desk.ts'

/** Battles and reports shown of one player. */
const SHOWN_COUNT = 20
/** The permission to see addresses of people. */
const PRIVATE: Permission = 'players.private'

/** What the desk stands on. */
export interface PeopleDeskPorts {
  readonly identity: Pick<IdentityPorts, 'clock'>
  readonly sanctions: (userId: string) => Promise<NamedSanction[]>
  /** Rooms of this process in which a user has a seat, by name. */
  readonly whereIs: (userId: string) => readonly string[]
}

export type PeopleDesk = ReturnType<typeof createPeopleDesk>

/** Binds the reads. */
export function createPeopleDesk(database: Database, ports: PeopleDeskPorts) {
  const { db } = database
  const permissions = createPermissions(db)
  const nowMs = () => ports.identity.clock.wallMs()
  return {
    async search(
      viewerId: string,
      wish: {
        readonly query: string
        readonly cursor?: string | undefined
        readonly limit: number
      },
    ) {
      const { query, limit } = wish
      const after = wish.cursor === undefined ? undefined : readCursor(wish.cursor)
      const seesEmail = await permissions.mayUser(viewerId, PRIVATE)
      const search = { query, after, limit, seesEmail, nowMs: nowMs() }
      const { people, cursor } = await searchPeople(db, search)
      return {
        people: people.map((one) => ({ ...one, rooms: [...ports.whereIs(one.userId)] })),
        cursor: cursor === null ? null : Buffer.from(cursor).toString('base64url'),
      }
    },
    async person(viewerId: string, userId: string) {
      const user = await findUser(db, userId)
      if (user === undefined) throw new AppError('not_found', 'There is no such user.')
      const isSeen = await permissions.mayUser(viewerId, PRIVATE)
      const { ratings, overall } = await readMyRatings(db, userId)
      const sessions = await listSessions(db, userId, nowMs())
      return {
        user: { ...user, email: isSeen ? user.email : null },
        roles: await listRoles(db, userId),
        hasSecondFactor: await hasSecondFactor(db, userId),
        rooms: [...ports.whereIs(userId)],
        sessions: sessions.map((one) => ({ ...one, address: isSeen ? one.address : null })),
        sanctions: await ports.sanctions(userId),
        matches: await listHistory(db, { userId, before: undefined, limit: SHOWN_COUNT }),
        stats: await readStats(db, userId),
        ratings,
        overall,
        reportsAbout: await reports({ viewerId, userId, side: 'accused_id' }),
        reportsBy: await reports({ viewerId, userId, side: 'reporter_id' }),
      }
    },
  }
  async function reports(wish: Omit<Parameters<typeof listReportsOf>[1], 'limit'>) {
    return (await listReportsOf(db, { ...wish, limit: SHOWN_COUNT })).map(toBrief)
  }
}

/** A report without its evidence, which the queue shows. */
function toBrief({
  id,
  state,
  reason,
  reporterId,
  accusedId,
  createdAt,
  verdict,
  ...more
}: Report) {
  const [line] = more.lines.filter(({ seq }) => seq === more.seq)
  return { id, state, reason, reporterId, accusedId, createdAt, verdict, text: line?.text ?? '' }
}

function readCursor(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString('utf8')
  if (text === '' || text.includes('\0')) {
    throw new AppError('invalid_request', '"cursor" is not one of ours.')
  }
  return text
}
