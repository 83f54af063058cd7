/** How a bot signs in: with the key it is the same user for the same seed, without one a guest. */
import type { GuestOptions, GuestSession } from '@battalion/client/session.ts'

/** Options of `createGuest` for a bot. */
export function guestOptions(bot: {
  readonly name: string
  readonly botKey: string | undefined
  readonly seed: number
}): GuestOptions {
  const { name, botKey, seed } = bot
  return botKey === undefined ? { name } : { name, botKey, bot: `seed ${seed}` }
}

/** A join begun with less than this left on its token could outlive it (ms). */
const TOKEN_MARGIN_MS = 30_000

/** The session while its access token is good for a join, else undefined: sign in again. */
export function freshSession(
  session: GuestSession | undefined,
  nowMs: number,
): GuestSession | undefined {
  if (session === undefined) return undefined
  const leftMs = Date.parse(session.accessExpiresAt) - nowMs
  return leftMs > TOKEN_MARGIN_MS ? session : undefined
}
