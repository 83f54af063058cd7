/**
 * A worse network on demand: holds frames back, each way, in order. It works above TCP, so it does
 * what TCP does: nothing is lost or overtakes; a lost packet shows as a stall of at least 200 ms
 * (a retransmission) for everything behind it. Seeded, so that a run can be repeated.
 *
 * At rest (all zero) frames pass through at once, in the same call.
 */
import { assert } from '@battalion/base/assert.ts'
import { createPrng, nextFloat, type PrngState } from '@battalion/base/prng.ts'

/** Shortest stall of a lost packet (ms): the least retransmission time-out of common TCPs. */
export const LOSS_STALL_MS = 200
/** Frames held back in one direction; at the limit the oldest go out early, counted. */
export const HELD_FRAMES_MAX = 4096

export interface LinkConditions {
  /** Added to each way (ms), so the round trip grows by twice this. */
  readonly latencyMs: number
  /** Each frame waits up to this much longer (ms), uniform. */
  readonly jitterMs: number
  /** Share of frames that are "lost", 0..1: they stall the line. */
  readonly lossRatio: number
  /** What the line carries each way (bytes/s), 0 = any: frames queue behind each other. */
  readonly rateBytesPerSec: number
}

/** The network as it is. */
export const CONDITIONS_NONE: LinkConditions = {
  latencyMs: 0,
  jitterMs: 0,
  lossRatio: 0,
  rateBytesPerSec: 0,
}

/** `in` = from the server, `out` = to it. */
export type LinkDirection = 'in' | 'out'

interface Held {
  readonly dueMs: number
  readonly deliver: () => void
}

export class LinkConditioner {
  readonly #prng: PrngState
  readonly #held: Record<LinkDirection, Held[]> = { in: [], out: [] }
  readonly #lastDueMs: Record<LinkDirection, number> = { in: 0, out: 0 }
  /** When the line has carried everything given to it so far. */
  readonly #lineFreeMs: Record<LinkDirection, number> = { in: 0, out: 0 }
  #conditions: LinkConditions = CONDITIONS_NONE
  /** Frames that were let go early because too many were held. */
  overflowCount = 0

  constructor(seed = 1) {
    this.#prng = createPrng(seed)
  }

  get conditions(): LinkConditions {
    return this.#conditions
  }

  /** Changes the network from the next frame on; frames already held keep their time. */
  configure(conditions: Partial<LinkConditions>): void {
    const next = { ...this.#conditions, ...conditions }
    assert(next.latencyMs >= 0 && next.latencyMs <= 10_000, 'latency is 0 to 10 s')
    assert(next.jitterMs >= 0 && next.jitterMs <= 10_000, 'jitter is 0 to 10 s')
    assert(next.lossRatio >= 0 && next.lossRatio <= 1, 'loss is a share')
    assert(next.rateBytesPerSec >= 0, 'a rate is not negative')
    this.#conditions = next
  }

  /** True when the next frame, either way, goes through at once. */
  get isPassing(): boolean {
    return this.#held.in.length === 0 && this.#held.out.length === 0 && this.#isAtRest
  }

  /** Takes a frame; calls `deliver` now or at a later `flush`, never before an earlier frame. */
  pass(direction: LinkDirection, nowMs: number, deliver: () => void, bytes = 0): void {
    const held = this.#held[direction]
    const carriedMs = this.#carry(direction, nowMs, bytes)
    const dueMs = Math.max(carriedMs + this.#delayMs(), this.#lastDueMs[direction])
    if (dueMs <= nowMs && held.length === 0) return deliver()
    this.#lastDueMs[direction] = dueMs
    if (held.length === HELD_FRAMES_MAX) {
      this.overflowCount++
      held.shift()?.deliver()
    }
    held.push({ dueMs, deliver })
  }

  /** Delivers what is due. */
  flush(nowMs: number): void {
    this.#flushOne(this.#held.in, nowMs)
    this.#flushOne(this.#held.out, nowMs)
  }

  /** Milliseconds until the next frame is due, undefined when none is held. */
  nextDueInMs(nowMs: number): number | undefined {
    const first = this.#held.in[0]
    const second = this.#held.out[0]
    if (first === undefined && second === undefined) return undefined
    const dueMs = Math.min(first?.dueMs ?? Infinity, second?.dueMs ?? Infinity)
    return Math.max(0, dueMs - nowMs)
  }

  /** Forgets held frames: the connection they belonged to is gone. */
  clear(): void {
    this.#held.in.length = 0
    this.#held.out.length = 0
    this.#lastDueMs.in = 0
    this.#lastDueMs.out = 0
    this.#lineFreeMs.in = 0
    this.#lineFreeMs.out = 0
  }

  get #isAtRest(): boolean {
    const { latencyMs, jitterMs, lossRatio, rateBytesPerSec } = this.#conditions
    return latencyMs === 0 && jitterMs === 0 && lossRatio === 0 && rateBytesPerSec === 0
  }

  /** When the line has carried a frame of `bytes` behind those before it. */
  #carry(direction: LinkDirection, nowMs: number, bytes: number): number {
    const { rateBytesPerSec } = this.#conditions
    if (rateBytesPerSec === 0) return nowMs
    const startMs = Math.max(nowMs, this.#lineFreeMs[direction])
    this.#lineFreeMs[direction] = startMs + (bytes * 1000) / rateBytesPerSec
    return this.#lineFreeMs[direction]
  }

  #delayMs(): number {
    const { latencyMs, jitterMs, lossRatio } = this.#conditions
    if (this.#isAtRest) return 0
    const jitter = jitterMs * nextFloat(this.#prng)
    const isLost = nextFloat(this.#prng) < lossRatio
    return latencyMs + jitter + (isLost ? LOSS_STALL_MS + latencyMs * 2 : 0)
  }

  #flushOne(held: Held[], nowMs: number): void {
    let count = 0
    while (count < held.length && held[count]!.dueMs <= nowMs) count++
    for (const item of held.splice(0, count)) item.deliver()
  }
}
