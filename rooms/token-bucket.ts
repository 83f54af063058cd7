/**
 * How much one client may send: two buckets, frames and bytes, filled by the monotonic clock. Over
 * the limit the client is closed (`flood`); nothing is queued. Costs two subtractions a frame.
 */
import { assert } from '@battalion/base/assert.ts'

/** Rates per second and what may come at once. */
export interface TokenBucketLimits {
  readonly framesPerSec: number
  readonly framesBurst: number
  readonly bytesPerSec: number
  readonly bytesBurst: number
}

const MS_PER_SEC = 1000

export class TokenBucket {
  readonly #limits: TokenBucketLimits
  #frames: number
  #bytes: number
  #filledAtMs: number

  constructor(limits: TokenBucketLimits, nowMs: number) {
    assert(limits.framesBurst >= 1, 'at least one frame fits')
    assert(limits.bytesBurst >= 1, 'at least one byte fits')
    this.#limits = limits
    this.#frames = limits.framesBurst
    this.#bytes = limits.bytesBurst
    this.#filledAtMs = nowMs
  }

  /** Takes one frame of `bytes`; false when there is no room, and then nothing is taken. */
  take(bytes: number, nowMs: number): boolean {
    this.#fill(nowMs)
    if (this.#frames < 1 || this.#bytes < bytes) return false
    this.#frames--
    this.#bytes -= bytes
    return true
  }

  #fill(nowMs: number): void {
    const elapsedSec = Math.max(0, nowMs - this.#filledAtMs) / MS_PER_SEC
    this.#filledAtMs = nowMs
    const { framesPerSec, framesBurst, bytesPerSec, bytesBurst } = this.#limits
    this.#frames = Math.min(framesBurst, this.#frames + elapsedSec * framesPerSec)
    this.#bytes = Math.min(bytesBurst, this.#bytes + elapsedSec * bytesPerSec)
  }
}
