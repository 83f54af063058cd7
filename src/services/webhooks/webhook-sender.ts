/**
 * Sends what waits [G-12]: one delivery after another to an endpoint, by one sender in all
 * processes at a time, two endpoints beside each other. The first failure ends the turn and pauses
 * the endpoint; whatever waits for it costs nothing meanwhile. At least once: a process that ends
 * between sending and writing down sends again under the same id.
 */
import type { Clock, Timers } from '@battalion/base/clock.ts'

import type { Database } from '../../db/database.ts'
import { WakeLoop } from '../wake-loop.ts'
import { postWebhook } from './post-webhook.ts'
import type { CallOutcome, CallPorts } from './post-webhook.ts'
import { signWebhook } from './sign-webhook.ts'
import { readTarget } from './target-address.ts'
import { pauseMs, retryAfterMs } from './webhook-pace.ts'
import { claimEndpoints, findNextDue, listDue } from './webhook-queries.ts'
import { releaseEndpoint, settleTry } from './webhook-queries.ts'
import type { Delivery, Endpoint } from './webhook-queries.ts'

/** Endpoints that are sent to at a time by one process. */
const ENDPOINTS_AT_ONCE = 2
/** Deliveries of one turn; then others have theirs. */
const TURN_COUNT = 10
/** Between two deliveries to one endpoint (ms): ten a second at most, also after an outage. */
const GAP_MS = 100
/** An endpoint whose sender died is taken again after this; a turn takes 31 s at most (ms). */
const LEASE_MS = 60_000
/** What other processes put in is found by then (ms). */
const SLOW_POLL_MS = 5000
const STATUS_OK_MIN = 200
const STATUS_OK_MAX = 299

/** What a sender stands on. */
export interface WebhookSenderOptions {
  readonly database: Database
  readonly clock: Clock
  readonly timers: Timers
  readonly call: CallPorts
  /** Opens the secret of an endpoint. */
  readonly unseal: (sealed: string) => Uint8Array
  /** Unique among running processes: a UUID. */
  readonly senderId: string
  /** From 0 to 1. */
  readonly chance: () => number
  readonly onOutcome?: (outcome: 'delivered' | 'failed' | 'dead') => void
  readonly onError: (error: unknown) => void
}

/** One sender of a process. */
export class WebhookSender {
  readonly #options: WebhookSenderOptions
  readonly #loop: WakeLoop
  #isStopping = false

  constructor(options: WebhookSenderOptions) {
    this.#options = options
    const { timers, onError } = options
    this.#loop = new WakeLoop({ timers, step: () => this.#step(), onError })
  }

  start(): void {
    this.#loop.start()
  }

  wake(): void {
    this.#loop.wake()
  }

  /** Resolves when what is being sent has an outcome. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await this.#loop.stop()
  }

  async #step(): Promise<number> {
    const { database, clock, senderId } = this.#options
    const nowMs = clock.wallMs()
    const claimed = await claimEndpoints(database.db, {
      senderId,
      limit: ENDPOINTS_AT_ONCE,
      now: new Date(nowMs),
      until: new Date(nowMs + LEASE_MS),
    })
    await Promise.all(claimed.map((endpoint) => this.#takeTurn(endpoint)))
    if (claimed.length > 0) return 0
    const due = await findNextDue(database.db)
    if (due === undefined) return SLOW_POLL_MS
    return Math.min(SLOW_POLL_MS, Math.max(1, due.getTime() - clock.wallMs()))
  }

  async #takeTurn(endpoint: Endpoint): Promise<void> {
    const { database, clock, senderId, chance } = this.#options
    let { failures } = endpoint
    let pausedUntil: Date | null = null
    try {
      const wish = { endpointId: endpoint.id, now: new Date(clock.wallMs()), limit: TURN_COUNT }
      for (const delivery of await listDue(database.db, wish)) {
        if (this.#isStopping) break
        const isThrough = await this.#attempt(endpoint, delivery)
        failures = isThrough ? 0 : failures + 1
        if (!isThrough) {
          pausedUntil = new Date(clock.wallMs() + pauseMs(failures, chance()))
          break
        }
        await this.#wait(GAP_MS)
      }
    } finally {
      await releaseEndpoint(database.db, { id: endpoint.id, senderId }, { failures, pausedUntil })
    }
  }

  async #attempt(endpoint: Endpoint, delivery: Delivery): Promise<boolean> {
    const { database, clock, chance, onOutcome } = this.#options
    const outcome = await this.#send(endpoint, delivery)
    const isThrough = isOk(outcome)
    const attempts = delivery.attempts + 1
    const nowMs = clock.wallMs()
    const retryMs = isThrough ? undefined : retryAfterMs(attempts, chance())
    const state = isThrough ? 'delivered' : retryMs === undefined ? 'dead' : 'waiting'
    await settleTry(database.db, delivery.id, {
      state,
      attempts,
      status: outcome.status ?? null,
      error: outcome.status === undefined ? outcome.failure : null,
      runAt: retryMs === undefined ? undefined : new Date(nowMs + retryMs),
      now: new Date(nowMs),
    })
    onOutcome?.(state === 'waiting' ? 'failed' : state)
    return isThrough
  }

  async #send(endpoint: Endpoint, { event_id: id, body }: Delivery): Promise<CallOutcome> {
    const { call, clock, unseal } = this.#options
    // Saved under other rules, perhaps: looked at again.
    const target = readTarget(endpoint.url, call.rule)
    if (!target.ok) return { status: undefined, failure: 'closed_address' }
    const secret = unseal(endpoint.secret_sealed)
    const headers = signWebhook(secret, { id, nowMs: clock.wallMs(), body })
    return await postWebhook({ url: target.url, headers, body }, call)
  }

  async #wait(ms: number): Promise<void> {
    await new Promise<void>((resolve) => void this.#options.timers.setTimeout(resolve, ms))
  }
}

function isOk({ status }: CallOutcome): boolean {
  return status !== undefined && status >= STATUS_OK_MIN && status <= STATUS_OK_MAX
}
