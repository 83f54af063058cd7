/**
 * Names for ids: lines and parties carry ids only, so names are asked for in bunches, each once.
 */
import type { ApiClient } from '@battalion/client/api-client.ts'

import type { Signal } from './signal.ts'

/** Ids of one question; the server takes no more. */
const IDS_MAX = 50
/** What is needed within this time shares one question (ms). */
const GATHER_MS = 60
/** Names kept; at the limit the oldest are forgotten and asked for again. */
const NAMES_MAX = 2000

export class NameBook {
  readonly #api: ApiClient
  readonly #changed: Signal
  readonly #names = new Map<string, string>()
  readonly #wanted = new Set<string>()
  readonly #asked = new Set<string>()
  #isAskPlanned = false

  constructor(api: ApiClient, changed: Signal) {
    this.#api = api
    this.#changed = changed
  }

  /** Known from elsewhere. */
  learn(userId: string, name: string): void {
    if (name === '' || this.#names.get(userId) === name) return
    if (this.#names.size >= NAMES_MAX) this.#names.delete(this.#names.keys().next().value!)
    this.#names.set(userId, name)
    this.#changed.fire()
  }

  /** The name, or a stand-in until it is known; asks for it. */
  nameOf(userId: string | null): string {
    if (userId === null) return 'Somebody'
    const known = this.#names.get(userId)
    if (known !== undefined) return known
    if (!this.#asked.has(userId)) this.#want(userId)
    return '…'
  }

  #want(userId: string): void {
    this.#wanted.add(userId)
    if (this.#isAskPlanned) return
    this.#isAskPlanned = true
    setTimeout(() => void this.#ask(), GATHER_MS)
  }

  async #ask(): Promise<void> {
    const ids = [...this.#wanted].slice(0, IDS_MAX)
    for (const id of ids) {
      this.#wanted.delete(id)
      this.#asked.add(id)
    }
    try {
      const query = { ids: ids.join(',') }
      const { players } = await this.#api.get('/v1/players', { params: { query } })
      for (const { userId, name } of players) this.learn(userId, name)
      const found = new Set(players.map(({ userId }) => userId))
      for (const id of ids) if (!found.has(id)) this.learn(id, 'Somebody who left')
    } catch {
      // Asked again when it is shown again; a name that is missing hurts nobody.
    }
    for (const id of ids) this.#asked.delete(id)
    this.#isAskPlanned = false
    if (this.#wanted.size > 0) this.#want([...this.#wanted][0]!)
  }
}
