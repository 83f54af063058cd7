/**
 * Finished battles as users may see them, bound to one database, for HTTP. A name is shown to who
 * may see that player's profile; others are rows without name and id. A history that one may not
 * see is one that is not there (404), and so is a shared battle of a profile that is not public.
 */
import { randomBytes } from 'node:crypto'

import { AppError } from '@battalion/base/app-error.ts'
import type { Clock } from '@battalion/base/clock.ts'

import type { Database, Db } from '../../db/database.ts'
import type { PageCursors } from '../page-cursor.ts'
import { findMatch, findPlayer, listHistory, listPlayers, readCourse } from './match-reads.ts'
import { readStats } from './match-reads.ts'
import type { HistoryEntry, HistoryMark, MatchCourse, MatchPlayer } from './match-reads.ts'
import type { MatchSummary } from './match-reads.ts'
import type { PlayerStats } from './match-reads.ts'
import { deleteShare, findShare, putShare } from './match-shares.ts'

/** What the desk stands on. */
export interface MatchDeskOptions {
  readonly database: Database
  readonly clock: Clock
  /** Which of these users' profiles the viewer may see; undefined is anybody. */
  readonly listVisible: (
    db: Db,
    viewerId: string | undefined,
    userIds: readonly string[],
  ) => Promise<ReadonlySet<string>>
  readonly cursors: PageCursors
}

/** A player as a viewer may see him: no name, no id, when he does not want it. */
export interface SeenPlayer extends Omit<MatchPlayer, 'name'> {
  readonly name: string | null
}

/** A page of a history and where the next one begins. */
export interface HistoryPage {
  readonly items: readonly HistoryEntry[]
  readonly cursor: string | null
}

/** A shared battle: what its card and its page show. */
export interface SharedMatch {
  readonly match: MatchSummary
  readonly player: MatchPlayer
  readonly course: MatchCourse
}

const SHARE_CODE_BYTES = 16

/** The use cases. */
export interface MatchDesk {
  match(
    matchId: string,
    viewerId: string,
  ): Promise<MatchSummary & { readonly me: SeenPlayer | null }>
  players(page: {
    readonly matchId: string
    readonly viewerId: string
    readonly afterPlace: number
    readonly limit: number
  }): Promise<readonly SeenPlayer[]>
  course(matchId: string): Promise<MatchCourse>
  history(page: {
    readonly userId: string
    readonly viewerId: string
    readonly cursor: string | undefined
    readonly limit: number
  }): Promise<HistoryPage>
  stats(userId: string): Promise<PlayerStats>
  share(matchId: string, userId: string): Promise<string>
  unshare(matchId: string, userId: string): Promise<void>
  shared(code: string): Promise<SharedMatch>
}

/** The desk of one database. */
export function createMatchDesk(options: MatchDeskOptions): MatchDesk {
  const { database, clock } = options
  const { db } = database
  return {
    match: (matchId, viewerId) => readMatch(db, matchId, viewerId),
    async players(page) {
      const rows = await listPlayers(db, page)
      if (rows.length === 0) await getMatch(db, page.matchId)
      return hideNames(options, page.viewerId, rows)
    },
    async course(matchId) {
      return readCourse(db, await getMatch(db, matchId))
    },
    history: (page) => readHistory(options, page),
    stats: (userId) => readStats(db, userId),
    async share(matchId, userId) {
      if ((await findPlayer(db, matchId, userId)) === undefined) throw notThere()
      const code = randomBytes(SHARE_CODE_BYTES).toString('base64url')
      const share = { code, matchId, userId }
      return database.transact((trx) => putShare(trx, share, clock.wallMs()))
    },
    unshare: (matchId, userId) => deleteShare(db, { matchId, userId }),
    shared: (code) => readShared(options, code),
  }
}

function notThere(): AppError {
  return new AppError('not_found', 'There is no such battle.')
}

async function getMatch(db: Db, matchId: string): Promise<MatchSummary> {
  const match = await findMatch(db, matchId)
  if (match === undefined) throw notThere()
  return match
}

async function readMatch(db: Db, matchId: string, viewerId: string) {
  const match = await getMatch(db, matchId)
  const me = (await findPlayer(db, matchId, viewerId)) ?? null
  return { ...match, me }
}

async function hideNames(
  { database, listVisible }: MatchDeskOptions,
  viewerId: string,
  players: readonly MatchPlayer[],
): Promise<SeenPlayer[]> {
  const ids = players.flatMap(({ userId, isBot }) => (userId === null || isBot ? [] : [userId]))
  const visible = await listVisible(database.db, viewerId, ids)
  return players.map((player) => {
    const isSeen = player.isBot || (player.userId !== null && visible.has(player.userId))
    return isSeen ? player : { ...player, name: null, userId: null }
  })
}

async function readHistory(
  { database: { db }, listVisible, cursors }: MatchDeskOptions,
  page: Parameters<MatchDesk['history']>[0],
): Promise<HistoryPage> {
  const { userId, viewerId, cursor, limit } = page
  if (userId !== viewerId && !(await listVisible(db, viewerId, [userId])).has(userId)) {
    throw new AppError('not_found', 'There is no such player.')
  }
  const list = `history ${userId} ${viewerId}`
  const before = cursor === undefined ? undefined : (cursors.read(list, cursor) as HistoryMark)
  const items = await listHistory(db, { userId, before, limit: limit + 1 })
  const last = items.length > limit ? items[limit - 1] : undefined
  return { items: items.slice(0, limit), cursor: last ? cursors.write(list, markOf(last)) : null }
}

function markOf({ match }: HistoryEntry): HistoryMark {
  return { endedAtMs: match.endedAt.getTime(), matchId: match.matchId }
}

async function readShared(
  { database: { db }, listVisible }: MatchDeskOptions,
  code: string,
): Promise<SharedMatch> {
  const share = await findShare(db, code)
  if (share === undefined) throw notThere()
  const visible = await listVisible(db, undefined, [share.userId])
  if (!visible.has(share.userId)) throw notThere()
  const match = await getMatch(db, share.matchId)
  const player = await findPlayer(db, share.matchId, share.userId)
  if (player === undefined) throw notThere()
  return { match, player, course: await readCourse(db, match) }
}
