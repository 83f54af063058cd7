/** Tables of finished battles, for kysely; see services/matches and migration 0010. */
import type { ColumnType, Generated } from 'kysely'

import type { JsonText } from './json-text.ts'

type Json = ColumnType<unknown, JsonText, JsonText>

/** Who holds the right to write a battle's result. */
export interface ClaimRow {
  readonly match_id: string
  readonly holder: string
  readonly fence: bigint
  readonly claimed_at: Date
}

export interface GameSessionRow {
  readonly match_id: string
  readonly fence: bigint
  readonly room_id: string
  readonly region: string
  readonly mode: string
  readonly map: string
  readonly balance_version: string
  readonly seed: bigint
  readonly tick_rate_hz: number
  readonly started_at: Date
  readonly ended_at: Date
  readonly duration_sec: number
  readonly winner: number | null
  readonly teams: Json
  readonly player_count: number
  readonly people_count: number
  readonly log_rows: number
  readonly log_dropped: number
  readonly created_at: Date
}

/** Columns of figures, the same in a battle and in the sums over all. */
interface FigureColumns<T> {
  readonly kills: T
  readonly deaths: T
  readonly assists: T
  readonly revives: T
  readonly captures: T
  readonly damage_done: T
  readonly damage_taken: T
  readonly healed: T
  readonly shots_fired: T
  readonly shots_hit: T
  readonly played_sec: T
}

export interface SessionPlayerRow extends FigureColumns<number> {
  readonly match_id: string
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
  readonly ended_at: Date
}

export interface BattleLogRow {
  readonly match_id: string
  readonly chunk: number
  readonly first_seq: number
  readonly row_count: number
  readonly ticks: number[]
  readonly kinds: number[]
  readonly actors: number[]
  readonly targets: number[]
  readonly details: number[]
  readonly amounts: number[]
}

/** A view: the log as rows. */
export interface BattleEventRow {
  readonly match_id: string
  readonly seq: number
  readonly tick: number
  readonly kind: number
  readonly actor: number | null
  readonly target: number | null
  readonly detail: number
  readonly amount: number
}

export interface PlayerStatsRow extends FigureColumns<Generated<bigint>> {
  readonly user_id: string
  readonly matches: Generated<bigint>
  readonly won: Generated<bigint>
  readonly lost: Generated<bigint>
  readonly drawn: Generated<bigint>
  readonly leaves: Generated<bigint>
  readonly score: Generated<bigint>
  readonly score_best: Generated<number>
  readonly updated_at: Date
}

/** A link that shows one battle of one player to anybody. */
export interface ShareRow {
  readonly code: string
  readonly match_id: string
  readonly user_id: string
  readonly created_at: Date
}

export interface MatchTables {
  'matches.battle_events': BattleEventRow
  'matches.battle_logs': BattleLogRow
  'matches.claims': ClaimRow
  'matches.game_sessions': GameSessionRow
  'matches.player_stats': PlayerStatsRow
  'matches.session_players': SessionPlayerRow
  'matches.shares': ShareRow
}
