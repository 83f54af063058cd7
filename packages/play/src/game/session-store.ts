/**
 * What the page remembers between visits: the session, the name, the class, the theme. Kept
 * in localStorage, and forgotten without a fuss where there is none.
 */

export interface StoredSession {
  readonly accessToken: string
  /** RFC 3339 UTC. */
  readonly accessExpiresAt: string
  /** Keeps the user beyond the access token. */
  readonly refreshToken?: string
  readonly userId?: string
  /** Sent with the exchange of the refresh token, the same by all tabs. */
  readonly requestKey?: string
}

const KEYS = {
  session: 'battalion.session',
  name: 'battalion.name',
  classId: 'battalion.class',
  theme: 'battalion.theme',
} as const

const TEXT_KEY_PREFIX = 'battalion.text.'

/** A token this close to its end is not used any more (ms). */
const EXPIRY_MARGIN_MS = 60_000

export type Storage = Pick<globalThis.Storage, 'getItem' | 'setItem' | 'removeItem'>

export class SessionStore {
  readonly #storage: Storage

  constructor(storage: Storage) {
    this.#storage = storage
  }

  /** What was stored last, run out or not. */
  findAnySession(): StoredSession | undefined {
    const text = this.#read(KEYS.session)
    return text === undefined ? undefined : parseSession(text)
  }

  /** The stored session when it is whole and good for a while, undefined otherwise. */
  findSession(nowMs: number): StoredSession | undefined {
    const session = this.findAnySession()
    if (session === undefined) return undefined
    const expiresMs = Date.parse(session.accessExpiresAt)
    return expiresMs - EXPIRY_MARGIN_MS > nowMs ? session : undefined
  }

  saveSession(session: StoredSession): void {
    this.#write(KEYS.session, JSON.stringify(session))
  }

  forgetSession(): void {
    try {
      this.#storage.removeItem(KEYS.session)
    } catch {
      // Storage may be switched off; then there is nothing to forget.
    }
  }

  /** The key that the session lies under; other tabs hear of it by this. */
  readonly sessionKey = KEYS.session

  get name(): string {
    return this.#read(KEYS.name) ?? ''
  }

  get classId(): string {
    return this.#read(KEYS.classId) ?? ''
  }

  get theme(): string {
    return this.#read(KEYS.theme) ?? ''
  }

  saveChoice(choice: { name: string; classId: string }): void {
    this.#write(KEYS.name, choice.name)
    this.#write(KEYS.classId, choice.classId)
  }

  saveTheme(theme: string): void {
    this.#write(KEYS.theme, theme)
  }

  /** A text of another part of the page; nothing secret. */
  readText(key: string): string | undefined {
    return this.#read(`${TEXT_KEY_PREFIX}${key}`)
  }

  writeText(key: string, text: string): void {
    this.#write(`${TEXT_KEY_PREFIX}${key}`, text)
  }

  #read(key: string): string | undefined {
    try {
      return this.#storage.getItem(key) ?? undefined
    } catch {
      return undefined
    }
  }

  #write(key: string, value: string): void {
    try {
      this.#storage.setItem(key, value)
    } catch {
      // Full or switched off: the page works, it only forgets.
    }
  }
}

function parseSession(text: string): StoredSession | undefined {
  try {
    const value = JSON.parse(text) as Partial<StoredSession> | null
    if (typeof value?.accessToken !== 'string') return undefined
    if (typeof value.accessExpiresAt !== 'string') return undefined
    const { accessToken, accessExpiresAt } = value
    return { accessToken, accessExpiresAt, ...pickTexts(value) }
  } catch {
    return undefined
  }
}

function pickTexts(value: Partial<StoredSession>): Partial<StoredSession> {
  const texts = Object.entries(value).filter(([key, text]) => {
    return ['refreshToken', 'userId', 'requestKey'].includes(key) && typeof text === 'string'
  })
  return Object.fromEntries(texts)
}
