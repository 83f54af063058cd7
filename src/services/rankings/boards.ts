/**
 * Names of boards and what tier a rating is. `global`, `region:EU`, `mode:conquest` show ratings
 * (docs/ratings.md), `season:7` the points of a season. Pure.
 */

/** What a caller may ask for; `season` is the one that runs. */
export type BoardWish =
  | { readonly kind: 'global' | 'season' }
  | { readonly kind: 'region' | 'mode'; readonly name: string }

/** Points of one bucket; as `rankings.bucket_of` has it. */
export const BUCKET_POINTS = { season: 256, rating: 8 } as const

/** A board's name as it is kept. */
export const GLOBAL_BOARD = 'global'
export const regionBoard = (region: string) => `region:${region}`
export const modeBoard = (mode: string) => `mode:${mode}`
export const seasonBoard = (season: number) => `season:${season}`

/** Reads `global`, `season`, `region:NAME`, `mode:NAME`; undefined for anything else. */
export function readBoardWish(text: string): BoardWish | undefined {
  if (text === 'global' || text === 'season') return { kind: text }
  const [, kind, name] = /^(region|mode):([\w-]{1,64})$/.exec(text) ?? []
  if (name === undefined) return undefined
  return { kind: kind as 'region' | 'mode', name }
}

/** Scores of the bucket that a score lies in: from the first up to, not with, the second. */
export function bucketRange(board: string, score: number): readonly [number, number] {
  const points = board.startsWith('season:') ? BUCKET_POINTS.season : BUCKET_POINTS.rating
  const low = Math.floor(score / points) * points
  return [low, low + points]
}

/** Tiers of ratings, from the highest; a rating of at least so many points. */
export const TIERS = [
  ['marshal', 2100],
  ['colonel', 1900],
  ['captain', 1700],
  ['sergeant', 1500],
  ['corporal', 1300],
  ['private', 0],
] as const
export type Tier = (typeof TIERS)[number][0]

/** The tier of a rating. */
export function tierOf(points: number): Tier {
  return TIERS.find(([, least]) => points >= least)![0]
}

/** Whether a board shows ratings, which have tiers. */
export function hasTiers(board: string): boolean {
  return !board.startsWith('season:')
}
