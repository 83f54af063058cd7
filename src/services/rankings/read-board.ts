/**
 * Boards as they are shown: a page from the top, the part around me, friends alone. Ranks are
 * exact: ties share one, and the next is as many further. Who does not want to be seen is there
 * without name and id, so that ranks of others are right.
 */
import { AppError } from '@battalion/base/app-error.ts'

import type { Db } from '../../db/database.ts'
import type { PageCursors } from '../page-cursor.ts'
import { GLOBAL_BOARD, hasTiers, modeBoard, readBoardWish, regionBoard } from './boards.ts'
import { seasonBoard, tierOf } from './boards.ts'
import type { Tier } from './boards.ts'
import { countBefore, countBoard, findScore, listAmong } from './ranking-queries.ts'
import { listBefore, listBehind } from './ranking-queries.ts'
import type { EntryPlace } from './ranking-queries.ts'
import { findOpenSeason } from './season-queries.ts'

/** What boards need of other modules. */
export interface BoardPorts {
  readonly findNames: (db: Db, userIds: readonly string[]) => Promise<ReadonlyMap<string, string>>
  /** Which of these users' profiles the viewer may see. */
  readonly listVisible: (
    db: Db,
    viewerId: string | undefined,
    userIds: readonly string[],
  ) => Promise<ReadonlySet<string>>
  readonly listFriendIds: (db: Db, userId: string) => Promise<readonly string[]>
  readonly cursors: PageCursors
}

/** A row as it is shown. */
export interface ShownEntry {
  /** 1 is best; ties share it. */
  readonly rank: number
  readonly score: number
  readonly tier: Tier | null
  /** Null for who does not want to be seen. */
  readonly userId: string | null
  readonly name: string | null
  readonly isMe: boolean
}

export interface ShownBoard {
  readonly board: string
  readonly players: number
  readonly entries: readonly ShownEntry[]
  /** For the next page; null at the end. */
  readonly cursor: string | null
}

/** Who looks at what. */
export interface BoardView {
  readonly board: string
  readonly viewerId: string
}

/** One page. */
export async function readBoardPage(
  db: Db,
  ports: BoardPorts,
  view: BoardView & { readonly cursor: string | undefined; readonly limit: number },
): Promise<ShownBoard> {
  const board = await resolveBoard(db, view.board)
  const list = `board ${board} ${view.viewerId}`
  const { cursors } = ports
  const after =
    view.cursor === undefined ? undefined : (cursors.read(list, view.cursor) as EntryPlace)
  const found = await listBehind(db, { board, limit: view.limit + 1 }, after)
  const page = found.slice(0, view.limit)
  const cursor = found.length > view.limit ? cursors.write(list, placeOf(page.at(-1)!)) : null
  return show(db, ports, { ...view, board, places: page, cursor })
}

/** Where I am, with so many before and behind me; empty when I am not on it. */
export async function readAroundMe(
  db: Db,
  ports: BoardPorts,
  view: BoardView & { readonly each: number },
): Promise<ShownBoard> {
  const board = await resolveBoard(db, view.board)
  const score = await findScore(db, { board, userId: view.viewerId })
  if (score === undefined) return show(db, ports, { ...view, board, places: [], cursor: null })
  const me = { userId: view.viewerId, score }
  const slice = { board, limit: view.each }
  const before = await listBefore(db, slice, me)
  const places = [...before, me, ...(await listBehind(db, slice, me))]
  return show(db, ports, { ...view, board, places, cursor: null })
}

/** My friends and I, ranked among ourselves. */
export async function readFriendsBoard(
  db: Db,
  ports: BoardPorts,
  view: BoardView,
): Promise<ShownBoard> {
  const board = await resolveBoard(db, view.board)
  const friends = await ports.listFriendIds(db, view.viewerId)
  const places = await listAmong(db, { board, userIds: [...friends, view.viewerId] })
  const shown = { ...view, board, places, cursor: null }
  return { ...(await show(db, ports, shown, 0)), players: places.length }
}

async function resolveBoard(db: Db, text: string): Promise<string> {
  const wish = readBoardWish(text)
  if (wish === undefined) throw new AppError('not_found', 'There is no such board.')
  if (wish.kind === 'global') return GLOBAL_BOARD
  if (wish.kind === 'region') return regionBoard(wish.name)
  if (wish.kind === 'mode') return modeBoard(wish.name)
  const season = await findOpenSeason(db)
  if (season === undefined) throw new AppError('not_found', 'No season is open.')
  return seasonBoard(season.id)
}

interface Showing extends BoardView {
  readonly places: readonly EntryPlace[]
  readonly cursor: string | null
}

/** `known` players stand before the first; counted when left out. */
async function show(
  db: Db,
  ports: BoardPorts,
  { board, viewerId, places, cursor }: Showing,
  known?: number,
): Promise<ShownBoard> {
  const ids = places.map(({ userId }) => userId)
  const names = await ports.findNames(db, ids)
  const visible = await ports.listVisible(db, viewerId, ids)
  const [first] = places
  const counted = first === undefined || known !== undefined ? undefined : first
  const { above, tied } = counted
    ? await countBefore(db, board, counted)
    : { above: known ?? 0, tied: 0 }
  let rank = above + 1
  const entries = places.map(({ userId, score }, index) => {
    if (index > 0 && score !== places[index - 1]!.score) rank = above + tied + index + 1
    const isSeen = visible.has(userId) || userId === viewerId
    const tier = hasTiers(board) ? tierOf(score) : null
    const who = isSeen ? { userId, name: names.get(userId) ?? null } : { userId: null, name: null }
    return { rank, score, tier, ...who, isMe: userId === viewerId }
  })
  return { board, players: await countBoard(db, board), entries, cursor }
}

/** A cursor says behind whom to go on; it holds while boards change. */
function placeOf({ userId, score }: EntryPlace): EntryPlace {
  return { userId, score }
}
