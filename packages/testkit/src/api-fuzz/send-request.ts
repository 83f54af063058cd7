/** One request as a fuzz sends it, and how an answer is read. */
import type { FuzzAnswer } from './judge-answer.ts'

/** A stream is left after its first bytes, or this long without any (ms). */
const STREAM_MS_MAX = 200
/** A request without an answer for so long is a finding (ms). */
const ANSWER_MS_MAX = 60_000
/** How often a busy database is asked, and the first pause between (ms). */
const TRIES_MAX = 8
const RETRY_MS = 500
const SHOWN_CHARS = 200

/** What is sent. */
export interface FuzzRequest {
  readonly path: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array<ArrayBuffer> | undefined
}

/** Sends it. */
export async function sendRequest(
  url: string,
  { path, method, headers, body }: FuzzRequest,
): Promise<FuzzAnswer> {
  const init: RequestInit = { method, headers, redirect: 'manual' }
  const full = body === undefined ? init : { ...init, body }
  const response = await fetchPatiently(url + path, full)
  const contentType = response.headers.get('content-type') ?? ''
  const isStream = contentType.startsWith('text/event-stream')
  const text = isStream ? await readSome(response) : await response.text()
  const cookies = response.headers.getSetCookie().join('\n')
  const location = response.headers.get('location') ?? ''
  return { status: response.status, contentType, text, cookies, location }
}

/**
 * A database that had no time is asked again, as the answer says: on a busy machine that is no
 * fault. A request that it never has time for stays one.
 */
async function fetchPatiently(url: string, init: RequestInit): Promise<Response> {
  for (let tries = 1; ; tries++) {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(ANSWER_MS_MAX) })
    if (response.status !== 503 || tries === TRIES_MAX) return response
    const text = await response.clone().text()
    if (!text.includes('"database_unavailable"')) return response
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS * tries))
  }
}

async function readSome(response: Response): Promise<string> {
  const reader = response.body!.getReader()
  const timer = setTimeout(() => void reader.cancel(), STREAM_MS_MAX)
  const { value } = await reader.read()
  clearTimeout(timer)
  await reader.cancel()
  return new TextDecoder().decode(value)
}

/** A request in a finding; no token is shown whole. */
export function showRequest({ method, path, headers, body }: FuzzRequest): string {
  const said = typeof body === 'string' ? body.slice(0, SHOWN_CHARS) : String(body)
  const { authorization = '', cookie = '', ...rest } = headers
  const head = `${JSON.stringify(rest)} ${authorization.slice(0, 12)}${cookie.slice(0, 12)}`
  return `${method} ${path.slice(0, SHOWN_CHARS)} ${head} ${said}`
}

/** An answer in a finding. */
export function showAnswer({ status, text }: FuzzAnswer): string {
  return `${status} ${text.slice(0, SHOWN_CHARS)}`
}
