/**
 * Access tokens: what they say, how they are signed and how strictly they are read. The one file
 * that imports jose. Every check is named in VERIFY_OPTIONS; a token's header never chooses a key,
 * file or host [F-02], and any doubt is the same `unauthenticated`.
 */
import { randomUUID } from 'node:crypto'

import { AppError } from '@battalion/base/app-error.ts'
import type { Clock } from '@battalion/base/clock.ts'
import type { UserId } from '@battalion/base/ids.ts'
import { toUserId } from '@battalion/base/ids.ts'
import { jwtVerify, SignJWT } from 'jose'
import type { JWTPayload } from 'jose'

import type { TokenKey } from './token-key.ts'

const ISSUER = 'battalion'
const AUDIENCE = 'battalion-game'
/** Media type in the header: an access token is never taken for another kind of token. */
const TOKEN_TYPE = 'at+jwt'
const ALGORITHM = 'EdDSA'
const TOKEN_CHARS_MAX = 2048
const MS_PER_SEC = 1000
const USER_KINDS = ['guest', 'bot', 'account'] as const

export type UserKind = (typeof USER_KINDS)[number]

/** What a verified token says; nothing else of it is ever passed on. */
export interface AccessClaims {
  readonly userId: UserId
  readonly kind: UserKind
  readonly displayName: string
  readonly sessionId: string
}

/** A signed token and its end, RFC 3339. */
export interface IssuedToken {
  readonly accessToken: string
  readonly accessExpiresAt: string
}

/** Signs and reads the tokens of one process. */
export interface AccessTokens {
  issue(claims: AccessClaims): Promise<IssuedToken>
  /** Claims of a valid token; throws AppError `unauthenticated` otherwise. */
  verify(token: string): Promise<AccessClaims>
}

/** Tokens over `key`, living `ttlSec`. */
export function createAccessTokens(options: {
  key: TokenKey
  clock: Clock
  ttlSec: number
}): AccessTokens {
  const { key, clock, ttlSec } = options
  return {
    issue: (claims) => signToken(claims, { key, ttlSec, nowMs: clock.wallMs() }),
    verify: (token) => verifyToken(token, { key, ttlSec, nowMs: clock.wallMs() }),
  }
}

interface TokenContext {
  readonly key: TokenKey
  readonly ttlSec: number
  readonly nowMs: number
}

async function signToken(claims: AccessClaims, context: TokenContext): Promise<IssuedToken> {
  const issuedAtSec = Math.floor(context.nowMs / MS_PER_SEC)
  const expiresAtSec = issuedAtSec + context.ttlSec
  const payload = { kind: claims.kind, name: claims.displayName, sid: claims.sessionId }
  const accessToken = await new SignJWT(payload)
    .setProtectedHeader({ alg: ALGORITHM, typ: TOKEN_TYPE })
    .setSubject(claims.userId)
    .setJti(randomUUID())
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setIssuedAt(issuedAtSec)
    .setExpirationTime(expiresAtSec)
    .sign(context.key.privateKey)
  return { accessToken, accessExpiresAt: new Date(expiresAtSec * MS_PER_SEC).toISOString() }
}

async function verifyToken(token: string, context: TokenContext): Promise<AccessClaims> {
  try {
    if (token.length > TOKEN_CHARS_MAX) throw refuse('token too long')
    const { payload } = await jwtVerify(token, context.key.publicKey, {
      algorithms: [ALGORITHM],
      issuer: ISSUER,
      audience: AUDIENCE,
      typ: TOKEN_TYPE,
      maxTokenAge: context.ttlSec,
      clockTolerance: 0,
      requiredClaims: ['exp', 'iat', 'jti', 'sub'],
      currentDate: new Date(context.nowMs),
    })
    return readClaims(payload)
  } catch (error) {
    throw error instanceof AppError ? error : refuse('verification failed', error)
  }
}

function readClaims(payload: JWTPayload): AccessClaims {
  const { sub, kind, name, sid } = payload
  const knownKind = USER_KINDS.find((value) => value === kind)
  if (knownKind === undefined || typeof sub !== 'string') throw refuse('unknown kind')
  if (typeof name !== 'string' || typeof sid !== 'string') throw refuse('claims missing')
  return { userId: toUserId(sub), kind: knownKind, displayName: name, sessionId: sid }
}

function refuse(internal: string, cause?: unknown): AppError {
  return new AppError('unauthenticated', 'Sign in again: the token is missing or not valid.', {
    internal,
    cause,
  })
}
