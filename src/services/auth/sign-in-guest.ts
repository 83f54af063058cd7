/**
 * Signing in without an account: a fresh user id and a token. Bots sign in the same way with a key
 * that only processes started beside this one know, so that a roster can tell them from people.
 */
import { createHash, randomUUID, timingSafeEqual } from 'node:crypto'

import { AppError } from '@battalion/base/app-error.ts'
import { toUserId } from '@battalion/base/ids.ts'

import type { AccessTokens } from './access-tokens.ts'

/** Longest name shown, in code points; the rest is cut. */
export const NAME_CHARS_MAX = 20

/** Answer of every sign-in. */
export interface SignedIn {
  readonly userId: string
  readonly accessToken: string
  /** RFC 3339, UTC. */
  readonly accessExpiresAt: string
  /** Null until accounts exist. */
  readonly refreshToken: null
}

/** Signs in a new guest, or a bot. */
export async function signInGuest(
  tokens: AccessTokens,
  request: { name: string | undefined; isBot: boolean },
): Promise<SignedIn> {
  const userId = toUserId(randomUUID())
  const displayName = cleanName(request.name ?? '') || `Guest ${userId.slice(0, 4)}`
  const issued = await tokens.issue({
    userId,
    kind: request.isBot ? 'bot' : 'guest',
    displayName,
    sessionId: randomUUID(),
  })
  return { userId, ...issued, refreshToken: null }
}

/** True for the right key, false without one; a wrong one is refused. Constant time. */
export function checkBotKey(expected: string, given: string | undefined): boolean {
  if (given === undefined) return false
  if (expected !== '' && timingSafeEqual(hash(expected), hash(given))) return true
  throw new AppError('forbidden', 'This key does not make a bot.')
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** Printable text on one line: no control, format or lone combining characters, cut to size. */
export function cleanName(name: string): string {
  const flat = name
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}]/gu, '')
    .replace(/\p{M}{3,}/gu, '')
    .replace(/\s+/gu, ' ')
    .trim()
  return Array.from(flat).slice(0, NAME_CHARS_MAX).join('').trim()
}
