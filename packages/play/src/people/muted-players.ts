/**
 * Players whose lines this browser does not show. Weaker than a block: they notice nothing, and may
 * still be played with. Kept in this browser only.
 */
import type { HostMemory } from './people-host.ts'

/** At the limit the first muted is heard again. */
const MUTED_MAX = 200
const KEY = 'muted'

export class MutedPlayers {
  readonly #memory: HostMemory
  readonly #userIds: Set<string>

  constructor(memory: HostMemory) {
    this.#memory = memory
    const stored = memory.read(KEY) ?? ''
    this.#userIds = new Set(stored.split(',').filter((userId) => userId !== ''))
  }

  has(userId: string | null): boolean {
    return userId !== null && this.#userIds.has(userId)
  }

  toggle(userId: string): void {
    if (!this.#userIds.delete(userId)) this.#userIds.add(userId)
    const kept = [...this.#userIds].slice(-MUTED_MAX)
    this.#memory.write(KEY, kept.join(','))
  }
}
