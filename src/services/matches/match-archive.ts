/**
 * Finished battles as staff see them, bound to one database, for HTTP: found by a filter, one from
 * inside with everybody's name, its log, and both as CSV. Who may is decided by the role table.
 */
import { AppError } from '@battalion/base/app-error.ts'

import type { Db } from '../../db/database.ts'
import type { PageCursors } from '../page-cursor.ts'
import { listEvents } from './match-events.ts'
import type { EventKind, MatchEvent } from './match-events.ts'
import { findMatch, listPlayers } from './match-reads.ts'
import type { HistoryMark, MatchPlayer, MatchSummary } from './match-reads.ts'
import { reportMatch, reportMatches } from './match-report.ts'
import { searchMatches } from './match-search.ts'
import type { MatchFilter } from './match-search.ts'

/** What the archive stands on. */
export interface MatchArchiveOptions {
  readonly db: Db
  readonly cursors: PageCursors
  /** The account of this name. */
  readonly findUserId: (db: Db, name: string) => Promise<string | undefined>
}

/** A filter as it is asked: a player by id or by name. */
export interface MatchWish extends Omit<MatchFilter, 'userId' | 'calledAs'> {
  readonly player?: string | undefined
}

/** A page and where the next one begins. */
export interface ArchivePage<T> {
  readonly items: readonly T[]
  readonly cursor: string | null
}

/** The use cases. */
export interface MatchArchive {
  search(page: {
    readonly viewerId: string
    readonly wish: MatchWish
    readonly cursor: string | undefined
    readonly limit: number
  }): Promise<ArchivePage<MatchSummary>>
  match(matchId: string): Promise<MatchSummary>
  players(page: {
    readonly matchId: string
    readonly afterPlace: number
    readonly limit: number
  }): Promise<ArchivePage<MatchPlayer>>
  events(page: {
    readonly matchId: string
    readonly kind: EventKind | undefined
    readonly afterSeq: number
    readonly limit: number
  }): Promise<ArchivePage<MatchEvent>>
  reportMatch(matchId: string): Promise<string>
  reportMatches(wish: MatchWish): Promise<string>
}

/** The archive of one database. */
export function createMatchArchive(options: MatchArchiveOptions): MatchArchive {
  const { db } = options
  return {
    search: (page) => search(options, page),
    match: (matchId) => getMatch(db, matchId),
    async players(page) {
      const items = await listPlayers(db, page)
      if (items.length === 0) await getMatch(db, page.matchId)
      return toPage(items, page.limit, ({ place }) => place)
    },
    async events({ matchId, ...page }) {
      const items = await listEvents(db, await getMatch(db, matchId), page)
      return toPage(items, page.limit, ({ seq }) => seq)
    },
    reportMatch: (matchId) => reportMatch(db, matchId),
    async reportMatches(wish) {
      const filter = await toFilter(options, wish)
      return reportMatches(db, filter)
    },
  }
}

async function getMatch(db: Db, matchId: string): Promise<MatchSummary> {
  const match = await findMatch(db, matchId)
  if (match === undefined) throw new AppError('not_found', 'There is no such battle.')
  return match
}

async function search(
  options: MatchArchiveOptions,
  { viewerId, wish, cursor, limit }: Parameters<MatchArchive['search']>[0],
): Promise<ArchivePage<MatchSummary>> {
  const { db, cursors } = options
  const list = `matches ${viewerId} ${JSON.stringify(wish)}`
  const before = cursor === undefined ? undefined : (cursors.read(list, cursor) as HistoryMark)
  const filter = await toFilter(options, wish)
  const items = await searchMatches(db, { filter, before, limit: limit + 1 })
  const last = items.length > limit ? items[limit - 1] : undefined
  if (last === undefined) return { items, cursor: null }
  const mark: HistoryMark = { endedAtMs: last.endedAt.getTime(), matchId: last.matchId }
  return { items: items.slice(0, limit), cursor: cursors.write(list, mark) }
}

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i

/** A name is an account's, however it was called then, and everybody's who bore it in a battle. */
async function toFilter(
  { db, findUserId }: MatchArchiveOptions,
  { player, ...rest }: MatchWish,
): Promise<MatchFilter> {
  if (player === undefined) return rest
  if (UUID.test(player)) return { ...rest, userId: player }
  return { ...rest, userId: await findUserId(db, player), calledAs: player }
}

/** A page that is full has a next one; its last row says from where. */
function toPage<T>(items: readonly T[], limit: number, markOf: (item: T) => number) {
  const last = items.length < limit ? undefined : items.at(-1)
  return { items, cursor: last === undefined ? null : String(markOf(last)) }
}
