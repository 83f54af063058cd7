/**
 * When a delivery is tried again, and how long an endpoint that fails is left alone [G-12]. Five
 * tries over three hours and a half outlast a long outage; the pause sees to it that an endpoint
 * that is away is asked once in a while, not once for each event that waits. Pure.
 */

/** Tries of a delivery; then it is dead. */
export const TRIES_MAX = 5
/** Wait after the first failed try (ms), times seven after each further: 3 h before the last. */
const RETRY_MS = 30_000
const RETRY_FACTOR = 7
/** Pause of an endpoint after its first failure (ms), doubled up to the longest. */
const PAUSE_MS = 5000
export const PAUSE_MS_MAX = 900_000
/** Times vary by this share, so that what failed together does not come back together. */
const JITTER = 0.2

/** Wait after failed try number `attempts`, 1 the first (ms); undefined when it was the last. */
export function retryAfterMs(attempts: number, chance: number): number | undefined {
  if (attempts >= TRIES_MAX) return undefined
  return vary(RETRY_MS * RETRY_FACTOR ** (attempts - 1), chance)
}

/** Pause after this many failures in a row (ms). */
export function pauseMs(failures: number, chance: number): number {
  return vary(Math.min(PAUSE_MS_MAX, PAUSE_MS * 2 ** Math.min(failures - 1, 20)), chance)
}

function vary(ms: number, chance: number): number {
  return Math.round(ms * (1 + JITTER * (2 * chance - 1)))
}
