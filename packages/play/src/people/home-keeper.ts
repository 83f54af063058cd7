/**
 * Keeps the one connection to the home room: joins, waits longer after each failure, comes back
 * after a lost line. A user has one such connection: when another tab takes it, this one stands
 * aside until somebody looks at it again, or the two would throw each other out for ever.
 */
import type { HomeItem, HomeLink } from '@battalion/client/home-link.ts'

import { problemOf } from './problem-text.ts'

/** Waits before the next try (ms); the last one repeats. */
const RETRY_MS = [1000, 2000, 4000, 8000, 15_000, 30_000] as const
/** Clients of a server that restarts do not all come back at once. */
const SPREAD_RATIO = 0.5
const SEC_MS = 1000

/** Where the connection stands. */
export type HomeMode = 'off' | 'connecting' | 'open' | 'waiting' | 'elsewhere' | 'removed'

export interface HomeKeeperPorts {
  readonly open: () => Promise<HomeLink>
  readonly opened: (link: HomeLink) => void
  readonly item: (item: HomeItem) => void
  readonly changed: (mode: HomeMode) => void
  /** The server ended the session this connection was made with. */
  readonly refused: () => void
}

export class HomeKeeper {
  mode: HomeMode = 'off'
  link: HomeLink | undefined
  readonly #ports: HomeKeeperPorts
  #failures = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Counts starts; what an earlier one brings is thrown away. */
  #generation = 0

  constructor(ports: HomeKeeperPorts) {
    this.#ports = ports
    addEventListener('focus', () => this.#look())
    addEventListener('online', () => this.#look())
    addEventListener('offline', () => this.#lineLost())
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) this.#look()
    })
  }

  /** Connects now, anew when there is a connection. */
  start(): void {
    clearTimeout(this.#timer)
    this.link?.leave()
    this.link = undefined
    void this.#join(++this.#generation)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#generation++
    this.link?.leave()
    this.link = undefined
    this.#to('off')
  }

  async #join(generation: number): Promise<void> {
    this.#to('connecting')
    try {
      const link = await this.#ports.open()
      if (generation !== this.#generation) return link.leave()
      this.#failures = 0
      this.link = link
      this.#ports.opened(link)
      link.listen({
        item: (item) => {
          if (item[0] === 'resync') this.start()
          else this.#ports.item(item)
        },
        closed: (reason) => this.#closed(link, reason),
      })
      if (this.link === link) this.#to('open')
    } catch (error) {
      if (generation === this.#generation) this.#retry(problemOf(error).retryAfterSec)
    }
  }

  #closed(link: HomeLink, reason: string | undefined): void {
    if (this.link !== link) return
    this.link = undefined
    if (reason === 'replaced') return this.#to('elsewhere')
    if (reason === 'kicked') return this.#to('removed')
    if (reason === 'unauthenticated') this.#ports.refused()
    this.#retry(undefined)
  }

  #retry(afterSec: number | undefined): void {
    this.#to('waiting')
    const waitMs = RETRY_MS[Math.min(this.#failures++, RETRY_MS.length - 1)]!
    const leastMs = Math.max(waitMs, (afterSec ?? 0) * SEC_MS)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.start(), leastMs * (1 + SPREAD_RATIO * Math.random()))
  }

  /** Somebody looks at this tab: the connection is wanted here. */
  #look(): void {
    if (document.hidden) return
    if (this.mode === 'elsewhere' || this.mode === 'waiting') this.start()
  }

  /** The browser knows before the socket does. */
  #lineLost(): void {
    if (this.mode !== 'open') return
    this.link?.leave()
    this.link = undefined
    this.#retry(undefined)
  }

  #to(mode: HomeMode): void {
    if (this.mode === mode) return
    this.mode = mode
    this.#ports.changed(mode)
  }
}
