/**
 * What the page remembers between visits: the guest's token, the name, the class, the theme. Kept
 * in localStorage, and forgotten without a fuss where there is none.
 */

export interface StoredSession {
  readonly accessToken: string
  /** RFC 3339 UTC. */
  readonly accessExpiresAt: string
}

const KEYS = {
  session: 'battalion.session',
  name: 'battalion.name',
  classId: 'battalion.class',
  theme: 'battalion.theme',
} as const

/** A token this close to its end is not used any more (ms). */
const EXPIRY_MARGIN_MS = 60_000

export type Storage = Pick<globalThis.Storage, 'getItem' | 'setItem' | 'removeItem'>

export class SessionStore {
  readonly #storage: Storage

  constructor(storage: Storage) {
    this.#storage = storage
  }

  /** The stored session when it is whole and good for a while, undefined otherwise. */
  findSession(nowMs: number): StoredSession | undefined {
    const text = this.#read(KEYS.session)
    if (text === undefined) return undefined
    const session = parseSession(text)
    if (session === undefined) return undefined
    const expiresMs = Date.parse(session.accessExpiresAt)
    return expiresMs - EXPIRY_MARGIN_MS > nowMs ? session : undefined
  }

  saveSession(session: StoredSession): void {
    const { accessToken, accessExpiresAt } = session
    this.#write(KEYS.session, JSON.stringify({ accessToken, accessExpiresAt }))
  }

  forgetSession(): void {
    try {
      this.#storage.removeItem(KEYS.session)
    } catch {
      // Storage may be switched off; then there is nothing to forget.
    }
  }

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
    return { accessToken: value.accessToken, accessExpiresAt: value.accessExpiresAt }
  } catch {
    return undefined
  }
}
