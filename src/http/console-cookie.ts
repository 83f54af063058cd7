/**
 * The console's cookie and the CSRF header beside it [G-15]: HttpOnly, SameSite=Strict, for the
 * paths of the console alone, Secure wherever the page comes by https. Neither is a token of the
 * game, nor the other way round [F-03].
 */
import { AppError } from '@battalion/base/app-error.ts'
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'

import type { ConsoleSession, StartedConsole } from '../services/operators/console-sessions.ts'
import { isCsrfOf } from '../services/operators/console-sessions.ts'
import type { HttpEnv } from './http-ports.ts'

export const CONSOLE_COOKIE = 'battalion_console'
export const CSRF_HEADER = 'x-csrf-token'
const COOKIE_PATH = '/v1/admin'
const SAFE_METHODS = new Set(['GET', 'HEAD'])

/** Who is signed in to the console, and with what. */
export interface OperatorClaims extends ConsoleSession {
  readonly token: string
}

/** The session of this request; throws `unauthenticated`, or `forbidden` without the header. */
export async function authenticateOperator(
  context: Context<HttpEnv>,
  find: (token: string) => Promise<ConsoleSession | undefined>,
): Promise<OperatorClaims> {
  const token = getCookie(context, CONSOLE_COOKIE) ?? ''
  const session = await find(token)
  if (session === undefined) throw new AppError('unauthenticated', 'Sign in to the console.')
  if (!SAFE_METHODS.has(context.req.method)) {
    const given = context.req.header(CSRF_HEADER) ?? ''
    if (!isCsrfOf(token, given)) {
      throw new AppError('forbidden', 'The request does not come from the console.')
    }
  }
  return { ...session, token }
}

/** Puts a fresh session's cookie into the answer. */
export function setConsoleCookie(
  context: Context<HttpEnv>,
  started: StartedConsole,
  at: { readonly publicUrl: string; readonly nowMs: number },
): void {
  setCookie(context, CONSOLE_COOKIE, started.token, {
    httpOnly: true,
    sameSite: 'Strict',
    path: COOKIE_PATH,
    secure: isHttps(context, at.publicUrl),
    maxAge: Math.max(1, Math.floor((started.endsAtMs - at.nowMs) / 1000)),
  })
}

/** Takes it away. */
export function clearConsoleCookie(context: Context<HttpEnv>): void {
  deleteCookie(context, CONSOLE_COOKIE, { path: COOKIE_PATH })
}

/** A header that lies makes the liar's own cookie stricter, nothing else. */
function isHttps(context: Context<HttpEnv>, publicUrl: string): boolean {
  return publicUrl.startsWith('https:') || context.req.header('x-forwarded-proto') === 'https'
}
