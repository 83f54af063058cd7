/**
 * Sessions of the console: apart from those of the game, so that neither's token opens the other
 * [F-03]. A cookie holds 256 random bits, the database their hash. A session ends 30 min after its
 * last use, 12 h after its begin, and with everything that ends the user's game sessions: ban,
 * password, role, second factor, log-out everywhere.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

import type { Db, Trx } from '../../db/database.ts'

/** Unused for this long, it is over (ms). */
export const CONSOLE_IDLE_MS_MAX = 30 * 60_000
/** Over in any case (ms). */
export const CONSOLE_MS_MAX = 12 * 60 * 60_000
/** Without a second factor, to enrol one (ms). */
const ENROLLING_MS_MAX = 15 * 60_000
/** A use is written down this often at most, not at each request (ms). */
const TOUCH_MS = 60_000
/** A user's consoles at once; the longest unused is over with one more. */
const SESSIONS_PER_USER_MAX = 5
const TOKEN_BYTES = 32
const DEVICE_CHARS_MAX = 120
/** The form of a token: other cookies cost no query. */
const TOKEN = /^[\w-]{43}$/

/** A console session of a living token. */
export interface ConsoleSession {
  readonly userId: string
  /** Only a second factor may be enrolled. */
  readonly isEnrolling: boolean
  readonly tokenHash: Uint8Array
}

/** A fresh session's token, for the cookie alone, and its end. */
export interface StartedConsole {
  readonly token: string
  readonly endsAtMs: number
}

/** Begins a session in the caller's transaction. */
export async function startConsole(
  trx: Trx,
  start: {
    readonly userId: string
    readonly isEnrolling: boolean
    readonly address: string
    readonly device: string
    readonly nowMs: number
  },
): Promise<StartedConsole> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url')
  const now = new Date(start.nowMs)
  const endsAtMs = start.nowMs + (start.isEnrolling ? ENROLLING_MS_MAX : CONSOLE_MS_MAX)
  await trx
    .insertInto('operators.sessions')
    .values({
      token_hash: hashToken(token),
      user_id: start.userId,
      is_enrolling: start.isEnrolling,
      address: start.address,
      device: start.device.slice(0, DEVICE_CHARS_MAX),
      created_at: now,
      used_at: now,
      ends_at: new Date(endsAtMs),
    })
    .execute()
  await limitConsoles(trx, start.userId, start.nowMs)
  return { token, endsAtMs }
}

/** Those over the limit and those that ended. */
async function limitConsoles(trx: Trx, userId: string, nowMs: number): Promise<void> {
  const kept = trx
    .selectFrom('operators.sessions')
    .select('token_hash')
    .where('user_id', '=', userId)
    .orderBy('used_at', 'desc')
    .orderBy('created_at', 'desc')
    .limit(SESSIONS_PER_USER_MAX)
  await trx
    .deleteFrom('operators.sessions')
    .where('user_id', '=', userId)
    .where('token_hash', 'not in', kept)
    .execute()
  await trx.deleteFrom('operators.sessions').where('ends_at', '<', new Date(nowMs)).execute()
}

/** The session of a token; undefined when it is none or over. Counts as a use. */
export async function findConsole(
  db: Db,
  token: string,
  nowMs: number,
): Promise<ConsoleSession | undefined> {
  if (!TOKEN.test(token)) return undefined
  const tokenHash = hashToken(token)
  const row = await db
    .selectFrom('operators.sessions')
    .select(['user_id', 'is_enrolling', 'used_at'])
    .where('token_hash', '=', tokenHash)
    .where('ends_at', '>', new Date(nowMs))
    .where('used_at', '>', new Date(nowMs - CONSOLE_IDLE_MS_MAX))
    .executeTakeFirst()
  if (row === undefined) return undefined
  if (nowMs - row.used_at.getTime() > TOUCH_MS) {
    await db
      .updateTable('operators.sessions')
      .set({ used_at: new Date(nowMs) })
      .where('token_hash', '=', tokenHash)
      .execute()
  }
  return { userId: row.user_id, isEnrolling: row.is_enrolling, tokenHash }
}

/** Which of these sessions are not over; looking is no use of them. */
export async function findLiveConsoles(
  db: Db,
  tokenHashes: readonly Uint8Array[],
  nowMs: number,
): Promise<readonly Uint8Array[]> {
  const rows = await db
    .selectFrom('operators.sessions')
    .select('token_hash')
    .where('token_hash', 'in', tokenHashes)
    .where('ends_at', '>', new Date(nowMs))
    .where('used_at', '>', new Date(nowMs - CONSOLE_IDLE_MS_MAX))
    .execute()
  return rows.map((row) => row.token_hash)
}

/** Ends one. */
export async function endConsole(db: Db, tokenHash: Uint8Array): Promise<void> {
  await db.deleteFrom('operators.sessions').where('token_hash', '=', tokenHash).execute()
}

/** Ends all of a user. */
export async function endConsolesOf(trx: Trx, userId: string): Promise<void> {
  await trx.deleteFrom('operators.sessions').where('user_id', '=', userId).execute()
}

/** What a page must send with every change: it can be had by our own page alone [G-15]. */
export function csrfOf(token: string): string {
  return createHash('sha256').update(`battalion csrf ${token}`).digest('base64url')
}

/** True when `given` is the token's. */
export function isCsrfOf(token: string, given: string): boolean {
  const expected = Buffer.from(csrfOf(token))
  const bytes = Buffer.from(given)
  return bytes.length === expected.length && timingSafeEqual(bytes, expected)
}

/** What the database keeps of a token. */
export function hashToken(token: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(token).digest())
}
