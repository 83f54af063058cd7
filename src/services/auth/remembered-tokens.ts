/**
 * A bounded memory in front of token verification: an Ed25519 check takes more than half of what an
 * authenticated read costs, and the same token comes with every request of its quarter of an hour.
 * Remembered are whole tokens, letter by letter, that were found good, for a minute at most and
 * never past their end; what is not remembered is verified as ever. Whether the session behind a
 * token still counts is asked apart, each time.
 */
import type { Clock } from '@battalion/base/clock.ts'

import type { AccessClaims, AccessTokens } from './access-tokens.ts'

/** Tokens remembered, some 8 MB; the oldest is forgotten first and costs one check again. */
export const REMEMBERED_TOKENS_MAX = 10_000
/** A token is checked again after this (ms): a key that was retired is found out by then. */
export const REMEMBERED_MS_MAX = 60_000
const MS_PER_SEC = 1000

/** A token that was found good. */
export interface Remembered {
  readonly claims: AccessClaims
  /** Wall time (ms): a token's end is one too. */
  readonly untilMs: number
}

/** The same tokens, checked once a minute each; `remembered` is its memory, oldest first. */
export function rememberVerified(
  tokens: AccessTokens,
  clock: Clock,
  remembered = new Map<string, Remembered>(),
): AccessTokens {
  return {
    ...tokens,
    async verify(token) {
      const nowMs = clock.wallMs()
      const known = remembered.get(token)
      if (known !== undefined && nowMs < known.untilMs) return known.claims
      remembered.delete(token)
      const claims = Object.freeze(await tokens.verify(token))
      const untilMs = Math.min(nowMs + REMEMBERED_MS_MAX, endOf(token))
      forgetOld(remembered, nowMs)
      remembered.set(token, { claims, untilMs })
      return claims
    },
  }
}

/** Makes room for one: who never comes back is not kept until the memory is full. */
function forgetOld(remembered: Map<string, Remembered>, nowMs: number): void {
  for (const [token, { untilMs }] of remembered) {
    if (remembered.size < REMEMBERED_TOKENS_MAX && nowMs < untilMs) return
    remembered.delete(token)
  }
}

/** When a token that was found good ends (ms). */
function endOf(token: string): number {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')
  const { exp } = JSON.parse(payload) as { readonly exp: number }
  return exp * MS_PER_SEC
}
