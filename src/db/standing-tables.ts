/** Tables of boards and progress, for kysely; see migrations 0012 and 0019. */

/** A user's score on a board. */
export interface EntryRow {
  readonly board: string
  readonly user_id: string
  readonly score: number
  readonly updated_at: Date
}

/** How many stand in a bucket of scores; kept by triggers. */
export interface BucketRow {
  readonly board: string
  readonly bucket: number
  readonly players: number
}

export interface SeasonRow {
  readonly id: number
  readonly starts_at: Date
  readonly ends_at: Date
  readonly closed_at: Date | null
}

/** Where somebody stood when a season closed. */
export interface SeasonResultRow {
  readonly season: number
  readonly board: string
  readonly user_id: string
  readonly rank: number
  readonly score: number
  readonly tier: string | null
}

/** A battle that somebody's progress has taken in. */
export interface TakenRow {
  readonly match_id: string
  readonly user_id: string
  readonly taken_at: Date
}

/** What a user has become in a class. */
export interface CharacterRow {
  readonly user_id: string
  readonly class_id: string
  readonly points: bigint
  readonly level: number
  readonly matches: number
}

/** How often a user did something, over all battles. */
export interface DeedsRow {
  readonly user_id: string
  readonly matches: bigint
  readonly wins: bigint
  readonly kills: bigint
  readonly assists: bigint
  readonly revives: bigint
  readonly captures: bigint
  readonly healed: bigint
  /** Achievements that these were worth when last looked at. */
  readonly earned: number
}

export interface AchievementRow {
  readonly user_id: string
  readonly achievement: string
  readonly match_id: string
  readonly earned_at: Date
}

export interface StandingTables {
  'progress.achievements': AchievementRow
  'progress.characters': CharacterRow
  'progress.deeds': DeedsRow
  'progress.taken': TakenRow
  'rankings.buckets': BucketRow
  'rankings.entries': EntryRow
  'rankings.season_results': SeasonResultRow
  'rankings.seasons': SeasonRow
}
