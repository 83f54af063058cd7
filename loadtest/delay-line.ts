/**
 * When each chunk of a byte stream comes out of a bad network: pure, seeded, in order. Bytes go in
 * with the time they were sent and come out with the time they would have arrived.
 */
import { assert } from '@battalion/base/assert.ts'
import { createPrng, nextFloat, type PrngState } from '@battalion/base/prng.ts'

/** Shortest stall of a lost packet (ms): the least retransmission time-out of common TCPs. */
export const LOSS_STALL_MS = 200
/** Bytes of one packet: loss is thrown per packet, so long chunks are hit more often. */
export const PACKET_BYTES = 1448

export interface NetworkConditions {
  /** Added each way (ms). */
  readonly latencyMs: number
  /** Each chunk waits up to this much longer (ms), uniform. */
  readonly jitterMs: number
  /** Share of packets lost, 0..1. */
  readonly lossRatio: number
  /** Bytes per second each way, 0 = unlimited. */
  readonly bytesPerSec: number
}

interface Held {
  readonly chunk: Uint8Array
  readonly dueMs: number
}

export class DelayLine {
  readonly #conditions: NetworkConditions
  readonly #dice: PrngState
  readonly #held: Held[] = []
  #first = 0
  #lastDueMs = 0
  heldBytes = 0
  /** Packets that were lost and sent again. */
  lostCount = 0

  constructor(conditions: NetworkConditions, seed: number) {
    assert(conditions.latencyMs >= 0, 'latency is not negative')
    assert(conditions.jitterMs >= 0, 'jitter is not negative')
    assert(conditions.lossRatio >= 0 && conditions.lossRatio < 1, 'loss is a share below 1')
    assert(conditions.bytesPerSec >= 0, 'a rate is not negative')
    this.#conditions = conditions
    this.#dice = createPrng(seed)
  }

  /** Takes a chunk sent at `nowMs`; answers when it comes out. */
  push(chunk: Uint8Array, nowMs: number): number {
    const { latencyMs, jitterMs, bytesPerSec } = this.#conditions
    const delayMs = latencyMs + jitterMs * nextFloat(this.#dice) + this.#stallMs(chunk.length)
    const throttleMs = bytesPerSec === 0 ? 0 : (chunk.length / bytesPerSec) * 1000
    const dueMs = Math.max(nowMs + delayMs, this.#lastDueMs) + throttleMs
    this.#lastDueMs = dueMs
    this.#held.push({ chunk, dueMs })
    this.heldBytes += chunk.length
    return dueMs
  }

  /** When the next chunk comes out, undefined when nothing is held. */
  get nextDueMs(): number | undefined {
    return this.#held[this.#first]?.dueMs
  }

  /** The next chunk that is due, in order. */
  takeDue(nowMs: number): Uint8Array | undefined {
    const next = this.#held[this.#first]
    if (next === undefined || next.dueMs > nowMs) return undefined
    this.#first++
    if (this.#first > 64 && this.#first * 2 > this.#held.length) {
      this.#held.splice(0, this.#first)
      this.#first = 0
    }
    this.heldBytes -= next.chunk.length
    return next.chunk
  }

  /** A lost packet is sent again after a time-out that doubles with each further loss. */
  #stallMs(bytes: number): number {
    const { lossRatio, latencyMs } = this.#conditions
    if (lossRatio === 0) return 0
    const packets = Math.max(1, Math.ceil(bytes / PACKET_BYTES))
    let stallMs = 0
    for (let packet = 0; packet < packets; packet++) {
      let timeoutMs = Math.max(LOSS_STALL_MS, latencyMs * 2)
      while (nextFloat(this.#dice) < lossRatio) {
        this.lostCount++
        stallMs = Math.max(stallMs, timeoutMs)
        timeoutMs *= 2
      }
    }
    return stallMs
  }
}
