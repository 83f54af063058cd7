/**
 * Live figures as server-sent events: one event a second, pulled, so that a client that does not
 * read costs no memory. Opening one is the request that leaves an audit row. A stream ends with the
 * session of its operator: all sessions that have streams are asked for together, twice a second.
 * While the database is away nobody can end a session in it, so streams go on for a short while.
 */
import { AppError } from '@battalion/base/app-error.ts'
import type { Clock, TimerHandle, Timers } from '@battalion/base/clock.ts'

/** Streams of one operator; one more is `rate_limited`. */
export const LIVE_STREAMS_PER_OPERATOR_MAX = 6
/** Streams of the process; one more is `overloaded`. */
export const LIVE_STREAMS_MAX = 100
/** An operator whose session is over has no stream after this and a query (ms). */
export const SESSION_LOOK_MS = 400
/** Without an answer of the database for so long, streams end (ms). */
export const UNCHECKED_MS_MAX = 30_000
const RETRY_AFTER_SEC = 5

/** Whose stream it is. */
export interface StreamOwner {
  readonly userId: string
  readonly tokenHash: Uint8Array
}

/** An event; `name` as the page listens for it. */
export interface LiveEvent {
  readonly name: string
  readonly data: unknown
}

/** What streams stand on. */
export interface LiveStreamPorts {
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly timers: Timers
  /** Which of these sessions are not over. */
  readonly findLive: (tokenHashes: readonly Uint8Array[]) => Promise<readonly Uint8Array[]>
}

interface OpenStream {
  readonly owner: StreamOwner
  readonly key: string
  /** The next events; undefined ends the stream. */
  readonly next: () => readonly LiveEvent[] | undefined
  controller: ReadableStreamDefaultController<Uint8Array> | undefined
  /** Set while the client waits for the next event. */
  wake: (() => void) | undefined
}

/** The live streams of this process. */
export class LiveStreams {
  readonly #ports: LiveStreamPorts
  readonly #open = new Set<OpenStream>()
  #timer: TimerHandle | undefined
  #checkedAtMs = 0

  constructor(ports: LiveStreamPorts) {
    this.#ports = ports
  }

  /** Streams that are open. */
  get count(): number {
    return this.#open.size
  }

  /** A second is over: who waits gets what is new. */
  tick(): void {
    for (const stream of Array.from(this.#open)) stream.wake?.()
  }

  /** Ends all of them. */
  stop(): void {
    for (const stream of Array.from(this.#open)) this.#end(stream)
  }

  /** A stream of what `next` has to tell, at once and then with each tick. */
  open(owner: StreamOwner, next: OpenStream['next']): ReadableStream<Uint8Array> {
    this.#refuseTooMany(owner)
    const key = keyOf(owner.tokenHash)
    const stream: OpenStream = { owner, key, next, controller: undefined, wake: undefined }
    if (this.#open.size === 0) this.#checkedAtMs = this.#ports.clock.monotonicMs()
    this.#open.add(stream)
    this.#planLook()
    let isFirst = true
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => void (stream.controller = controller),
        pull: async () => {
          if (!isFirst) await this.#nextTick(stream)
          const head = isFirst ? `retry: ${RETRY_AFTER_SEC * 1000}\n\n` : ''
          isFirst = false
          this.#send(stream, head)
        },
        cancel: () => void this.#forget(stream),
      },
      { highWaterMark: 0 },
    )
  }

  #refuseTooMany({ userId }: StreamOwner): void {
    const retry = { retryAfterSec: RETRY_AFTER_SEC }
    if (this.#open.size >= LIVE_STREAMS_MAX) {
      throw new AppError('overloaded', 'Too many live pages are open.', retry)
    }
    let own = 0
    for (const { owner } of this.#open) if (owner.userId === userId) own++
    if (own < LIVE_STREAMS_PER_OPERATOR_MAX) return
    throw new AppError('rate_limited', `You have ${own} live pages open; close one.`, retry)
  }

  async #nextTick(stream: OpenStream): Promise<void> {
    await new Promise<void>((resolve) => (stream.wake = resolve))
    stream.wake = undefined
  }

  #send(stream: OpenStream, head: string): void {
    if (!this.#open.has(stream)) return
    let events: readonly LiveEvent[] | undefined
    try {
      events = stream.next()
    } catch {
      // What it tells of is gone; the page asks anew and learns why.
      events = undefined
    }
    if (events === undefined) return this.#end(stream)
    stream.controller?.enqueue(encoder.encode(head + events.map(toText).join('')))
  }

  /** Tells the page that this is no accident, so that it does not come back by itself. */
  #end(stream: OpenStream): void {
    if (!this.#forget(stream)) return
    stream.controller?.enqueue(encoder.encode(toText({ name: 'end', data: {} })))
    stream.controller?.close()
  }

  #forget(stream: OpenStream): boolean {
    const wasOpen = this.#open.delete(stream)
    stream.wake?.()
    if (this.#open.size === 0) {
      this.#timer?.cancel()
      this.#timer = undefined
    }
    return wasOpen
  }

  #planLook(): void {
    if (this.#timer !== undefined || this.#open.size === 0) return
    this.#timer = this.#ports.timers.setTimeout(() => {
      void this.#look()
    }, SESSION_LOOK_MS)
  }

  async #look(): Promise<void> {
    const looked = Array.from(this.#open)
    const hashes = new Map(looked.map(({ key, owner }) => [key, owner.tokenHash]))
    try {
      const live = new Set((await this.#ports.findLive([...hashes.values()])).map(keyOf))
      this.#checkedAtMs = this.#ports.clock.monotonicMs()
      for (const stream of looked) if (!live.has(stream.key)) this.#end(stream)
    } catch {
      const uncheckedMs = this.#ports.clock.monotonicMs() - this.#checkedAtMs
      if (uncheckedMs > UNCHECKED_MS_MAX) this.stop()
    }
    this.#timer = undefined
    this.#planLook()
  }
}

const encoder = new TextEncoder()

function keyOf(tokenHash: Uint8Array): string {
  return Buffer.from(tokenHash).toString('base64url')
}

/** JSON holds no line end, so a value never starts a field of its own. */
function toText({ name, data }: LiveEvent): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
}

/** The answer that carries a stream. */
export function streamResponse(stream: ReadableStream<Uint8Array>): Response {
  return new Response(stream, {
    headers: {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    },
  })
}
