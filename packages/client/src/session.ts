/**
 * The HTTP half: signing in as a guest, and the balance of a room. The caller keeps the token; this
 * file stores nothing but parsed balances, which never change under one version.
 */
import type { Balance } from '@battalion/sim/balance.ts'
import { parseBalance } from '@battalion/sim/parse-balance.ts'
import { toApiError, unreachable } from './api-error.ts'
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
  /** Good once; `refreshSession` exchanges it. */
  readonly refreshToken: string
}

export interface GuestOptions {
  readonly name?: string
  readonly botKey?: string
  /** Which bot this is, with the key: the same one is the same user. */
  readonly bot?: string
}

const balances = new Map<string, Promise<Balance>>()

/** A fresh guest. Throws ApiError with the server's code and sentence. */
export async function createGuest(
  baseUrl: string,
  options: GuestOptions = {},
): Promise<GuestSession> {
  const answer = await requestJson(`${trimUrl(baseUrl)}/v1/auth/guest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...botHeaders(options.botKey) },
    body: JSON.stringify({ name: options.name, bot: options.bot }),
  })
  return answer as GuestSession
}

/**
 * Exchanges a refresh token for a new pair. `requestKey` (a fresh random text, kept until the
 * answer is there) makes a repeated request get the same answer, so that none is lost on its way.
 */
export async function refreshSession(
  baseUrl: string,
  refreshToken: string,
  requestKey: string,
): Promise<GuestSession> {
  const answer = await requestJson(`${trimUrl(baseUrl)}/v1/auth/refresh`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': requestKey },
    body: JSON.stringify({ refreshToken }),
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

/** One HTTP exchange; throws ApiError for anything but a 2xx answer. */
export async function requestJson(url: string, init: WebRequestInit): Promise<unknown> {
  let response: WebResponse
  try {
    response = await webGlobals.fetch(url, init)
  } catch (cause) {
    throw unreachable(cause, url)
  }
  const body = await response.json().catch(() => undefined)
  if (!response.ok) throw toApiError(response, body)
  return body
}
