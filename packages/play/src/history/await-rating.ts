/**
 * What a battle did to the player's rating. The result is written, and rated with it, a moment
 * after the end, so that who asks at once asks again a few times.
 */
import type { HistoryApi, RatingExplained } from './history-api.ts'

/** Waits before each look (ms): soon, then less often; together as long as a result is shown. */
const LOOK_MS = [800, 1200, 2000, 4000, 6000] as const

/** Undefined when there was none in time: the details have it later. */
export async function awaitRating(
  api: Pick<HistoryApi, 'freshRating'>,
  matchId: string,
  wait: (ms: number) => Promise<void> = waitReally,
): Promise<RatingExplained | undefined> {
  for (const ms of LOOK_MS) {
    await wait(ms)
    // A look that fails is as good as one that was too early.
    const told = await api.freshRating(matchId).catch(() => undefined)
    if (told !== undefined) return told
  }
  return undefined
}

function waitReally(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
