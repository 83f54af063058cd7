/**
 * Carries events from the outbox to the bus: in id order within topic and key, keys beside each
 * other, each at least once. One relay works at a time, by a lease that it gives back when nothing
 * waits, so that the next emit in any process is relayed at once. Nothing is marked before the bus
 * answers for it: a process that ends in between publishes again.
 */
import type { Clock, Timers } from '@battalion/base/clock.ts'

import type { Database } from '../../db/database.ts'
import { WakeLoop } from '../wake-loop.ts'
import type { Bus } from './bus.ts'
import type { EventOutbox } from './event-outbox.ts'
import { dropLease, markPublished, readWaiting, takeLease } from './outbox-queries.ts'
import type { WaitingEvent } from './outbox-queries.ts'

/** What a relay stands on. */
export interface OutboxRelayOptions {
  readonly database: Database
  readonly outbox: EventOutbox
  readonly bus: Bus
  readonly clock: Clock
  readonly timers: Timers
  /** Unique among running processes. */
  readonly holder: string
  readonly onPublished?: (count: number) => void
  readonly onError?: (error: unknown) => void
  readonly leaseMs?: number
}

const LEASE_NAME = 'relay'
const LEASE_MS = 15_000
/** Rows read at once. */
const BATCH_COUNT = 200
/** Rows in hand; beyond, nothing more is read until some are published. */
export const IN_HAND_MAX = 1000
/** What a process that ended left behind is found by then (ms). */
const SLOW_POLL_MS = 30_000
/** While another process has the lease, and after the bus refused (ms). */
const RETRY_MS = 250

/** The relay of one process. */
export class OutboxRelay {
  readonly #options: OutboxRelayOptions
  readonly #loop: WakeLoop
  /** Events in hand by `topic\nkey`, oldest first. */
  readonly #lanes = new Map<string, WaitingEvent[]>()
  #published: bigint[] = []
  #leaseUntilMs = 0
  #inHand = 0
  #isStopping = false

  constructor(options: OutboxRelayOptions) {
    this.#options = options
    this.#loop = new WakeLoop({
      timers: options.timers,
      step: () => this.#step(),
      onError: (error) => options.onError?.(error),
    })
    options.outbox.onEmitted(() => this.#loop.wake())
  }

  start(): void {
    this.#loop.start()
  }

  /** Reads nothing more; what the bus has answered for is marked. Close the bus after it. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await this.#loop.stop()
    if (this.#leaseUntilMs === 0 && this.#published.length === 0) return
    const { database, holder } = this.#options
    try {
      await this.#mark()
      await dropLease(database.db, { name: LEASE_NAME, holder })
    } catch (error) {
      this.#options.onError?.(error)
    }
  }

  async #step(): Promise<number> {
    const { database, holder } = this.#options
    // Taken before the marks: a key that ends meanwhile may have rows that are not marked yet.
    const busyKeys = [...this.#lanes.keys()]
    await this.#mark()
    if (!(await this.#keepLease())) return RETRY_MS
    const room = Math.min(BATCH_COUNT, IN_HAND_MAX - this.#inHand)
    const waiting = room > 0 ? await readWaiting(database.db, busyKeys, room) : []
    for (const event of waiting) this.#pickUp(event)
    if (waiting.length > 0) return this.#inHand < IN_HAND_MAX ? 0 : this.#renewalMs()
    if (this.#inHand > 0) return this.#renewalMs()
    this.#leaseUntilMs = 0
    await dropLease(database.db, { name: LEASE_NAME, holder })
    return SLOW_POLL_MS
  }

  #renewalMs(): number {
    return (this.#options.leaseMs ?? LEASE_MS) / 3
  }

  async #keepLease(): Promise<boolean> {
    const { database, clock, holder, leaseMs = LEASE_MS } = this.#options
    const nowMs = clock.wallMs()
    if (this.#leaseUntilMs - nowMs > (leaseMs * 2) / 3) return true
    const untilMs = nowMs + leaseMs
    const lease = { name: LEASE_NAME, holder }
    const isHeld = await takeLease(database.db, lease, { nowMs, untilMs })
    this.#leaseUntilMs = isHeld ? untilMs : 0
    return isHeld
  }

  #pickUp(event: WaitingEvent): void {
    const name = `${event.topic}\n${event.key}`
    this.#inHand++
    const lane = this.#lanes.get(name)
    if (lane !== undefined) {
      lane.push(event)
      return
    }
    const events = [event]
    this.#lanes.set(name, events)
    void this.#empty(name, events)
  }

  /** Publishes one key's events one after another; drops the rest when it must not go on. */
  async #empty(name: string, events: WaitingEvent[]): Promise<void> {
    const { bus, clock, timers, onPublished, onError } = this.#options
    for (let event = events[0]; event !== undefined; event = events[0]) {
      if (this.#isStopping || clock.wallMs() >= this.#leaseUntilMs) break
      try {
        const { rowId, ...rest } = event
        await bus.publish(rest)
        this.#published.push(rowId)
        onPublished?.(1)
        events.shift()
        this.#inHand--
      } catch (error) {
        onError?.(error)
        await new Promise<void>((resolve) => timers.setTimeout(resolve, RETRY_MS))
      }
      this.#loop.wake()
    }
    this.#inHand -= events.length
    this.#lanes.delete(name)
    this.#loop.wake()
  }

  /** One statement for all that were published since the last; kept if it fails. */
  async #mark(): Promise<void> {
    if (this.#published.length === 0) return
    const rowIds = this.#published
    this.#published = []
    try {
      await markPublished(this.#options.database.db, rowIds, this.#options.clock.wallMs())
    } catch (error) {
      this.#published.push(...rowIds)
      throw error
    }
  }
}
