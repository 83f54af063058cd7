/** What modules without ports of their own keep about users: parts of the copy and removal. */
import { KEYED_REQUEST_DATA } from './services/idempotency/keyed-requests.ts'
import type { UserDataPart } from './services/identity/user-data.ts'
import { MATCH_DATA } from './services/matches/match-data.ts'
import { OPERATOR_DATA } from './services/operators/operator-data.ts'
import { PROGRESS_DATA } from './services/progress/progress.ts'
import { RANKING_DATA } from './services/rankings/ranking-data.ts'
import { RATING_DATA } from './services/ratings/rating-data.ts'

/** Beside the social parts; `user-data-parts.test.ts` holds all to the live schema. */
export const OTHER_DATA_PARTS: readonly UserDataPart[] = [
  KEYED_REQUEST_DATA,
  MATCH_DATA,
  OPERATOR_DATA,
  RATING_DATA,
  RANKING_DATA,
  PROGRESS_DATA,
]

/**
 * All parts, in the order in which who is removed leaves them: boards, then the state of others,
 * as results take them (rank-match.ts, progress.ts); the other way round, a removal and a battle of
 * a friend would wait for each other.
 */
export function joinDataParts(social: readonly UserDataPart[]): readonly UserDataPart[] {
  return [...OTHER_DATA_PARTS, ...social]
}
