/**
 * Sees to it that every connection ends: silent peers are asked for a sign of life and cut off,
 * closing handshakes have a deadline. One timer for all sockets. The sockets are looked at in
 * slots, so that a thousand pings never leave in the same tick; who sends anyway costs nothing.
 */
import type { TimerHandle, Timers } from '@battalion/base/clock.ts'
import type { LeanSocket, LeanSocketHost } from './lean-socket.ts'
import type { SocketWriter } from './socket-writer.ts'

/** How often a slot of sockets is looked at (ms). */
const SWEEP_MS = 250
/** A closing socket is cut off at this many sweeps: between 2 and 2.25 s. */
const CLOSE_SWEEPS_MAX = 9

export interface KeepaliveOptions {
  /** How often one socket is looked at (ms); a multiple of 250. */
  readonly pingIntervalMs: number
  /** Pings in a row a peer may leave unanswered. */
  readonly missesMax: number
  readonly timers: Timers
  readonly writer: SocketWriter
}

export class LeanKeepalive implements LeanSocketHost {
  readonly writer: SocketWriter
  readonly #options: KeepaliveOptions
  readonly #slots: readonly Set<LeanSocket>[]
  readonly #slotOf = new Map<LeanSocket, Set<LeanSocket>>()
  /** Sweeps each closing socket has been through. */
  readonly #closing = new Map<LeanSocket, number>()
  #turn = 0
  #timer: TimerHandle | undefined

  constructor(options: KeepaliveOptions) {
    this.#options = options
    this.writer = options.writer
    const slotCount = Math.max(1, Math.round(options.pingIntervalMs / SWEEP_MS))
    this.#slots = Array.from({ length: slotCount }, () => new Set<LeanSocket>())
  }

  /** Sockets that are not closed yet. */
  get socketCount(): number {
    return this.#slotOf.size
  }

  start(): void {
    if (this.#timer !== undefined) return
    this.#timer = this.#options.timers.setTimeout(() => {
      this.#timer = undefined
      this.sweep()
      this.start()
    }, SWEEP_MS)
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  add(socket: LeanSocket): void {
    // The slot looked at last: a new socket has a whole interval to itself.
    const slot = this.#slots[this.#turn]!
    slot.add(socket)
    this.#slotOf.set(socket, slot)
  }

  closing(socket: LeanSocket): void {
    if (!this.#closing.has(socket)) this.#closing.set(socket, 0)
  }

  closed(socket: LeanSocket): void {
    this.#closing.delete(socket)
    this.#slotOf.get(socket)?.delete(socket)
    this.#slotOf.delete(socket)
  }

  /** Every socket there is. */
  sockets(): IterableIterator<LeanSocket> {
    return this.#slotOf.keys()
  }

  /** One look: the next slot, and everybody who is closing. */
  sweep(): void {
    this.#turn = (this.#turn + 1) % this.#slots.length
    for (const socket of this.#slots[this.#turn]!) socket.checkLife(this.#options.missesMax)
    for (const [socket, sweeps] of this.#closing) {
      if (sweeps + 1 >= CLOSE_SWEEPS_MAX) socket.terminate()
      else this.#closing.set(socket, sweeps + 1)
    }
  }
}
