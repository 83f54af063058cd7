/**
 * Whether a session still counts, asked at every request and every join: a bounded memory in front
 * of the table. What ended here is forgotten as its transaction commits, what ended elsewhere by
 * the bus event, and every answer is asked again after a minute. When the database is away,
 * sessions already known go on for KNOWN_MS_MAX; unknown ones get `database_unavailable`.
 */
import type { Clock } from '@battalion/base/clock.ts'

import type { Db } from '../../db/database.ts'
import { isSessionLive } from './session-queries.ts'

/** Sessions remembered; the least recently asked is forgotten first and costs one query again. */
export const KNOWN_SESSIONS_MAX = 50_000
/** An answer this old is asked again (ms): a lost bus event is healed by then. */
const FRESH_MS_MAX = 60_000
/** A known session goes on this long without a database (ms): the life of an access token. */
export const KNOWN_MS_MAX = 900_000

/** Names a session and whose it is. */
export interface SessionClaims {
  readonly userId: string
  readonly sessionId: string
}

/** The port that HTTP and rooms ask. */
export interface Sessions {
  /** False when it ended; throws `database_unavailable` when nobody can say. */
  isLive(claims: SessionClaims): Promise<boolean>
}

/** As the database makes them. */
const SESSION_ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/

/** The sessions of one process. */
export class LiveSessions implements Sessions {
  readonly #db: Db
  readonly #clock: Clock
  /** When each was last found live (ms, monotonic), the least recently asked first. */
  readonly #foundAtMs = new Map<string, number>()
  readonly #asking = new Map<string, Promise<boolean>>()
  /** Counts endings: an answer that was under way meanwhile is not remembered. */
  #endCount = 0

  constructor(db: Db, clock: Clock) {
    this.#db = db
    this.#clock = clock
  }

  async isLive({ sessionId }: SessionClaims): Promise<boolean> {
    // A token of an earlier version names its session otherwise, which no row can be asked for.
    if (!SESSION_ID.test(sessionId)) return false
    const foundAtMs = this.#foundAtMs.get(sessionId)
    const ageMs = foundAtMs === undefined ? Infinity : this.#clock.monotonicMs() - foundAtMs
    if (ageMs <= FRESH_MS_MAX) {
      this.#keep(sessionId, foundAtMs!)
      return true
    }
    try {
      return await this.#ask(sessionId)
    } catch (error) {
      if (ageMs <= KNOWN_MS_MAX && this.#foundAtMs.has(sessionId)) return true
      throw error
    }
  }

  /** It has just begun here. */
  remember(sessionId: string): void {
    this.#keep(sessionId, this.#clock.monotonicMs())
  }

  /** It ended, here or elsewhere. */
  forget(sessionIds: readonly string[]): void {
    this.#endCount++
    for (const id of sessionIds) {
      this.#foundAtMs.delete(id)
      this.#asking.delete(id)
    }
  }

  #ask(sessionId: string): Promise<boolean> {
    const asked = this.#asking.get(sessionId)
    if (asked !== undefined) return asked
    const answer = this.#query(sessionId).finally(() => {
      if (this.#asking.get(sessionId) === answer) this.#asking.delete(sessionId)
    })
    this.#asking.set(sessionId, answer)
    return answer
  }

  async #query(sessionId: string): Promise<boolean> {
    const endCount = this.#endCount
    const isLive = await isSessionLive(this.#db, sessionId, this.#clock.wallMs())
    if (endCount !== this.#endCount) return isLive
    if (isLive) this.remember(sessionId)
    else this.#foundAtMs.delete(sessionId)
    return isLive
  }

  #keep(sessionId: string, foundAtMs: number): void {
    this.#foundAtMs.delete(sessionId)
    this.#foundAtMs.set(sessionId, foundAtMs)
    if (this.#foundAtMs.size <= KNOWN_SESSIONS_MAX) return
    const [oldest] = this.#foundAtMs.keys()
    if (oldest !== undefined) this.#foundAtMs.delete(oldest)
  }
}
