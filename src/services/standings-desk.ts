/**
 * What HTTP calls of ratings, rankings and progress: each use case on one database. Decides
 * nothing; the use cases stand in their folders.
 */
import type { LevelCurve } from '@battalion/sim/balance.ts'

import type { Database } from '../db/database.ts'
import { readMyProgress } from './progress/progress.ts'
import { readAroundMe, readBoardPage, readFriendsBoard } from './rankings/read-board.ts'
import type { BoardPorts, BoardView } from './rankings/read-board.ts'
import { listSeasonResults } from './rankings/season-queries.ts'
import { explainMyRating, readMyRatings, readShownRatings } from './ratings/read-ratings.ts'

/** Results of seasons in one answer: ten years of four boards each. */
const SEASON_RESULTS_MAX = 160

/** What the desk stands on. */
export interface StandingsDeskPorts {
  readonly database: Database
  readonly boards: BoardPorts
  /** Of the balance that is played. */
  readonly levels: () => LevelCurve
}

/** The desk of one database. */
export type StandingsDesk = ReturnType<typeof createStandingsDesk>

/** Binds the use cases. */
export function createStandingsDesk({ database, boards, levels }: StandingsDeskPorts) {
  const { db } = database
  type Page = BoardView & { readonly cursor: string | undefined; readonly limit: number }
  return {
    myRatings: (userId: string) => readMyRatings(db, userId),
    shownRatings: (userId: string) => readShownRatings(db, userId),
    explainRating: (who: { readonly userId: string; readonly matchId: string }) =>
      explainMyRating(db, who),
    board: (view: Page) => readBoardPage(db, boards, view),
    aroundMe: (view: BoardView & { readonly each: number }) => readAroundMe(db, boards, view),
    friendsBoard: (view: BoardView) => readFriendsBoard(db, boards, view),
    myProgress: (userId: string) => readMyProgress(db, levels(), userId),
    mySeasons: (userId: string) => listSeasonResults(db, userId, SEASON_RESULTS_MAX),
  }
}
