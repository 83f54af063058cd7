/**
 * Boards move in the transaction of the result that moves them: who was rated gets his new rating
 * on the boards of mode, region and world once he is placed, and the battle's points on the
 * season's. Bots and battles among them are on none, because ratings are not.
 */
import type { Clock } from '@battalion/base/clock.ts'

import type { Trx } from '../../db/database.ts'
import type { AfterMatch, MatchRecord } from '../matches/match-record.ts'
import { overallSkill } from '../ratings/overall-skill.ts'
import { listRatedUsers, readRatings } from '../ratings/rating-queries.ts'
import { isPlacing, shownPoints } from '../ratings/shown-rating.ts'
import { GLOBAL_BOARD, modeBoard, regionBoard, seasonBoard } from './boards.ts'
import { addScores, lockBoards, moveOtherRegions, putScores } from './ranking-queries.ts'
import type { EntryPlace } from './ranking-queries.ts'
import { shareOpenSeason } from './season-queries.ts'

/** Boards join the transaction of a result by this, after ratings. */
export function createMatchRanking(ports: { readonly clock: Clock }): AfterMatch {
  return {
    name: 'rankings',
    write: (trx, match) => rankMatch(trx, match, new Date(ports.clock.wallMs())),
  }
}

async function rankMatch(trx: Trx, match: MatchRecord, now: Date): Promise<void> {
  const rated = new Set(await listRatedUsers(trx, match.matchId))
  if (rated.size === 0) return
  // The season before the boards: who closes one waits for who is being removed, and that one for
  // the boards.
  const season = await shareOpenSeason(trx)
  await lockBoards(trx)
  const byUser = Map.groupBy(await readRatings(trx, [...rated]), ({ user_id }) => user_id)
  const overall: EntryPlace[] = []
  const inMode: EntryPlace[] = []
  for (const [userId, rows] of byUser) {
    const placed = rows.filter(({ rated_count }) => !isPlacing(rated_count))
    if (placed.length === 0) continue
    overall.push({ userId, score: shownPoints(overallSkill(placed)) })
    const own = placed.find(({ mode }) => mode === match.mode)
    if (own !== undefined) inMode.push({ userId, score: shownPoints(own) })
  }
  await putScores(trx, { board: GLOBAL_BOARD, scores: overall, now })
  await putScores(trx, { board: modeBoard(match.mode), scores: inMode, now })
  const region = { board: regionBoard(match.region), scores: overall, now }
  await putScores(trx, region)
  await moveOtherRegions(trx, region)
  if (season === undefined) return
  await addScores(trx, { board: seasonBoard(season.id), scores: pointsOf(match, rated), now })
}

function pointsOf({ players }: MatchRecord, rated: ReadonlySet<string>): EntryPlace[] {
  return players.flatMap(({ userId, score }) =>
    userId !== null && rated.has(userId) ? [{ userId, score: Math.max(0, score) }] : [],
  )
}
