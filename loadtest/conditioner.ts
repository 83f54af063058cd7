/**
 * A worse network on loopback: a TCP proxy that delays, jitters, stalls and throttles what passes,
 * seeded, each connection with dice of its own.
 *
 * What it cannot imitate: it sits above TCP, so nothing is lost, reordered or duplicated; a lost
 * packet is a stall of at least LOSS_STALL_MS for everything behind it, as a retransmission would
 * be, without the sender's congestion window shrinking. No queues shared between connections, no
 * MTU, no radio that sleeps. Each way is worsened alike.
 */
import { createServer, connect, type Server, type Socket } from 'node:net'

import type { Clock, TimerHandle, Timers } from '@battalion/base/clock.ts'
import { DelayLine, type NetworkConditions } from './delay-line.ts'

/** Bytes held back per direction; from here the sender is not read any further (bytes). */
export const HELD_BYTES_MAX = 256 * 1024

export interface ConditionerOptions {
  readonly targetHost: string
  readonly targetPort: number
  readonly conditions: NetworkConditions
  readonly seed: number
  readonly clock: Clock
  readonly timers: Timers
}

export class Conditioner {
  readonly #options: ConditionerOptions
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #connections = 0

  constructor(options: ConditionerOptions) {
    this.#options = options
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#onConnection(socket))
  }

  /** Listens on a free loopback port and answers it. */
  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(0, '127.0.0.1', () => {
        const address = this.#server.address()
        resolve(typeof address === 'object' && address !== null ? address.port : 0)
      })
    })
  }

  get connectionCount(): number {
    return this.#connections
  }

  /** Cuts everything and stops listening. */
  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }

  #onConnection(near: Socket): void {
    const { targetHost, targetPort, seed, conditions } = this.#options
    const number = this.#connections++
    const far = connect({ port: targetPort, host: targetHost, allowHalfOpen: true })
    for (const socket of [near, far]) this.#adopt(socket, socket === near ? far : near)
    this.#pipe(near, far, new DelayLine(conditions, seed + number * 2))
    this.#pipe(far, near, new DelayLine(conditions, seed + number * 2 + 1))
  }

  /** Errors of one side end the other, too. */
  #adopt(socket: Socket, other: Socket): void {
    socket.setNoDelay(true)
    this.#sockets.add(socket)
    socket.on('error', () => other.destroy())
    socket.on('close', (hadError) => {
      this.#sockets.delete(socket)
      if (hadError) other.destroy()
    })
  }

  #pipe(from: Socket, to: Socket, line: DelayLine): void {
    const { clock, timers } = this.#options
    let timer: TimerHandle | undefined
    const release = () => {
      timer = undefined
      const nowMs = clock.monotonicMs()
      for (let chunk = line.takeDue(nowMs); chunk !== undefined; chunk = line.takeDue(nowMs)) {
        if (chunk.length === 0) to.end()
        else if (!to.destroyed) to.write(chunk)
      }
      if (line.heldBytes < HELD_BYTES_MAX) from.resume()
      schedule()
    }
    const schedule = () => {
      const dueMs = line.nextDueMs
      if (dueMs === undefined || timer !== undefined) return
      timer = timers.setTimeout(release, Math.max(0, dueMs - clock.monotonicMs()))
    }
    from.on('data', (chunk) => {
      line.push(chunk, clock.monotonicMs())
      if (line.heldBytes >= HELD_BYTES_MAX) from.pause()
      schedule()
    })
    // The end of a stream waits behind its bytes: an empty chunk stands for it.
    from.on('end', () => {
      line.push(new Uint8Array(0), clock.monotonicMs())
      schedule()
    })
    from.on('close', () => {
      if (to.destroyed) timer?.cancel()
    })
  }
}
