/**
 * Notifications as server-sent events (NTF-1). A stream is pulled: it reads the next rows only when
 * its client has taken the last, so a slow client costs no memory. It wakes when this process hears
 * of a new row, and at each heartbeat, which also finds what another process wrote. Ends with its
 * token, and at once when its session does, be it a moment before the stream is there [F-06]; the
 * client comes back with `Last-Event-ID` and a fresh token, and loses nothing.
 */
import { AppError } from '@battalion/base/app-error.ts'
import type { Clock, Timers } from '@battalion/base/clock.ts'

import type { PublicNotification } from '../services/notifications/notifications.ts'

/** Streams of one user; one more is `rate_limited`. */
export const STREAMS_PER_USER_MAX = 4
/** Streams of the process; one more is `overloaded`. */
export const STREAMS_MAX = 5000
/** A line that keeps proxies from closing a quiet stream (ms). */
export const HEARTBEAT_MS = 15_000
/** A stream ends after this at the latest, whatever its token says (ms). */
export const STREAM_MS_MAX = 300_000
/** Sessions remembered as ended, so that a stream under way does not slip through (sessions). */
const ENDED_SESSIONS_MAX = 10_000
/** Rows read at once. */
const BATCH_COUNT = 50
const RETRY_AFTER_SEC = 5

/** What streams stand on. */
export interface NotificationStreamPorts {
  readonly clock: Clock
  readonly timers: Timers
  readonly read: (wish: {
    readonly userId: string
    readonly after: number
    readonly limit: number
  }) => Promise<PublicNotification[]>
}

/** Who reads from where, and until when he may. */
export interface StreamWish {
  readonly userId: string
  readonly sessionId: string
  /** End of his token (wall ms). */
  readonly expiresAtMs?: number | undefined
  /** The number after which it goes on. */
  readonly after: number
}

/** The streams of this process. */
export class NotificationStreams {
  readonly #ports: NotificationStreamPorts
  readonly #wakers = new Map<string, Set<() => void>>()
  /** By session, what ends its streams. */
  readonly #enders = new Map<string, Set<() => void>>()
  /** The latest that ended, oldest first. */
  readonly #ended = new Set<string>()
  #count = 0

  constructor(ports: NotificationStreamPorts) {
    this.#ports = ports
  }

  /** Streams that are open. */
  get count(): number {
    return this.#count
  }

  /** There is something new for these users. */
  wake(userIds: readonly string[]): void {
    for (const userId of userIds) for (const wake of this.#wakers.get(userId) ?? []) wake()
  }

  /** These sessions are over: their streams end now. */
  closeSessions(sessionIds: readonly string[]): void {
    for (const sessionId of sessionIds) {
      this.#rememberEnded(sessionId)
      for (const end of Array.from(this.#enders.get(sessionId) ?? [])) end()
    }
  }

  /** A stream of what comes after a number; `describe` makes an event's data. */
  open(
    wish: StreamWish,
    describe: (notification: PublicNotification) => unknown,
  ): ReadableStream<Uint8Array> {
    const { userId, sessionId } = wish
    if (this.#ended.has(sessionId)) {
      throw new AppError('unauthenticated', 'Sign in again: this session has ended.')
    }
    if (this.#count >= STREAMS_MAX) throw refused('overloaded', 'Too many streams are open.')
    const wakers = this.#wakers.get(userId) ?? new Set()
    if (wakers.size >= STREAMS_PER_USER_MAX) {
      throw refused('rate_limited', `You have ${STREAMS_PER_USER_MAX} streams open.`)
    }
    this.#wakers.set(userId, wakers)
    this.#count++
    const waiting = new WakeableWait(this.#ports.timers)
    const wake = () => waiting.wake()
    wakers.add(wake)
    const close = () => {
      if (!wakers.delete(wake)) return
      this.#count--
      if (wakers.size === 0) this.#wakers.delete(userId)
      this.#forgetEnder(sessionId, end)
      waiting.wake()
    }
    const stream = { ...wish, waiting, describe, close, isOpen: () => wakers.has(wake) }
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined
    const end = () => {
      if (controller !== undefined) endStream(controller, stream)
    }
    this.#enders.set(sessionId, (this.#enders.get(sessionId) ?? new Set()).add(end))
    return this.#stream(stream, (made) => (controller = made))
  }

  #rememberEnded(sessionId: string): void {
    this.#ended.add(sessionId)
    if (this.#ended.size <= ENDED_SESSIONS_MAX) return
    const [oldest] = this.#ended
    if (oldest !== undefined) this.#ended.delete(oldest)
  }

  #forgetEnder(sessionId: string, end: () => void): void {
    const enders = this.#enders.get(sessionId)
    enders?.delete(end)
    if (enders?.size === 0) this.#enders.delete(sessionId)
  }

  /** When the stream ends by itself (monotonic ms). */
  #endMsOf({ expiresAtMs = Infinity }: StreamWish): number {
    const { clock } = this.#ports
    return clock.monotonicMs() + Math.min(STREAM_MS_MAX, expiresAtMs - clock.wallMs())
  }

  #stream(
    stream: OpenStream,
    start: (controller: ReadableStreamDefaultController<Uint8Array>) => void,
  ): ReadableStream<Uint8Array> {
    const { clock, read } = this.#ports
    const endMs = this.#endMsOf(stream)
    let { after } = stream
    let isGreeted = false
    /** The next text to send; undefined at the end. */
    const next = async (): Promise<string | undefined> => {
      if (!isGreeted) {
        isGreeted = true
        return `retry: ${RETRY_AFTER_SEC * 1000}\n\n`
      }
      const rows = await read({ userId: stream.userId, after, limit: BATCH_COUNT })
      if (rows.length > 0) {
        after = rows.at(-1)!.seq
        return rows.map((row) => toEvent(row, stream.describe)).join('')
      }
      const leftMs = endMs - clock.monotonicMs()
      if (leftMs <= 0) return undefined
      return (await stream.waiting.wait(Math.min(HEARTBEAT_MS, leftMs))) ? '' : HEARTBEAT
    }
    return new ReadableStream<Uint8Array>(
      {
        start,
        async pull(controller) {
          try {
            for (let text: string | undefined = ''; text === '';) {
              text = stream.isOpen() ? await next() : undefined
              if (text !== undefined && text !== '') controller.enqueue(encoder.encode(text))
              if (text === undefined) endStream(controller, stream)
            }
          } catch {
            // The database is away: the client comes back by itself and resumes.
            endStream(controller, stream)
          }
        },
        cancel: () => stream.close(),
      },
      { highWaterMark: 0 },
    )
  }
}

interface OpenStream extends StreamWish {
  readonly waiting: WakeableWait
  readonly describe: (notification: PublicNotification) => unknown
  readonly close: () => void
  readonly isOpen: () => boolean
}

const HEARTBEAT = ': heartbeat\n\n'
const encoder = new TextEncoder()

function endStream(
  controller: ReadableStreamDefaultController<Uint8Array>,
  stream: OpenStream,
): void {
  const isOpen = stream.isOpen()
  stream.close()
  if (isOpen) controller.close()
}

function toEvent(
  row: PublicNotification,
  describe: (notification: PublicNotification) => unknown,
): string {
  // JSON holds no line end, so a value never starts a field of its own.
  return `id: ${row.seq}\nevent: notification\ndata: ${JSON.stringify(describe(row))}\n\n`
}

function refused(code: 'overloaded' | 'rate_limited', message: string): AppError {
  return new AppError(code, message, { retryAfterSec: RETRY_AFTER_SEC })
}

/** A wait that a wake ends; a wake that nobody waits for ends the next wait at once. */
class WakeableWait {
  readonly #timers: Timers
  #isWoken = false
  #end: (() => void) | undefined

  constructor(timers: Timers) {
    this.#timers = timers
  }

  wake(): void {
    this.#isWoken = true
    this.#end?.()
  }

  /** True when woken, false when the time was over. */
  async wait(ms: number): Promise<boolean> {
    if (!this.#isWoken) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#end = resolve
      const timer = this.#timers.setTimeout(resolve, ms)
      await promise
      timer.cancel()
      this.#end = undefined
    }
    const isWoken = this.#isWoken
    this.#isWoken = false
    return isWoken
  }
}
