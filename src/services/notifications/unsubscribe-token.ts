/**
 * The link in a mail that switches its kind off, without signing in: user and kind with a MAC, so
 * that nobody makes one for another. It never runs out, because mails lie around; all it can do is
 * stop mails of one kind.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'

/** Longest token that is looked at (characters). */
export const UNSUBSCRIBE_CHARS_MAX = 256
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/

/** Whose mails of which kind. */
export interface Unsubscribing {
  readonly userId: string
  readonly kind: string
}

/** The token of a link. */
export function createUnsubscribeToken(key: Uint8Array, { userId, kind }: Unsubscribing): string {
  const body = Buffer.from(`${userId} ${kind}`).toString('base64url')
  return `${body}.${sign(key, body).toString('base64url')}`
}

/** What a token says; undefined when it is not ours. */
export function readUnsubscribeToken(key: Uint8Array, token: string): Unsubscribing | undefined {
  if (token.length > UNSUBSCRIBE_CHARS_MAX) return undefined
  const [body = '', given = ''] = token.split('.')
  const mac = sign(key, body)
  const bytes = Buffer.from(given, 'base64url')
  if (bytes.length !== mac.length || !timingSafeEqual(bytes, mac)) return undefined
  const [userId = '', kind = ''] = Buffer.from(body, 'base64url').toString().split(' ')
  return UUID.test(userId) && kind !== '' ? { userId, kind } : undefined
}

function sign(key: Uint8Array, body: string): Buffer {
  return createHmac('sha256', key).update(`unsubscribe ${body}`).digest()
}
