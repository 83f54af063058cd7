/**
 * Who is seen online by whom, of the clients of this process. Coming is told at once; going only
 * after a grace, so that a reloaded page or a lost network does not flicker on friends' screens.
 * Who hides is never told of, and vanishes at once when he begins to. Bounded by the members of the
 * hub and by GRACE_USERS_MAX; beyond that going is told at once. Timers are handed in.
 */
import type { TimerHandle, Timers } from '@battalion/base/clock.ts'

/** Users who have gone and still count as here. */
export const GRACE_USERS_MAX = 20_000

/** What presence stands on. */
export interface PresencePorts<Watcher> {
  readonly timers: Timers
  /** How long who has gone still counts as here (ms). */
  readonly graceMs: number
  /** A friend came or went. */
  readonly tell: (watcher: Watcher, userId: string, isOnline: boolean) => void
}

interface Entry {
  isHidden: boolean
  /** Runs while the user has gone. */
  grace: TimerHandle | undefined
}

/** The presence of one process. */
export class HomePresence<Watcher> {
  readonly #ports: PresencePorts<Watcher>
  readonly #entries = new Map<string, Entry>()
  /** By user, who hears of him. */
  readonly #watchers = new Map<string, Set<Watcher>>()
  #graceCount = 0

  constructor(ports: PresencePorts<Watcher>) {
    this.#ports = ports
  }

  /** The user has a client here. */
  came(userId: string, isHidden: boolean): void {
    const wasSeen = this.isSeen(userId)
    this.#endGrace(this.#entries.get(userId))
    this.#entries.set(userId, { isHidden, grace: undefined })
    this.#tellChange(userId, wasSeen)
  }

  /** The user's last client has gone. */
  went(userId: string): void {
    const entry = this.#entries.get(userId)
    if (entry === undefined || entry.grace !== undefined) return
    if (this.#ports.graceMs <= 0 || this.#graceCount >= GRACE_USERS_MAX) return this.#end(userId)
    this.#graceCount++
    entry.grace = this.#ports.timers.setTimeout(() => this.#end(userId), this.#ports.graceMs)
  }

  /** The user hides from now on, or no longer. */
  setHidden(userId: string, isHidden: boolean): void {
    const entry = this.#entries.get(userId)
    if (entry === undefined) return
    const wasSeen = this.isSeen(userId)
    entry.isHidden = isHidden
    this.#tellChange(userId, wasSeen)
  }

  /** True while friends see the user online. */
  isSeen(userId: string): boolean {
    return this.#entries.get(userId)?.isHidden === false
  }

  /** From now on `watcher` hears of the user. */
  watch(watcher: Watcher, userId: string): void {
    const watchers = this.#watchers.get(userId) ?? new Set()
    this.#watchers.set(userId, watchers.add(watcher))
  }

  /** `watcher` hears of him no more. */
  unwatch(watcher: Watcher, userId: string): void {
    const watchers = this.#watchers.get(userId)
    watchers?.delete(watcher)
    if (watchers?.size === 0) this.#watchers.delete(userId)
  }

  #end(userId: string): void {
    const wasSeen = this.isSeen(userId)
    this.#endGrace(this.#entries.get(userId))
    this.#entries.delete(userId)
    this.#tellChange(userId, wasSeen)
  }

  #endGrace(entry: Entry | undefined): void {
    if (entry?.grace === undefined) return
    entry.grace.cancel()
    entry.grace = undefined
    this.#graceCount--
  }

  #tellChange(userId: string, wasSeen: boolean): void {
    const isSeen = this.isSeen(userId)
    if (isSeen === wasSeen) return
    for (const watcher of this.#watchers.get(userId) ?? []) {
      this.#ports.tell(watcher, userId, isSeen)
    }
  }
}
