/**
 * The HTTP half: signing in as a guest, and the balance of a room. The caller keeps the token; this
 * file stores nothing but parsed balances, which never change under one version.
 */
import { AppError, ERROR_CODES, type ErrorCode } from '@battalion/base/app-error.ts'
import type { Balance } from '@battalion/sim/balance.ts'
import { parseBalance } from '@battalion/sim/parse-balance.ts'
import { webGlobals, type WebRequestInit, type WebResponse } from './web-globals.ts'

/** Header by which a server's own bots pass limits meant for strangers. */
export const BOT_KEY_HEADER = 'x-battalion-bot-key'
/** Balances kept per process; at the limit the oldest is forgotten. */
export const BALANCES_CACHED_MAX = 16

export interface GuestSession {
  readonly userId: string
  readonly accessToken: string
  /** RFC 3339 UTC. */
  readonly accessExpiresAt: string
}

export interface GuestOptions {
  readonly name?: string
  readonly botKey?: string
}

const balances = new Map<string, Promise<Balance>>()

/** A fresh guest. Throws AppError with the server's code and sentence. */
export async function createGuest(
  baseUrl: string,
  options: GuestOptions = {},
): Promise<GuestSession> {
  const answer = await requestJson(`${trimUrl(baseUrl)}/v1/auth/guest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...botHeaders(options.botKey) },
    body: JSON.stringify(options.name === undefined ? {} : { name: options.name }),
  })
  return answer as GuestSession
}

/** The balance of `version`, parsed; fetched once per process, address and version. */
export function fetchBalance(baseUrl: string, version: string): Promise<Balance> {
  const url = `${trimUrl(baseUrl)}/v1/balance/${encodeURIComponent(version)}`
  const known = balances.get(url)
  if (known !== undefined) return known
  const fetched = loadBalance(url)
  // `current` changes with the server, so it is never kept.
  if (version !== 'current') rememberBalance(url, fetched)
  return fetched
}

function rememberBalance(url: string, fetched: Promise<Balance>): void {
  if (balances.size >= BALANCES_CACHED_MAX) balances.delete(balances.keys().next().value!)
  balances.set(url, fetched)
  fetched.catch(() => balances.delete(url))
}

async function loadBalance(url: string): Promise<Balance> {
  const answer = (await requestJson(url, {})) as { files: Record<string, unknown> }
  return parseBalance(answer.files)
}

/** Headers that show the bot key, none without one. */
export function botHeaders(botKey: string | undefined): Record<string, string> {
  return botKey === undefined ? {} : { [BOT_KEY_HEADER]: botKey }
}

/** `baseUrl` without a slash at its end. */
export function trimUrl(baseUrl: string): string {
  return baseUrl.endsWith('/') ? baseUrl.slice(0, -1) : baseUrl
}

/** One HTTP exchange; throws AppError for anything but a 2xx answer. */
export async function requestJson(url: string, init: WebRequestInit): Promise<unknown> {
  let response: WebResponse
  try {
    response = await webGlobals.fetch(url, init)
  } catch (cause) {
    throw new AppError('unavailable', 'The server cannot be reached.', { cause, internal: url })
  }
  const body = await response.json().catch(() => undefined)
  if (!response.ok) throw problemOf(response, body)
  return body
}

/** RFC 9457 problem → AppError. */
function problemOf(response: WebResponse, body: unknown): AppError {
  const problem = (body ?? {}) as Record<'code' | 'detail' | 'title' | 'error', unknown>
  const code = ERROR_CODES.find((known) => known === problem.code) ?? codeOfStatus(response.status)
  const text = problem.detail ?? problem.title ?? problem.error
  const retryAfterSec = Number(response.headers.get('retry-after') ?? Number.NaN)
  return new AppError(
    code,
    typeof text === 'string' ? text : `The server answered ${response.status}.`,
    Number.isFinite(retryAfterSec) ? { retryAfterSec } : {},
  )
}

function codeOfStatus(status: number): ErrorCode {
  if (status === 401) return 'unauthenticated'
  if (status === 404) return 'not_found'
  if (status === 429) return 'rate_limited'
  return status >= 500 ? 'unavailable' : 'invalid_request'
}
