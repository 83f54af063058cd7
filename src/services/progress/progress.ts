/**
 * What a person becomes by battles: characters of classes with points and a level that never falls
 * (PLY-1), deeds, achievements (PLY-3). Taken in with the result, once for each battle and person,
 * however often a result is replayed.
 */
import type { Clock } from '@battalion/base/clock.ts'
import type { LevelCurve } from '@battalion/sim/balance.ts'
import { levelOfPoints, pointsForLevel } from '@battalion/sim/battle-result.ts'

import type { Db, Trx } from '../../db/database.ts'
import type { AfterMatch, MatchRecord } from '../matches/match-record.ts'
import { touchState } from '../sync/state-versions.ts'
import { achieved, ACHIEVEMENTS } from './achievements.ts'
import { addDeeds, addPoints, insertAchievements, raiseLevels } from './progress-queries.ts'
import { eraseProgress, readProgress, takeMatch } from './progress-queries.ts'
import type { ProgressGain } from './progress-queries.ts'

/** What progress stands on. */
export interface ProgressPorts {
  readonly clock: Clock
  /** Of the balance that is played. */
  readonly levels: () => LevelCurve
}

/** Progress joins the transaction of a result by this, last: it touches people's state. */
export function createMatchProgress(ports: ProgressPorts): AfterMatch {
  return { name: 'progress', write: (trx, match) => takeProgress(trx, ports, match) }
}

/** Takes a battle in for everybody in it who has not taken it in yet. */
export async function takeProgress(
  trx: Trx,
  { clock, levels }: ProgressPorts,
  match: MatchRecord,
): Promise<void> {
  const { matchId } = match
  const now = new Date(clock.wallMs())
  const all = toGains(match)
  const fresh = await takeMatch(trx, { matchId, userIds: all.map(({ userId }) => userId), now })
  const gains = all.filter(({ userId }) => fresh.has(userId))
  if (gains.length === 0) return
  const characters = await addPoints(trx, gains)
  const raised = characters
    .map((row) => ({ ...row, now: levelOfPoints(levels(), row.points) }))
    .filter((row) => row.now > row.level)
    .map(({ userId, classId, now: level }) => ({ userId, classId, level }))
  if (raised.length > 0) await raiseLevels(trx, raised)
  const owners = (await addDeeds(trx, gains))
    .map(({ userId, sums, earned }) => ({
      userId,
      earned,
      ids: achieved(sums).map(({ id }) => id),
    }))
    .filter(({ ids, earned }) => ids.length > earned)
  await insertAchievements(trx, { matchId, now, owners })
  await touchState(trx, [...fresh])
}

function toGains(match: MatchRecord): ProgressGain[] {
  return match.players.flatMap((player) => {
    const { userId, isBot, classId, score, outcome, hasLeft } = player
    if (isBot || userId === null) return []
    const wins = outcome === 'won' && !hasLeft ? 1 : 0
    const { kills, assists, revives, captures, healed } = player
    const deeds = { matches: 1, wins, kills, assists, revives, captures, healed }
    return [{ userId, classId, points: Math.max(0, score), deeds }]
  })
}

/** A user's progress as he sees it. */
export async function readMyProgress(db: Db, levels: LevelCurve, userId: string) {
  const { characters, sums, achievements } = await readProgress(db, userId)
  const earned = new Map(achievements.map((row) => [row.achievement, row.earned_at]))
  return {
    characters: characters.map(({ class_id: classId, points, level, matches }) => ({
      classId,
      level,
      points: Number(points),
      /** Of the next level; null at the highest. */
      nextAt: level >= levels.levelMax ? null : pointsForLevel(levels, level + 1),
      matches,
    })),
    achievements: ACHIEVEMENTS.map(({ id, name, deed, amount }) => ({
      id,
      name,
      progress: Math.min(amount, sums?.[deed] ?? 0),
      amount,
      earnedAt: earned.get(id)?.toISOString() ?? null,
    })),
  }
}

/** A user's progress, for the copy he may ask for and its removal [LEG-1]. */
export const PROGRESS_DATA = {
  name: 'progress',
  read: async (db: Db, userId: string): Promise<unknown> => {
    const { characters, sums, achievements } = await readProgress(db, userId)
    return {
      characters: characters.map((row) => ({ ...row, points: Number(row.points) })),
      deeds: sums ?? {},
      achievements,
    }
  },
  erase: eraseProgress,
} as const
