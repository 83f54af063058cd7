/**
 * Operators of a test server: an account with a role and a proved second factor, signed in to the
 * console. Tests only.
 */
import { randomBytes } from 'node:crypto'

import type { Database } from '../db/database.ts'
import { CONSOLE_COOKIE, CSRF_HEADER } from '../http/console-cookie.ts'
import { giveRole } from '../services/identity/roles.ts'
import type { Role } from '../services/identity/roles.ts'
import { totpCode, totpStep } from '../services/identity/totp.ts'
import { csrfOf, startConsole } from '../services/operators/console-sessions.ts'
import { createEventOutbox } from '../services/outbox/event-outbox.ts'
import { systemClock } from '../system-clock.ts'

/** An operator as a test uses him. */
export interface TestOperator {
  readonly userId: string
  readonly name: string
  readonly password: string
  /** Cookie and CSRF header of his console. */
  readonly headers: Readonly<Record<string, string>>
  /** A code of the authenticator app, so many steps from now; each is good once. */
  readonly code: (stepOffset: number) => string
}

/** Signs up, proves a second factor, gets a role (or none) and opens a console. */
export async function createOperator(
  server: { readonly url: string; readonly database: Database },
  role: Role | undefined,
): Promise<TestOperator> {
  const { url, database } = server
  const { name, password, userId, accessToken } = await signUp(url)
  const begun = await ask(`${url}/v1/me/totp`, { password }, accessToken)
  const { secret } = begun as { secret: string }
  const key = fromBase32(secret)
  const code = (offset: number) => totpCode(key, totpStep(systemClock.wallMs()) + offset)
  await confirm(url, () => code(-1), accessToken)
  const ports = {
    clock: systemClock,
    outbox: createEventOutbox(systemClock),
    onSessionsEnded: () => undefined,
  }
  const { token } = await database.transact(async (trx) => {
    if (role !== undefined) await giveRole(trx, ports, { userId, role, by: null })
    const nowMs = systemClock.wallMs()
    const origin = { address: '127.0.0.1', device: 'test' }
    return startConsole(trx, { userId, isEnrolling: false, ...origin, nowMs })
  })
  return { userId, name, password, code, headers: consoleHeaders(token) }
}

const STEP_MS = 30_000
/** A page or a request on a busy machine may take so long (ms). */
const ON_ITS_WAY_MS = 8000

/** Waits for the next step of codes when this one is nearly over: the one before dies with it. */
export async function insideStep(): Promise<void> {
  const leftMs = STEP_MS - (systemClock.wallMs() % STEP_MS)
  if (leftMs < ON_ITS_WAY_MS) await new Promise((resolve) => setTimeout(resolve, leftMs))
}

/** A code that went out of date on its way to a busy server is made anew. */
async function confirm(url: string, code: () => string, token: string): Promise<void> {
  for (let triesLeft = 3; ; triesLeft--) {
    try {
      await ask(`${url}/v1/me/totp/confirm`, { code: code() }, token)
      return
    } catch (error) {
      if (triesLeft === 0 || !String(error).includes('totp_required')) throw error
    }
  }
}

/** A new account; a machine that is busy with other tests is asked again, by another name. */
async function signUp(url: string, triesLeft = 4) {
  const name = `Op ${randomBytes(4).toString('hex')}`
  const password = 'difference engine'
  const email = `${name.replace(' ', '.')}@example.org`
  try {
    const account = await ask(`${url}/v1/auth/signup`, { name, email, password })
    return { name, password, ...(account as { userId: string; accessToken: string }) }
  } catch (error) {
    if (triesLeft === 0 || !String(error).includes(': 503 ')) throw error
    return signUp(url, triesLeft - 1)
  }
}

/** What a page of the console sends. */
export function consoleHeaders(token: string): Record<string, string> {
  return { cookie: `${CONSOLE_COOKIE}=${token}`, [CSRF_HEADER]: csrfOf(token) }
}

/** Times that a busy server is asked again, a second apart: tests share their machine. */
const BUSY_TRIES_MAX = 60

async function ask(url: string, body: unknown, token?: string): Promise<unknown> {
  for (let count = 0; ; count++) {
    const answer = await post(url, body, token)
    const text = await answer.text()
    if (answer.ok) return text === '' ? {} : JSON.parse(text)
    if (answer.status !== 503 || count >= BUSY_TRIES_MAX) {
      throw new Error(`${url}: ${answer.status} ${text}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
}

function post(url: string, body: unknown, token: string | undefined): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}

/** RFC 4648 without padding, as authenticator apps read it. */
export function fromBase32(text: string): Uint8Array {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = Array.from(text, (letter) =>
    letters.indexOf(letter).toString(2).padStart(5, '0'),
  ).join('')
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2))
}
