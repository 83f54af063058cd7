/**
 * Finds clients that do not read. Nothing in Colyseus looks at what a socket still has to send, and
 * one paused client took 8 MB in 2.5 s (engine.md 3, trap 2).
 */
import type { TimerHandle } from '@battalion/base/clock.ts'
import type { ClientSeat } from './client-seat.ts'
import type { RoomPorts } from './ports.ts'

/** How often sockets are looked at (ms). */
const SWEEP_INTERVAL_MS = 250

type SweepPorts = Pick<RoomPorts, 'clock' | 'limits' | 'metrics' | 'sockets' | 'timers'>

/** What the sweep looks at and does. */
export interface SweepHost {
  seats(): Iterable<ClientSeat>
  cutOff(seat: ClientSeat): void
  guard(where: string, work: () => void): boolean
}

export class SlowReaderSweep {
  readonly #ports: SweepPorts
  readonly #host: SweepHost
  #timer: TimerHandle | undefined

  constructor(ports: SweepPorts, host: SweepHost) {
    this.#ports = ports
    this.#host = host
  }

  start(): void {
    this.#timer = this.#ports.timers.setTimeout(() => {
      this.#host.guard('sweep', () => this.#sweep())
      if (this.#timer !== undefined) this.start()
    }, SWEEP_INTERVAL_MS)
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #sweep(): void {
    for (const seat of findSlowReaders(this.#host.seats(), this.#ports)) this.#host.cutOff(seat)
  }
}

/** The seats whose sockets hold too much, or took nothing for too long. */
export function findSlowReaders(
  seats: Iterable<ClientSeat>,
  ports: Pick<RoomPorts, 'clock' | 'limits' | 'metrics' | 'sockets'>,
): readonly ClientSeat[] {
  const nowMs = ports.clock.monotonicMs()
  const slow: ClientSeat[] = []
  for (const seat of seats) {
    const bytes = ports.sockets.bufferedBytes(seat.client)
    if (bytes === 0) {
      seat.drainedAtMs = nowMs
      continue
    }
    ports.metrics.sendBufferBytes(bytes)
    const isStuck = nowMs - seat.drainedAtMs > ports.limits.undrainedMsMax
    if (isStuck || bytes > ports.limits.terminateBytes) slow.push(seat)
  }
  return slow
}
