/**
 * Who a client is: the pair of tokens it keeps, and their renewal. A refresh token is good once, so
 * a client never sends it twice at the same time, and repeats a lost request under the same
 * Idempotency-Key, which gets the same answer. A pair that the server no longer takes is forgotten.
 */
import { webTimers } from './web-timers.ts'
import { AppError } from '@battalion/base/app-error.ts'
import { refreshSession } from './session.ts'

/** What signing in gives and a renewal replaces. */
export interface TokenPair {
  readonly accessToken: string
  readonly refreshToken: string
}

/** Where the pair is kept: memory here, the page's storage there. */
export interface TokenStore {
  /** Undefined when signed out. */
  read(): TokenPair | undefined
  /** Called with every new pair, with undefined when the session is over. */
  write(pair: TokenPair | undefined): void
}

/** Where a newer access token than a refused one comes from. */
export interface TokenSource {
  /** Undefined when there is none to be had for this user. */
  renew(refusedToken: string): Promise<string | undefined>
}

/** Keeps the pair in memory. */
export function createMemoryTokens(pair?: TokenPair): TokenStore {
  let kept = pair
  return {
    read: () => kept,
    write(next) {
      kept = next
    },
  }
}

/** Another page of the same storage may have renewed just now: looked for (ms). */
const OTHER_PAGE_LOOKS = 5
const OTHER_PAGE_LOOK_MS = 200

/** Renews the pair of one store, one request at a time. */
export class TokenRenewal implements TokenSource {
  readonly #baseUrl: string
  readonly #tokens: TokenStore
  /** The request on its way, for all who wait. */
  #running: Promise<string | undefined> | undefined
  /** The key of a request whose answer never came, with the token that it exchanges. */
  #unanswered: { readonly refreshToken: string; readonly key: string } | undefined

  constructor(baseUrl: string, tokens: TokenStore) {
    this.#baseUrl = baseUrl
    this.#tokens = tokens
  }

  /** A newer access token than the refused one; undefined when there is none to be had. */
  async renew(refusedToken: string): Promise<string | undefined> {
    const pair = this.#tokens.read()
    if (pair === undefined) return undefined
    if (pair.accessToken !== refusedToken) return pair.accessToken
    this.#running ??= this.#exchange(pair).finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #exchange(pair: TokenPair): Promise<string | undefined> {
    const { refreshToken } = pair
    const key =
      this.#unanswered?.refreshToken === refreshToken ? this.#unanswered.key : createRequestKey()
    this.#unanswered = { refreshToken, key }
    try {
      const next = await this.#ask(refreshToken, key)
      this.#tokens.write({ accessToken: next.accessToken, refreshToken: next.refreshToken })
      return next.accessToken
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      if (error.code === 'conflict') return this.#waitForOtherPage(pair)
      if (error.code !== 'unauthenticated') throw error
      // Only the pair that was refused is forgotten, not one that came meanwhile.
      if (this.#tokens.read()?.refreshToken === refreshToken) this.#tokens.write(undefined)
      return undefined
    }
  }

  /** Once more when no answer came: the server may have exchanged the token all the same. */
  async #ask(refreshToken: string, key: string): Promise<TokenPair> {
    try {
      return await refreshSession(this.#baseUrl, refreshToken, key)
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'unavailable') throw error
      return refreshSession(this.#baseUrl, refreshToken, key)
    }
  }

  async #waitForOtherPage(pair: TokenPair): Promise<string | undefined> {
    for (let look = 0; look < OTHER_PAGE_LOOKS; look++) {
      const now = this.#tokens.read()
      if (now?.accessToken !== pair.accessToken) return now?.accessToken
      const { promise, resolve } = Promise.withResolvers<void>()
      webTimers.setTimeout(resolve, OTHER_PAGE_LOOK_MS)
      await promise
    }
    return undefined
  }
}

/** A fresh Idempotency-Key: kept by the caller, it makes a repeated request one request. */
export function createRequestKey(): string {
  // Not randomUUID: browsers keep that to https and localhost.
  return globalThis.crypto.getRandomValues(new Uint32Array(4)).join('-')
}
