/** Tables of ratings, for kysely; see services/ratings and migration 0011. */
import type { ColumnType } from 'kysely'

import type { JsonText } from './json-text.ts'

type Json = ColumnType<unknown, JsonText, JsonText>

/** What is believed of a user's skill in one mode. */
export interface RatingRow {
  readonly user_id: string
  readonly mode: string
  readonly mu: number
  readonly sigma: number
  /** Rated battles; grows by one with each, so it is the row's version too. */
  readonly rated_count: number
  readonly rated_at: Date | null
}

/** One calculation: everything that it read, and what it came to. */
export interface MmrCalculationRow {
  readonly match_id: string
  readonly user_id: string
  readonly mode: string
  /** Number among the user's of the mode, from 1; null when the battle was not rated. */
  readonly seq: number | null
  /** Why the battle was not rated. */
  readonly reason: 'bots' | 'alone' | 'short' | 'empty' | null
  readonly inputs: Json
  readonly mu: number | null
  readonly sigma: number | null
  readonly ended_at: Date
}

export interface RatingTables {
  'ratings.mmr_calculations': MmrCalculationRow
  'ratings.ratings': RatingRow
}
