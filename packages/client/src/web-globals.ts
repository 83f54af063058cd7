/**
 * The few globals that browsers and Node 24 share, as small structural types: the client compiles
 * without DOM and without Node types, and touches nothing else of its surroundings.
 */

export interface WebResponse {
  readonly ok: boolean
  readonly status: number
  readonly headers: { get(name: string): string | null }
  json(): Promise<unknown>
}

export interface WebRequestInit {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string
}

/** `fetch`, as much of it as is used here. */
export type WebFetch = (url: string, init?: WebRequestInit) => Promise<WebResponse>

interface WebGlobals {
  readonly fetch: WebFetch
  setTimeout(callback: () => void, delayMs: number): unknown
  clearTimeout(handle: unknown): void
}

/** The surroundings, whichever they are. */
export const webGlobals = globalThis as unknown as WebGlobals
