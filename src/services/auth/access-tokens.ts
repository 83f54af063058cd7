/**
 * Access tokens: what they say, how they are signed and how strictly they are read. The one file
 * that imports jose. Every check is named in VERIFY_OPTIONS; a token's header never chooses a key,
 * file or host [F-02], and any doubt is the same `unauthenticated`.
 */
import { randomUUID } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

import { AppError } from '@battalion/base/app-error.ts'
import type { Clock } from '@battalion/base/clock.ts'
import type { UserId } from '@battalion/base/ids.ts'
import { toUserId } from '@battalion/base/ids.ts'
import { jwtVerify, SignJWT } from 'jose'
import type { JWTHeaderParameters, JWTPayload } from 'jose'

import type { KeyRing } from './key-ring.ts'

const ISSUER = 'battalion'
const AUDIENCE = 'battalion-game'
/** Media type in the header: an access token is never taken for another kind of token. */
const TOKEN_TYPE = 'at+jwt'
const ALGORITHM = 'EdDSA'
const TOKEN_CHARS_MAX = 2048
const KID_CHARS_MAX = 64
const MS_PER_SEC = 1000
/** Longest a player stays in battles on the token he joined with (s). */
export const RETURNING_SEC_MAX = 86_400
const USER_KINDS = ['guest', 'bot', 'account'] as const

export type UserKind = (typeof USER_KINDS)[number]

/** What a verified token says; nothing else of it is ever passed on. */
export interface AccessClaims {
  readonly userId: UserId
  readonly kind: UserKind
  readonly displayName: string
  readonly sessionId: string
  /** End of the token they were read from (wall ms); absent before one is signed. */
  readonly expiresAtMs?: number
}

/** A signed token and its end, RFC 3339. */
export interface IssuedToken {
  readonly accessToken: string
  readonly accessExpiresAt: string
}

/** Signs and reads the tokens of one process. */
export interface AccessTokens {
  /**
   * Resolves once there are keys. To be awaited before a transaction that issues a token: inside of
   * it the keys cannot be read any more.
   */
  ready(): Promise<void>
  issue(claims: AccessClaims): Promise<IssuedToken>
  /** Claims of a valid token; throws AppError `unauthenticated` otherwise. */
  verify(token: string): Promise<AccessClaims>
  /**
   * As `verify`, for a lost player who comes back to his own seat by its reconnection token: the
   * access token may have run out meanwhile. Whether its session still counts is asked apart.
   */
  verifyReturning(token: string): Promise<AccessClaims>
}

/** Tokens over `keys`, living `ttlSec`. */
export function createAccessTokens(options: {
  keys: KeyRing
  clock: Clock
  ttlSec: number
}): AccessTokens {
  const { keys, clock, ttlSec } = options
  return {
    ready: () => keys.ready(),
    issue: (claims) => signToken(claims, { keys, ttlSec, nowMs: clock.wallMs(), lateSec: 0 }),
    verify: (token) => verifyToken(token, { keys, ttlSec, nowMs: clock.wallMs(), lateSec: 0 }),
    verifyReturning: (token) =>
      verifyToken(token, { keys, ttlSec, nowMs: clock.wallMs(), lateSec: RETURNING_SEC_MAX }),
  }
}

interface TokenContext {
  readonly keys: KeyRing
  readonly ttlSec: number
  readonly nowMs: number
  /** How long after its end a token still counts (s). */
  readonly lateSec: number
}

async function signToken(claims: AccessClaims, context: TokenContext): Promise<IssuedToken> {
  const issuedAtSec = Math.floor(context.nowMs / MS_PER_SEC)
  const expiresAtSec = issuedAtSec + context.ttlSec
  const payload = { kind: claims.kind, name: claims.displayName, sid: claims.sessionId }
  await context.keys.ready()
  const { kid, privateKey } = context.keys.signer()
  const accessToken = await new SignJWT(payload)
    .setProtectedHeader({ alg: ALGORITHM, typ: TOKEN_TYPE, kid })
    .setSubject(claims.userId)
    .setJti(randomUUID())
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setIssuedAt(issuedAtSec)
    .setExpirationTime(expiresAtSec)
    .sign(privateKey)
  return { accessToken, accessExpiresAt: new Date(expiresAtSec * MS_PER_SEC).toISOString() }
}

async function verifyToken(token: string, context: TokenContext): Promise<AccessClaims> {
  try {
    if (token.length > TOKEN_CHARS_MAX) throw refuse('token too long')
    await context.keys.ready()
    const findKey = ({ kid }: JWTHeaderParameters) => findPublicKey(context.keys, kid)
    const { payload } = await jwtVerify(token, findKey, {
      algorithms: [ALGORITHM],
      issuer: ISSUER,
      audience: AUDIENCE,
      typ: TOKEN_TYPE,
      maxTokenAge: context.ttlSec,
      clockTolerance: context.lateSec,
      requiredClaims: ['exp', 'iat', 'jti', 'sub'],
      currentDate: new Date(context.nowMs),
    })
    checkIssued(payload, context)
    return readClaims(payload)
  } catch (error) {
    throw error instanceof AppError ? error : refuse('verification failed', error)
  }
}

/** Looks the id up and does nothing else with it [F-02]. */
function findPublicKey(keys: KeyRing, kid: unknown): KeyObject {
  const isId = typeof kid === 'string' && kid.length <= KID_CHARS_MAX
  const key = isId ? keys.find(kid) : undefined
  if (key === undefined) throw refuse('no such key')
  return key
}

/** The tolerance is for the end of a token alone: none is from the future. */
function checkIssued({ iat = 0, nbf = 0 }: JWTPayload, { nowMs }: TokenContext): void {
  if (Math.max(iat, nbf) * MS_PER_SEC > nowMs) throw refuse('from the future')
}

function readClaims(payload: JWTPayload): AccessClaims {
  const { sub, kind, name, sid, exp = 0 } = payload
  const knownKind = USER_KINDS.find((value) => value === kind)
  if (knownKind === undefined || typeof sub !== 'string') throw refuse('unknown kind')
  if (typeof name !== 'string' || typeof sid !== 'string') throw refuse('claims missing')
  const user = { userId: toUserId(sub), kind: knownKind, displayName: name }
  return { ...user, sessionId: sid, expiresAtMs: exp * MS_PER_SEC }
}

function refuse(internal: string, cause?: unknown): AppError {
  return new AppError('unauthenticated', 'Sign in again: the token is missing or not valid.', {
    internal,
    cause,
  })
}
