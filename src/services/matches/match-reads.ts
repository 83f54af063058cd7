/**
 * What is read of finished battles: one battle, its players by place, its course, a player's
 * history and sums. Returns plain values; who may see whom is decided above (match-desk.ts).
 */
import { LogKind } from '@battalion/sim/battle-log.ts'

import type { Db } from '../../db/database.ts'
import type { TeamRecord } from './match-record.ts'

/** One battle. */
export interface MatchSummary {
  readonly matchId: string
  readonly mode: string
  readonly map: string
  readonly region: string
  readonly balanceVersion: string
  readonly startedAt: Date
  readonly endedAt: Date
  readonly durationSec: number
  readonly tickRateHz: number
  readonly winner: number | null
  readonly teams: readonly TeamRecord[]
  readonly playerCount: number
  readonly peopleCount: number
}

/** One player of it. */
export interface MatchPlayer {
  readonly slot: number
  readonly userId: string | null
  readonly isBot: boolean
  readonly name: string
  readonly hasLeft: boolean
  readonly team: number
  readonly squad: number
  readonly classId: string
  readonly place: number
  readonly outcome: 'won' | 'lost' | 'drawn'
  readonly score: number
  readonly kills: number
  readonly deaths: number
  readonly assists: number
  readonly revives: number
  readonly captures: number
  readonly damageDone: number
  readonly damageTaken: number
  readonly healed: number
  readonly shotsFired: number
  readonly shotsHit: number
  readonly playedSec: number
}

/** One battle in a player's history. */
export interface HistoryEntry {
  readonly match: MatchSummary
  readonly player: MatchPlayer
}

/** Where a page of the history ended. */
export interface HistoryMark {
  readonly endedAtMs: number
  readonly matchId: string
}

/** What a {@link MatchSummary} is made from. */
export const SESSION_COLUMNS = [
  's.match_id',
  's.mode',
  's.map',
  's.region',
  's.balance_version',
  's.started_at',
  's.ended_at',
  's.duration_sec',
  's.tick_rate_hz',
  's.winner',
  's.teams',
  's.player_count',
  's.people_count',
] as const

const PLAYER_COLUMNS = [
  'p.slot',
  'p.user_id',
  'p.is_bot',
  'p.name',
  'p.has_left',
  'p.team',
  'p.squad',
  'p.class_id',
  'p.place',
  'p.outcome',
  'p.score',
  'p.kills',
  'p.deaths',
  'p.assists',
  'p.revives',
  'p.captures',
  'p.damage_done',
  'p.damage_taken',
  'p.healed',
  'p.shots_fired',
  'p.shots_hit',
  'p.played_sec',
] as const

interface SessionCells {
  readonly match_id: string
  readonly mode: string
  readonly map: string
  readonly region: string
  readonly balance_version: string
  readonly started_at: Date
  readonly ended_at: Date
  readonly duration_sec: number
  readonly tick_rate_hz: number
  readonly winner: number | null
  readonly teams: unknown
  readonly player_count: number
  readonly people_count: number
}

interface PlayerCells {
  readonly slot: number
  readonly user_id: string | null
  readonly is_bot: boolean
  readonly name: string
  readonly has_left: boolean
  readonly team: number
  readonly squad: number
  readonly class_id: string
  readonly place: number
  readonly outcome: 'won' | 'lost' | 'drawn'
  readonly score: number
  readonly kills: number
  readonly deaths: number
  readonly assists: number
  readonly revives: number
  readonly captures: number
  readonly damage_done: number
  readonly damage_taken: number
  readonly healed: number
  readonly shots_fired: number
  readonly shots_hit: number
  readonly played_sec: number
}

/** A row as the value that is shown. */
export function toSummary(row: SessionCells): MatchSummary {
  return {
    matchId: row.match_id,
    mode: row.mode,
    map: row.map,
    region: row.region,
    balanceVersion: row.balance_version,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    durationSec: row.duration_sec,
    tickRateHz: row.tick_rate_hz,
    winner: row.winner,
    teams: row.teams as TeamRecord[],
    playerCount: row.player_count,
    peopleCount: row.people_count,
  }
}

function toPlayer(row: PlayerCells): MatchPlayer {
  return {
    slot: row.slot,
    userId: row.user_id,
    isBot: row.is_bot,
    name: row.name,
    hasLeft: row.has_left,
    team: row.team,
    squad: row.squad,
    classId: row.class_id,
    place: row.place,
    outcome: row.outcome,
    score: row.score,
    kills: row.kills,
    deaths: row.deaths,
    assists: row.assists,
    revives: row.revives,
    captures: row.captures,
    damageDone: row.damage_done,
    damageTaken: row.damage_taken,
    healed: row.healed,
    shotsFired: row.shots_fired,
    shotsHit: row.shots_hit,
    playedSec: row.played_sec,
  }
}

/** A battle, undefined when there is none such. */
export async function findMatch(db: Db, matchId: string): Promise<MatchSummary | undefined> {
  const row = await db
    .selectFrom('matches.game_sessions as s')
    .select(SESSION_COLUMNS)
    .where('s.match_id', '=', matchId)
    .executeTakeFirst()
  return row && toSummary(row)
}

/** Players of a battle by place, from the one after `afterPlace` on. */
export async function listPlayers(
  db: Db,
  page: { readonly matchId: string; readonly afterPlace: number; readonly limit: number },
): Promise<MatchPlayer[]> {
  const rows = await db
    .selectFrom('matches.session_players as p')
    .select(PLAYER_COLUMNS)
    .where('p.match_id', '=', page.matchId)
    .where('p.place', '>', page.afterPlace)
    .orderBy('p.place')
    .limit(page.limit)
    .execute()
  return rows.map(toPlayer)
}

/** A user's row in a battle, undefined when he was not in it. */
export async function findPlayer(
  db: Db,
  matchId: string,
  userId: string,
): Promise<MatchPlayer | undefined> {
  const row = await db
    .selectFrom('matches.session_players as p')
    .select(PLAYER_COLUMNS)
    .where('p.match_id', '=', matchId)
    .where('p.user_id', '=', userId)
    .executeTakeFirst()
  return row && toPlayer(row)
}

/** A player's battles, newest first. */
export async function listHistory(
  db: Db,
  page: {
    readonly userId: string
    readonly before: HistoryMark | undefined
    readonly limit: number
  },
): Promise<HistoryEntry[]> {
  const { userId, before, limit } = page
  let query = db
    .selectFrom('matches.session_players as p')
    .innerJoin('matches.game_sessions as s', 's.match_id', 'p.match_id')
    .select([...SESSION_COLUMNS, ...PLAYER_COLUMNS])
    .where('p.user_id', '=', userId)
  if (before !== undefined) {
    query = query.where((eb) =>
      eb(
        eb.refTuple('p.ended_at', 'p.match_id'),
        '<',
        eb.tuple(new Date(before.endedAtMs), before.matchId),
      ),
    )
  }
  const rows = await query
    .orderBy('p.ended_at', 'desc')
    .orderBy('p.match_id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ match: toSummary(row), player: toPlayer(row) }))
}

/** Points and tickets of the teams over time, and when objectives changed hands. */
export interface MatchCourse {
  readonly samples: readonly {
    readonly sec: number
    readonly team: number
    readonly what: 'score' | 'tickets'
    readonly amount: number
  }[]
  readonly captures: readonly {
    readonly sec: number
    readonly objective: number
    readonly team: number
  }[]
}

/** Rows of a course: a sample of four teams each 10 s for an hour, and as many captures. */
const COURSE_ROWS_MAX = 5000

/** The course of a battle, from its log. */
export async function readCourse(
  db: Db,
  { matchId, tickRateHz }: Pick<MatchSummary, 'matchId' | 'tickRateHz'>,
): Promise<MatchCourse> {
  const { capture, teamScore, teamTickets } = LogKind
  const rows = await db
    .selectFrom('matches.battle_events')
    .select(['tick', 'kind', 'detail', 'amount'])
    .where('match_id', '=', matchId)
    .where('kind', 'in', [capture, teamScore, teamTickets])
    .orderBy('seq')
    .limit(COURSE_ROWS_MAX)
    .execute()
  const at = (tick: number) => Math.round(tick / tickRateHz)
  return {
    samples: rows
      .filter(({ kind }) => kind !== capture)
      .map(({ tick, kind, detail, amount }) => ({
        sec: at(tick),
        team: detail,
        what: kind === teamScore ? 'score' : 'tickets',
        amount,
      })),
    captures: rows
      .filter(({ kind }) => kind === capture)
      .map(({ tick, detail, amount }) => ({ sec: at(tick), objective: detail, team: amount })),
  }
}

/** What a person came to over all battles. */
export type PlayerStats = Readonly<Record<(typeof STATS_COLUMNS)[number], number>>

const STATS_COLUMNS = [
  'matches',
  'won',
  'lost',
  'drawn',
  'leaves',
  'score',
  'score_best',
  'kills',
  'deaths',
  'assists',
  'revives',
  'captures',
  'damage_done',
  'damage_taken',
  'healed',
  'shots_fired',
  'shots_hit',
  'played_sec',
] as const

/** All zeros for who has finished no battle. */
export async function readStats(db: Db, userId: string): Promise<PlayerStats> {
  const row = await db
    .selectFrom('matches.player_stats')
    .select(STATS_COLUMNS)
    .where('user_id', '=', userId)
    .executeTakeFirst()
  return Object.fromEntries(
    STATS_COLUMNS.map((name) => [name, Number(row?.[name] ?? 0)]),
  ) as PlayerStats
}
