/**
 * The bus inside one process. It keeps nothing on disk: `publish` resolves only when every group
 * that listens to the topic has committed the event or buried it, so the outbox still has what was
 * under way when the process ends. Each key is a lane of its own; a slow or failing key holds up
 * no other. Groups that subscribe later get later events only.
 */
import { AppError } from '@battalion/base/app-error.ts'
import type { Timers } from '@battalion/base/clock.ts'

import { REQUEST_ID_KEY, withRequest } from '../request-scope.ts'
import { BUS_ATTEMPTS_MAX } from './bus.ts'
import type { Bus, BuryLetter, BusEvent, BusHandler, BusInterest, BusSubscription } from './bus.ts'

/** Events under way at once; beyond, `publish` refuses and the outbox keeps them. */
export const EVENTS_UNDER_WAY_MAX = 10_000
/** Wait before the second attempt, doubled each time up to the longest (ms). */
const RETRY_MS_MIN = 100
const RETRY_MS_MAX = 5000

/** What the bus stands on. */
export interface InProcessBusOptions {
  readonly timers: Timers
  readonly bury: BuryLetter
}

/** An empty bus. */
export function createInProcessBus(options: InProcessBusOptions): Bus {
  const groups = new Map<string, Group>()
  let underWay = 0
  let isClosed = false
  return {
    async publish(event) {
      if (isClosed) throw new AppError('unavailable', 'The event bus is closed.')
      if (underWay >= EVENTS_UNDER_WAY_MAX) {
        throw new AppError('overloaded', 'Too many events are under way.')
      }
      underWay++
      try {
        const interested = [...groups.values()].filter((group) => group.hears(event.topic))
        await Promise.all(interested.map((group) => group.take(event)))
      } finally {
        underWay--
      }
    },
    async subscribe(interest, handler) {
      const group = groups.get(interest.group) ?? new Group(interest.group, options)
      groups.set(interest.group, group)
      return group.join(interest, handler)
    },
    async close() {
      isClosed = true
      await Promise.all([...groups.values()].map((group) => group.close()))
    },
  }
}

interface Member {
  readonly handler: BusHandler
  readonly attemptsMax: number
  readonly topics: readonly string[]
  readonly running: Set<Promise<unknown>>
  isPaused: boolean
  isGone: boolean
}

/** Thrown to whoever published when the bus ends before the event was handled. */
function createClosedError(): AppError {
  return new AppError('unavailable', 'The event bus closed before the event was handled.')
}

class Group {
  readonly #name: string
  readonly #options: InProcessBusOptions
  readonly #members: Member[] = []
  /** The end of each key's lane; gone when the lane is empty. */
  readonly #lanes = new Map<string, Promise<void>>()
  readonly #sleepers = new Set<() => void>()
  #lag = 0
  #isClosed = false

  constructor(name: string, options: InProcessBusOptions) {
    this.#name = name
    this.#options = options
  }

  hears(topic: string): boolean {
    return this.#members.some((member) => member.topics.includes(topic))
  }

  join(interest: BusInterest, handler: BusHandler): BusSubscription {
    const member: Member = {
      handler,
      attemptsMax: interest.attemptsMax ?? BUS_ATTEMPTS_MAX,
      topics: interest.topics,
      running: new Set(),
      isPaused: false,
      isGone: false,
    }
    this.#members.push(member)
    this.#wake()
    return {
      pause: () => void (member.isPaused = true),
      resume: () => {
        member.isPaused = false
        this.#wake()
      },
      lag: () => Promise.resolve(this.#lag),
      close: (how) => this.#leave(member, how),
    }
  }

  /** Resolves when the event is committed or buried, after what came before it under its key. */
  take(event: BusEvent): Promise<void> {
    const lane = `${event.topic}\n${event.key}`
    this.#lag++
    const before = this.#lanes.get(lane) ?? Promise.resolve()
    const handled = before
      .catch(() => undefined)
      .then(() => this.#handle(event))
      .finally(() => {
        this.#lag--
        if (this.#lanes.get(lane) === handled) this.#lanes.delete(lane)
      })
    this.#lanes.set(lane, handled)
    return handled
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#wake()
    await Promise.allSettled(this.#members.flatMap((member) => [...member.running]))
  }

  async #handle(event: BusEvent): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const member = await this.#findMember(event)
      const outcome = await this.#deliver(member, event, attempt)
      if (outcome === 'committed') return
      if (outcome === 'abandoned') {
        attempt--
        continue
      }
      if (attempt >= member.attemptsMax) {
        const reason = outcome.reason.slice(0, 500)
        return this.#options.bury({ group: this.#name, event, reason })
      }
      await this.#sleep(Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** (attempt - 1)))
    }
  }

  async #deliver(
    member: Member,
    event: BusEvent,
    attempt: number,
  ): Promise<'committed' | 'abandoned' | { reason: string }> {
    const requestId = event.headers[REQUEST_ID_KEY]
    const work = withRequest(requestId, () => member.handler(event, attempt)).then(
      () => 'committed' as const,
      (error: unknown) => ({ reason: error instanceof Error ? error.message : String(error) }),
    )
    member.running.add(work)
    const gone = Promise.withResolvers<'abandoned'>()
    const check = () => member.isGone && gone.resolve('abandoned')
    this.#sleepers.add(check)
    try {
      return await Promise.race([work, gone.promise])
    } finally {
      this.#sleepers.delete(check)
      member.running.delete(work)
    }
  }

  /** The member that a key belongs to among those that take deliveries; waits for one. */
  async #findMember(event: BusEvent): Promise<Member> {
    for (;;) {
      if (this.#isClosed) throw createClosedError()
      const open = this.#members.filter(
        (each) => !each.isPaused && each.topics.includes(event.topic),
      )
      const member = open[hashKey(event.key) % Math.max(1, open.length)]
      if (member !== undefined) return member
      await this.#sleep(undefined)
    }
  }

  async #leave(member: Member, how: 'finish' | 'abandon'): Promise<void> {
    const index = this.#members.indexOf(member)
    if (index !== -1) this.#members.splice(index, 1)
    if (how === 'finish') await Promise.allSettled(member.running)
    else member.isGone = true
    this.#wake()
  }

  /** Until woken, or for `ms`. */
  async #sleep(ms: number | undefined): Promise<void> {
    const woken = Promise.withResolvers<void>()
    const isWakeable = ms === undefined
    const wake = () => {
      if (isWakeable || this.#isClosed) woken.resolve()
    }
    this.#sleepers.add(wake)
    const timer = ms === undefined ? undefined : this.#options.timers.setTimeout(woken.resolve, ms)
    await woken.promise
    timer?.cancel()
    this.#sleepers.delete(wake)
  }

  #wake(): void {
    for (const wake of this.#sleepers) wake()
  }
}

/** FNV-1a, 32 bit: the same key goes to the same member. */
function hashKey(key: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < key.length; index++) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193) >>> 0
  }
  return hash
}
