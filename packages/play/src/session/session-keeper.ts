/**
 * Who this browser is: the one place that hands out access tokens. The pair lies in localStorage
 * (the page runs no script but its own and shows what players write as text only), so all tabs are
 * one session. A refresh token is good once: only one tab at a time exchanges it, under a lock, and
 * looks first whether another tab just has. Where the browser has no locks (pages over plain http)
 * all tabs send one request key, and the server gives them one answer.
 */
import { AppError } from '@battalion/base/app-error.ts'

import type { SessionStore, StoredSession } from '../game/session-store.ts'

const LOCK_NAME = 'battalion.session'
/** Another tab that was first has written its answer within this time (ms). */
const OTHER_TAB_MS = 400
const OTHER_TAB_LOOKS = 5

/** What signing in answers. */
export interface SignedIn {
  readonly userId: string
  readonly accessToken: string
  readonly accessExpiresAt: string
  readonly refreshToken: string
}

/** One at a time, over all tabs. */
export type RunAlone = <T>(work: () => Promise<T>) => Promise<T>

/** What it stands on; tests hand in others. */
export interface SessionPorts {
  readonly store: SessionStore
  readonly createGuest: () => Promise<SignedIn>
  readonly refresh: (refreshToken: string, requestKey: string) => Promise<SignedIn>
  readonly runAlone?: RunAlone
  readonly wallMs?: () => number
}

/** Why somebody else is signed in now. */
export type SessionChange = 'adopted' | 'ended' | 'other_tab'

export class SessionKeeper {
  readonly #ports: SessionPorts
  readonly #runAlone: RunAlone
  readonly #wallMs: () => number
  readonly #listeners = new Set<(change: SessionChange) => void>()
  #userId: string | undefined

  constructor(ports: SessionPorts) {
    this.#ports = ports
    this.#runAlone = ports.runAlone ?? runWithLock
    this.#wallMs = ports.wallMs ?? Date.now
    this.#userId = ports.store.findAnySession()?.userId
  }

  /** Undefined until the first token. */
  get userId(): string | undefined {
    return this.#userId
  }

  /** A token good for a while: the stored one, a refreshed one, or a new guest's. */
  async accessToken(): Promise<string> {
    const known = this.#ports.store.findSession(this.#wallMs())
    if (known !== undefined) return this.#use(known)
    return this.#runAlone(async () => {
      const others = this.#ports.store.findSession(this.#wallMs())
      return this.#use(others ?? (await this.#renew()))
    })
  }

  /** The server refused this token: it is not handed out again, what it was refreshed to may be. */
  distrust(token: string): void {
    const { store } = this.#ports
    const session = store.findAnySession()
    if (session?.accessToken !== token) return
    store.saveSession({ ...session, accessExpiresAt: new Date(0).toISOString() })
  }

  /** Another token of the same user than the refused one; undefined when his session is over. */
  async renew(refusedToken: string): Promise<string | undefined> {
    const userId = this.#userId
    this.distrust(refusedToken)
    const token = await this.accessToken()
    return this.#userId === userId ? token : undefined
  }

  /** The token handed out last, however old. */
  findToken(): string | undefined {
    return this.#ports.store.findAnySession()?.accessToken
  }

  /** Somebody signed in, or the same user got a new session. */
  adopt(session: SignedIn): void {
    this.#ports.store.saveSession(toStored(session))
    this.#become(session.userId, 'adopted')
  }

  /** Signed out: the next token is a new guest's. */
  forget(): void {
    this.#ports.store.forgetSession()
    this.#become(undefined, 'adopted')
  }

  /** Tells when another user is signed in, here or in another tab. */
  listen(listener: (change: SessionChange) => void): void {
    this.#listeners.add(listener)
  }

  /** Hears what other tabs do. */
  watchOtherTabs(): void {
    addEventListener('storage', (event) => {
      if (event.key !== this.#ports.store.sessionKey) return
      const userId = this.#ports.store.findAnySession()?.userId
      // A tab that signs out writes nothing and then its guest; the guest is told of.
      if (userId !== undefined) this.#become(userId, 'other_tab')
    })
  }

  #use(session: StoredSession): string {
    this.#userId ??= session.userId
    if (session.userId !== undefined) this.#become(session.userId, 'other_tab')
    return session.accessToken
  }

  #become(userId: string | undefined, change: SessionChange): void {
    if (userId === this.#userId) return
    this.#userId = userId
    for (const listener of this.#listeners) listener(change)
  }

  async #renew(): Promise<StoredSession> {
    const session = this.#ports.store.findAnySession()
    const renewed = session === undefined ? undefined : await this.#refresh(session)
    if (renewed !== undefined) return renewed
    const guest = toStored(await this.#ports.createGuest())
    this.#ports.store.saveSession(guest)
    const hasEnded = this.#userId !== undefined
    this.#userId = guest.userId
    if (hasEnded) for (const listener of this.#listeners) listener('ended')
    return guest
  }

  /** The same user again; undefined when his session is over. */
  async #refresh(session: StoredSession): Promise<StoredSession | undefined> {
    const { refreshToken, requestKey } = session
    if (refreshToken === undefined) return undefined
    try {
      const next = await this.#exchange(refreshToken, requestKey ?? createRequestKey())
      const stored = toStored(next)
      this.#ports.store.saveSession(stored)
      return stored
    } catch (error) {
      const code = error instanceof AppError ? error.code : undefined
      if (code === 'conflict') return this.#waitForOtherTab(session, error)
      if (code === 'unauthenticated') return undefined
      throw error
    }
  }

  /** Once more when no answer came: the server may have exchanged the token all the same. */
  async #exchange(refreshToken: string, requestKey: string): Promise<SignedIn> {
    try {
      return await this.#ports.refresh(refreshToken, requestKey)
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'unavailable') throw error
      return this.#ports.refresh(refreshToken, requestKey)
    }
  }

  async #waitForOtherTab(old: StoredSession, error: unknown): Promise<StoredSession> {
    for (let look = 0; look < OTHER_TAB_LOOKS; look++) {
      const now = this.#ports.store.findAnySession()
      if (now !== undefined && now.accessToken !== old.accessToken) return now
      await new Promise((resolve) => {
        setTimeout(resolve, OTHER_TAB_MS)
      })
    }
    throw error
  }
}

/** What is kept of a session; the key of its next exchange is made now and shared by all tabs. */
function toStored(session: SignedIn): StoredSession {
  const { userId, accessToken, accessExpiresAt, refreshToken } = session
  return { userId, accessToken, accessExpiresAt, refreshToken, requestKey: createRequestKey() }
}

/** Not randomUUID: browsers keep that to https and localhost. */
function createRequestKey(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join('-')
}

/** Tabs of an insecure page have no locks; the shared request key stands in. */
function runWithLock<T>(work: () => Promise<T>): Promise<T> {
  const locks = (navigator as { readonly locks?: LockManager }).locks
  if (locks === undefined) return work()
  return locks.request(LOCK_NAME, work)
}
