/**
 * Finished battles over HTTP: the few calls that history and result screen make. Answers are typed
 * from the API document; a refusal is an error with a sentence for the player.
 */
import { AppError } from '@battalion/base/app-error.ts'
import type { components } from '@battalion/client/api-types.ts'

export type MatchHistory = components['schemas']['MatchHistory']
export type HistoryItem = MatchHistory['items'][number]
export type Match = components['schemas']['Match']
export type MatchPlayer = components['schemas']['MatchPlayer']
export type MatchPlayers = components['schemas']['MatchPlayers']
export type MatchCourse = components['schemas']['MatchCourse']
export type PlayerStats = components['schemas']['PlayerStats']
export type MatchShare = components['schemas']['MatchShare']
export type RatingExplained = components['schemas']['RatingExplained']
export type MyRatings = components['schemas']['MyRatings']

/** What the views ask for. */
export interface HistoryApi {
  history(cursor: string | null): Promise<MatchHistory>
  stats(): Promise<PlayerStats>
  match(matchId: string): Promise<Match>
  players(matchId: string, cursor: string | null): Promise<MatchPlayers>
  course(matchId: string): Promise<MatchCourse>
  share(matchId: string): Promise<MatchShare>
  /** Undefined for who took no part. */
  rating(matchId: string): Promise<RatingExplained | undefined>
  /** The same for a battle that has just ended: undefined while it is not worked out. */
  freshRating(matchId: string): Promise<RatingExplained | undefined>
}

/** The calls, made with whatever token the page has then. */
export function createHistoryApi(token: () => Promise<string>): HistoryApi {
  const get = <T>(path: string) => call<T>(token, 'GET', path)
  const explain = (matchId: string) =>
    get<RatingExplained>(`/v1/me/ratings/${encodeURIComponent(matchId)}`)
  return {
    history: (cursor) => get(pageOf('/v1/me/matches', cursor)),
    stats: () => get('/v1/me/stats'),
    match: (matchId) => get(`/v1/matches/${encodeURIComponent(matchId)}`),
    players: (matchId, cursor) =>
      get(pageOf(`/v1/matches/${encodeURIComponent(matchId)}/players`, cursor)),
    course: (matchId) => get(`/v1/matches/${encodeURIComponent(matchId)}/course`),
    rating: (matchId) => explain(matchId).catch(orNothing),
    // Asked for by its id, what is not there yet would be an error in the browser's console.
    async freshRating(matchId) {
      const { latest } = await get<MyRatings>('/v1/me/ratings')
      return latest.some((rated) => rated.matchId === matchId) ? explain(matchId) : undefined
    },
    share: (matchId) => call(token, 'POST', `/v1/matches/${encodeURIComponent(matchId)}/share`),
  }
}

/** What is not there is not there; anything else is a failure. */
function orNothing(error: unknown): undefined {
  if (error instanceof AppError && error.code === 'not_found') return undefined
  throw error
}

function pageOf(path: string, cursor: string | null): string {
  return cursor === null ? path : `${path}?cursor=${encodeURIComponent(cursor)}`
}

async function call<T>(token: () => Promise<string>, method: string, path: string): Promise<T> {
  let answer: Response
  try {
    const headers = { authorization: `Bearer ${await token()}` }
    answer = await fetch(path, { method, headers })
  } catch (error) {
    throw new AppError('unavailable', 'The server does not answer.', { cause: error })
  }
  if (answer.ok) return (await answer.json()) as T
  const problem = (await answer.json().catch(() => ({}))) as { detail?: string }
  const code = answer.status === 404 ? 'not_found' : 'unavailable'
  throw new AppError(code, problem.detail ?? 'That did not work.')
}
