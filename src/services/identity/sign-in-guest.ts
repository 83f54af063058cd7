/**
 * Signing in without an account: a fresh user and a session, in one statement. Bots sign in the
 * same way with a key that only processes started beside this one know: each is the same user at
 * every start, by the slot it names, so that a standing crowd leaves no trail of users behind.
 */
import { createHash, randomUUID, timingSafeEqual } from 'node:crypto'

import { AppError } from '@battalion/base/app-error.ts'

import type { Database } from '../../db/database.ts'
import type { IdentityPorts, Origin, SignedIn } from './identity-ports.ts'
import { deleteSessions, insertUserWithSession } from './session-queries.ts'
import { answerSignIn, draftSession, startSession } from './start-session.ts'
import { upsertBot } from './user-queries.ts'

/** Longest name shown, in code points; the rest is cut. */
export const NAME_CHARS_MAX = 20

/** Signs in a new guest. */
export async function signInGuest(
  database: Database,
  ports: IdentityPorts,
  request: { readonly name: string | undefined; readonly origin: Origin },
): Promise<SignedIn> {
  const id = randomUUID()
  const name = cleanName(request.name ?? '') || `Guest ${id.slice(0, 4)}`
  const { row, refreshToken } = draftSession(ports, id, request.origin)
  const user = { id, kind: 'guest', name } as const
  await insertUserWithSession(database.db, { ...user, nowMs: row.nowMs }, row)
  ports.live.remember(row.id)
  return answerSignIn(ports, { user, sessionId: row.id, refreshToken })
}

/** Signs in the bot of a slot; its earlier session is over. */
export async function signInBot(
  database: Database,
  ports: IdentityPorts,
  request: { readonly name: string | undefined; readonly slot: string; readonly origin: Origin },
): Promise<SignedIn> {
  const { slot, origin } = request
  const name = cleanName(request.name ?? '') || 'Bot'
  const nowMs = ports.clock.wallMs()
  return database.transact(async (trx) => {
    const id = await upsertBot(trx, { id: randomUUID(), slot, name, nowMs })
    await deleteSessions(trx, id)
    return startSession(trx, ports, { user: { id, kind: 'bot', name }, origin })
  })
}

/** Slots for bots that name none: counted from the start of the process, so reused at the next. */
export function createBotSlots(): () => string {
  let count = 0
  return () => `unnamed ${count++}`
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
