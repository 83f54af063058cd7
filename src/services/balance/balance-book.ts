/**
 * Which balance battles begin with in this process, and every version that clients may ask for. The
 * highest number is played, a published version before the shipped one of the same number. What
 * another process published is found within {@link LOOK_MS}. A published version that this program
 * can no longer parse is passed over, with an event, for the next that it can; the shipped one is
 * always there. Versions never change, so what is known stays right while the database is away.
 */
import type { Timers } from '@battalion/base/clock.ts'

import type { Database } from '../../db/database.ts'
import { WakeLoop } from '../wake-loop.ts'
import { findVersion, listNumbers } from './balance-queries.ts'
import type { BalanceReader } from './balance-reader.ts'
import { nameFiles, numberOf, readVersion } from './balance-version.ts'
import type { LoadedBalance } from './balance-version.ts'

/** Pause between looks for what another process published (ms). */
export const LOOK_MS = 2000
/** Versions kept ready beside the shipped and the played one; another costs a query again. */
export const KEPT_MAX = 8
/** Versions that are tried when the newest cannot be parsed; then the shipped one is played. */
const TRIES_MAX = 20

/** What is told of it. */
export type BookEvent =
  | { readonly kind: 'played'; readonly version: string }
  | { readonly kind: 'broken'; readonly version: string; readonly why: string }
  | { readonly kind: 'delayed'; readonly error: unknown }

/** What a book stands on. */
export interface BookOptions {
  readonly database: Pick<Database, 'db' | 'ready'>
  readonly shipped: LoadedBalance
  readonly reader: Pick<BalanceReader, 'load'>
  readonly timers: Timers
  readonly onEvent: (event: BookEvent) => void
}

/** The balances of one process. */
export class BalanceBook {
  /** Resolves when the database was asked for the first time, however that went. */
  readonly asked: Promise<void>
  /** Resolves when the database said for the first time what is published. */
  readonly known: Promise<void>
  readonly #options: BookOptions
  readonly #loop: WakeLoop
  readonly #broken = new Set<string>()
  /** By name, the least recently asked first. */
  readonly #kept = new Map<string, LoadedBalance>()
  #shipped: LoadedBalance
  #played: LoadedBalance
  #newest: number | undefined
  #firstAsked: () => void
  #firstKnown: () => void

  constructor(options: BookOptions) {
    this.#options = options
    this.#shipped = options.shipped
    this.#played = options.shipped
    const first = Promise.withResolvers<void>()
    this.asked = first.promise
    this.#firstAsked = first.resolve
    const known = Promise.withResolvers<void>()
    this.known = known.promise
    this.#firstKnown = known.resolve
    this.#loop = new WakeLoop({
      timers: options.timers,
      step: () => this.#look(),
      onError: (error) => {
        this.#firstAsked()
        options.onEvent({ kind: 'delayed', error })
      },
    })
  }

  /** Looks as soon as the database is there. */
  start(): void {
    this.#options.database.ready.then(() => this.#loop.start()).catch(() => this.#firstAsked())
  }

  async stop(): Promise<void> {
    await this.#loop.stop()
  }

  /** Looks at once: something was published here. */
  wake(): void {
    this.#loop.wake()
  }

  /** What new battles are played with. */
  get played(): LoadedBalance {
    return this.#played
  }

  /** What came with this program, under the name it has beside what is published. */
  get shipped(): LoadedBalance {
    return this.#shipped
  }

  /** Why a published version is not played here; undefined when nothing speaks against it. */
  isBroken(version: string): boolean {
    return this.#broken.has(version)
  }

  /** A version that can be played, or `current`; undefined when there is none of that name. */
  async find(version: string): Promise<LoadedBalance | undefined> {
    if (version === 'current') return this.#played
    for (const known of [this.#played, this.#shipped]) {
      if (known.version === version) return known
    }
    const name = readVersion(version)
    return name?.kind === 'published' ? await this.#load(name.number) : undefined
  }

  async #look(): Promise<number> {
    const { db } = this.#options.database
    const least = numberOf(this.#shipped.version)
    const numbers = await listNumbers(db, least, TRIES_MAX)
    if (numbers[0] !== this.#newest || this.#newest === undefined) {
      this.#yieldName(numbers)
      await this.#choose(numbers)
      this.#newest = numbers[0]
    }
    this.#firstAsked()
    this.#firstKnown()
    return LOOK_MS
  }

  /** A later program may ship what was published under the same name: that one keeps it. */
  #yieldName(numbers: readonly number[]): void {
    const { version, files, balance } = this.#shipped
    if (!numbers.some((number) => String(number) === version)) return
    const other = `${version}.shipped`
    this.#shipped = {
      version: other,
      files: nameFiles(files, other),
      balance: { ...balance, version: other },
    }
  }

  async #choose(numbers: readonly number[]): Promise<void> {
    let found: LoadedBalance | undefined
    for (const number of numbers) {
      found = await this.#load(number)
      if (found !== undefined) break
    }
    const next = found ?? this.#shipped
    if (next.version === this.#played.version) return
    this.#played = next
    this.#options.onEvent({ kind: 'played', version: next.version })
  }

  async #load(number: number): Promise<LoadedBalance | undefined> {
    const version = String(number)
    const known = this.#kept.get(version)
    if (known !== undefined) {
      this.#keep(known)
      return known
    }
    if (this.#broken.has(version)) return undefined
    const row = await findVersion(this.#options.database.db, { kind: 'published', number })
    if (row === undefined) return undefined
    const loaded = await this.#options.reader.load({ text: row.files, version })
    if ('balance' in loaded) {
      this.#keep(loaded)
      return loaded
    }
    if (!this.#broken.has(version)) {
      this.#broken.add(version)
      this.#options.onEvent({ kind: 'broken', version, why: loaded.why })
    }
    return undefined
  }

  #keep(loaded: LoadedBalance): void {
    this.#kept.delete(loaded.version)
    this.#kept.set(loaded.version, loaded)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > KEPT_MAX && oldest !== undefined) this.#kept.delete(oldest)
  }
}
