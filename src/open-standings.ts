/**
 * Ratings, rankings and progress of this process, put together: what joins the transaction of a
 * result, what HTTP asks, and jobs.
 */
import type { Database, Db } from './db/database.ts'
import type { AppDatabase, JobPlan } from './open-app-database.ts'
import { listVisible } from './see-profiles.ts'
import type { BalanceBook } from './services/balance/balance-book.ts'
import { findNames } from './services/identity/find-names.ts'
import type { AfterMatch } from './services/matches/match-record.ts'
import type { PageCursors } from './services/page-cursor.ts'
import { createMatchProgress } from './services/progress/progress.ts'
import { createMatchRanking } from './services/rankings/rank-match.ts'
import type { BoardPorts } from './services/rankings/read-board.ts'
import { SEASON_JOB, turnSeason } from './services/rankings/seasons.ts'
import { createMatchRating } from './services/ratings/rate-match.ts'
import type { MatchRatingPorts } from './services/ratings/rate-match.ts'
import { RatingWorker } from './services/ratings/rating-worker.ts'
import { selectLinks } from './services/social/friend-queries.ts'
import { createStandingsDesk } from './services/standings-desk.ts'
import type { StandingsDesk } from './services/standings-desk.ts'
import { systemClock } from './system-clock.ts'

/** What it is made from. */
export interface StandingsOptions {
  readonly store: Pick<AppDatabase, 'database'>
  readonly book: BalanceBook
  readonly cursors: PageCursors
}

/** What results and HTTP get of it. */
export interface AppStandings {
  readonly desk: StandingsDesk
  /** In this order: boards read what ratings wrote, progress touches people's state last. */
  readonly afterMatch: readonly AfterMatch[]
  stop(): Promise<void>
}

/** Puts it together; the thread starts with the first battle. */
export function openStandings({ store, book, cursors }: StandingsOptions): AppStandings {
  const { database } = store
  const worker = new RatingWorker()
  const levels = () => book.played.balance.levels
  // The first season opens at once; the job finds it open, or tries again where this failed.
  const open = () => turnSeason(database, systemClock.wallMs())
  database.ready.then(open).catch(() => undefined)
  return {
    desk: createStandingsDesk({ database, boards: createBoardPorts(cursors), levels }),
    afterMatch: createAfterMatch({ database, book, worker }),
    stop: () => worker.stop(),
  }
}

/** What joins the transaction of a result, in whichever process that is. */
export function createAfterMatch({
  database,
  book,
  worker,
}: {
  readonly database: Database
  readonly book: BalanceBook
  readonly worker: MatchRatingPorts['worker']
}): readonly AfterMatch[] {
  const findFormula = async (version: string) =>
    ((await book.find(version)) ?? book.played).balance.formulas.score
  return [
    createMatchRating({ database, worker, findFormula }),
    createMatchRanking({ clock: systemClock }),
    createMatchProgress({ clock: systemClock, levels: () => book.played.balance.levels }),
  ]
}

/** What boards ask of other modules. */
export function createBoardPorts(cursors: PageCursors): BoardPorts {
  return { findNames, listVisible, listFriendIds, cursors }
}

/** Jobs of rankings. */
export function planStandingJobs(database: Database): JobPlan {
  return {
    handlers: { [SEASON_JOB]: async () => void (await turnSeason(database, systemClock.wallMs())) },
    schedules: [{ kind: SEASON_JOB, pattern: '*/10 * * * *' }],
  }
}

async function listFriendIds(db: Db, userId: string): Promise<readonly string[]> {
  const links = await selectLinks(db, userId)
  return links.flatMap(({ state, otherId }) => (state === 'friends' ? [otherId] : []))
}
