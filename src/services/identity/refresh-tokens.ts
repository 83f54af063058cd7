/**
 * Refresh tokens: `<session id>.<family>.<secret>`, random, kept as hashes only. The family half
 * stays the same as long as the device is signed in, the secret changes at every use. A token with
 * the right family and an old secret was used before: somebody has a copy. One with a wrong family
 * is made up, and says nothing about the session it names.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

const FAMILY_BYTES = 16
const SECRET_BYTES = 32
const SHAPE = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([\w-]{22})\.([\w-]{43})$/

/** A token taken apart. */
export interface RefreshToken {
  readonly sessionId: string
  readonly family: string
  readonly secret: string
}

/** The first token of a session. */
export function createRefreshToken(sessionId: string): RefreshToken {
  return { sessionId, family: randomText(FAMILY_BYTES), secret: randomText(SECRET_BYTES) }
}

/**
 * The token after this one. With a request key the same request gets the same one again, so that an
 * answer lost on its way does not cost the session; nobody without `chainKey` can compute it.
 */
export function nextRefreshToken(
  token: RefreshToken,
  chain: { readonly chainKey: Uint8Array; readonly requestKey: string | undefined },
): RefreshToken {
  const { chainKey, requestKey } = chain
  if (requestKey === undefined) return { ...token, secret: randomText(SECRET_BYTES) }
  const hmac = createHmac('sha256', chainKey)
  const secret = hmac.update(`${formatRefreshToken(token)}\n${requestKey}`).digest('base64url')
  return { ...token, secret }
}

/** The token as clients keep it. */
export function formatRefreshToken({ sessionId, family, secret }: RefreshToken): string {
  return `${sessionId}.${family}.${secret}`
}

/** Undefined for what never was a token of ours. */
export function parseRefreshToken(text: string): RefreshToken | undefined {
  const [, sessionId, family, secret] = SHAPE.exec(text) ?? []
  if (sessionId === undefined || family === undefined || secret === undefined) return undefined
  return { sessionId, family, secret }
}

/** What is kept of a secret that is random enough to need no salt. */
export function hashSecret(secret: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(secret).digest())
}

/** True when `hash` is that of `secret`; constant time. */
export function isHashOf(hash: Uint8Array | null, secret: string): boolean {
  return hash !== null && timingSafeEqual(hash, hashSecret(secret))
}

function randomText(bytes: number): string {
  return randomBytes(bytes).toString('base64url')
}
