/**
 * The statements that keep a finished battle. Each takes a whole table's rows at once, as array
 * literals that `unnest` opens, so that 1,000 players are a handful of statements.
 */
import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'

import type { Trx } from '../../db/database.ts'
import { jsonText } from '../../db/json-text.ts'
import type { MatchRecord, PlayerRecord } from './match-record.ts'
import { arrayOf, textArrayOf } from './pack-match.ts'
import type { PackedMatch } from './pack-match.ts'

/** Rows of players in one statement (600 KB at most, names being short). */
const PLAYERS_PER_STATEMENT = 2000

/** Figures of a player and their columns. */
const FIGURE_COLUMNS = {
  kills: 'kills',
  deaths: 'deaths',
  assists: 'assists',
  revives: 'revives',
  captures: 'captures',
  damage_done: 'damageDone',
  damage_taken: 'damageTaken',
  healed: 'healed',
  shots_fired: 'shotsFired',
  shots_hit: 'shotsHit',
  played_sec: 'playedSec',
} as const

/** Fence that the battle is held by, undefined when nobody claimed it; holds it until commit. */
export async function lockFence(trx: Trx, matchId: string): Promise<bigint | undefined> {
  const row = await trx
    .selectFrom('matches.claims')
    .select('fence')
    .where('match_id', '=', matchId)
    .forShare()
    .executeTakeFirst()
  return row?.fence
}

/** The battle's own row; false when it is there already. */
export async function insertSession(
  trx: Trx,
  { match, log, logDropped }: PackedMatch,
  nowMs: number,
): Promise<boolean> {
  const inserted = await trx
    .insertInto('matches.game_sessions')
    .values({
      match_id: match.matchId,
      fence: BigInt(match.fence),
      room_id: match.roomId,
      region: match.region,
      mode: match.mode,
      map: match.map,
      balance_version: match.balanceVersion,
      seed: BigInt(match.seed),
      tick_rate_hz: match.tickRateHz,
      started_at: new Date(match.startedAtMs),
      ended_at: new Date(match.endedAtMs),
      duration_sec: match.durationSec,
      winner: match.winner,
      teams: jsonText(match.teams),
      player_count: match.players.length,
      people_count: match.players.filter(({ isBot }) => !isBot).length,
      log_rows: log.reduce((sum, { rowCount }) => sum + rowCount, 0),
      log_dropped: logDropped,
      created_at: new Date(nowMs),
    })
    .onConflict((conflict) => conflict.column('match_id').doNothing())
    .returning('match_id')
    .executeTakeFirst()
  return inserted !== undefined
}

/** A row for everybody. */
export async function insertPlayers(trx: Trx, match: MatchRecord): Promise<void> {
  for (let from = 0; from < match.players.length; from += PLAYERS_PER_STATEMENT) {
    await insertSomePlayers(trx, match, match.players.slice(from, from + PLAYERS_PER_STATEMENT))
  }
}

async function insertSomePlayers(
  trx: Trx,
  match: MatchRecord,
  players: readonly PlayerRecord[],
): Promise<void> {
  const texts = (read: (player: PlayerRecord) => string | null) =>
    sql`${textArrayOf(players.map(read))}::text::text[]`
  const ints = (read: (player: PlayerRecord) => number) =>
    sql`${arrayOf(players.map(read))}::text::int[]`
  const flags = (read: (player: PlayerRecord) => boolean) =>
    sql`${arrayOf(players.map(read))}::text::boolean[]`
  const figures = Object.values(FIGURE_COLUMNS).map((name) => ints((player) => player[name]))
  await sql`
    insert into matches.session_players (match_id, ended_at, slot, user_id, is_bot, name, has_left,
      team, squad, class_id, place, outcome, score, ${columnNames()})
    select ${match.matchId}, ${new Date(match.endedAtMs)}::timestamptz, row.* from unnest(
      ${ints(({ slot }) => slot)},
      ${textArrayOf(players.map(({ userId }) => userId))}::text::uuid[],
      ${flags(({ isBot }) => isBot)},
      ${texts(({ name }) => name)},
      ${flags(({ hasLeft }) => hasLeft)},
      ${ints(({ team }) => team)},
      ${ints(({ squad }) => squad)},
      ${texts(({ classId }) => classId)},
      ${ints(({ place }) => place)},
      ${texts(({ outcome }) => outcome)},
      ${ints(({ score }) => score)},
      ${sql.join(figures)}) as row`.execute(trx)
}

function columnNames(): RawBuilder<unknown> {
  return sql.join(Object.keys(FIGURE_COLUMNS).map((name) => sql.ref(name)))
}

/** The log, chunk by chunk. */
export async function insertLog(trx: Trx, { match, log }: PackedMatch): Promise<void> {
  let firstSeq = 0
  for (const [chunk, packed] of log.entries()) {
    const { rowCount, ticks, kinds, actors, targets, details, amounts } = packed
    await sql`
      insert into matches.battle_logs (match_id, chunk, first_seq, row_count,
        ticks, kinds, actors, targets, details, amounts)
      values (${match.matchId}, ${chunk}, ${firstSeq}, ${rowCount}, ${ticks}::text::int[],
        ${kinds}::text::smallint[], ${actors}::text::int[], ${targets}::text::int[],
        ${details}::text::smallint[], ${amounts}::text::int[])`.execute(trx)
    firstSeq += rowCount
  }
}

/** Adds the battle to what its people came to over all battles; bots have no such row. */
export async function addToStats(trx: Trx, matchId: string, nowMs: number): Promise<void> {
  const names = Object.keys(FIGURE_COLUMNS)
  const sums = ['matches', 'won', 'lost', 'drawn', 'leaves', 'score', ...names]
  const added = sums.map((name) => {
    const column = sql.ref(name)
    return sql`${column} = player_stats.${column} + excluded.${column}`
  })
  // In order of users, so that two battles with the same people never wait for each other.
  await sql`
    insert into matches.player_stats as player_stats
      (user_id, ${sql.join(sums.map((name) => sql.ref(name)))}, score_best, updated_at)
    select user_id, 1, (outcome = 'won')::int, (outcome = 'lost')::int, (outcome = 'drawn')::int,
      has_left::int, score, ${columnNames()}, score, ${new Date(nowMs)}::timestamptz
    from matches.session_players
    where match_id = ${matchId} and user_id is not null and not is_bot
    order by user_id
    on conflict (user_id) do update set ${sql.join(added)},
      score_best = greatest(player_stats.score_best, excluded.score_best),
      updated_at = excluded.updated_at`.execute(trx)
}
