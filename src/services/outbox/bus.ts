/**
 * The event bus as services see it. Three adapters are meant to pass bus-contract.ts: in-process
 * (default), Redis Streams, Kafka. Delivery is at least once and in order within a topic's key; a
 * handler that resolves has committed the event, one that rejects gets it again, and after
 * `attemptsMax` it is buried as a dead letter so that later events of its key go on.
 */

/** Something that happened. */
export interface BusEvent {
  /** UUID; the same at every delivery. */
  readonly id: string
  readonly topic: string
  /** Order holds within topic and key. */
  readonly key: string
  /** JSON. */
  readonly payload: unknown
  /**
   * Context; kept with a dead letter. Handlers run as part of its `requestId` (OBS-2): every
   * adapter calls them within `withRequest`.
   */
  readonly headers: Readonly<Record<string, string>>
}

/** Takes one event; `attempt` counts from 1. */
export type BusHandler = (event: BusEvent, attempt: number) => Promise<void>

/** Who listens to what. */
export interface BusInterest {
  /** Members of a group share its events; every group gets all. */
  readonly group: string
  readonly topics: readonly string[]
  readonly attemptsMax?: number
}

/** One member of a group. */
export interface BusSubscription {
  /** No new deliveries until `resume`; what runs goes on. */
  pause(): void
  resume(): void
  /** Events of the group that are published and not committed yet. */
  lag(): Promise<number>
  /**
   * Leaves the group: `finish` waits for what runs, `abandon` is what a crash does. What is not
   * committed goes to other members, or to whoever subscribes next.
   */
  close(how: 'finish' | 'abandon'): Promise<void>
}

/** The bus. */
export interface Bus {
  /** Resolves when the bus answers for the event; when it rejects, the caller keeps it. */
  publish(event: BusEvent): Promise<void>
  subscribe(interest: BusInterest, handler: BusHandler): Promise<BusSubscription>
  close(): Promise<void>
}

/** Keeps what a group could not handle. */
export type BuryLetter = (letter: {
  readonly group: string
  readonly event: BusEvent
  readonly reason: string
}) => Promise<void>

/** Attempts of a group that names none. */
export const BUS_ATTEMPTS_MAX = 5
