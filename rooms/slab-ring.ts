/**
 * Buffers for outgoing frames, used again and again. A frame must not change while a socket still
 * holds it (engine.md 3, trap 1), so a slab is used again only when every socket that got a frame
 * from it has been seen empty since; otherwise a fresh one is taken and counted, and the oldest is
 * left to the garbage collector. Two are enough while everybody reads.
 */
import { assert } from '@battalion/base/assert.ts'

/** Slabs kept for later use by a battle whose sends fit one. */
export const SLABS_KEPT_MIN = 4
/** Slabs kept at most: two sends of a crowd of 1,000 in one place, 12 MB; beyond, fresh ones. */
export const SLABS_KEPT_MAX = 24
/** Size of a slab: 1,000 frames of 200 B leave room for one frame of the largest kind (bytes). */
export const SLAB_BYTES = 512 * 1024

/** Sends whose frames one socket still holds: first and last number. */
export interface PendingSends {
  readonly from: number
  readonly to: number
}

interface Slab {
  readonly bytes: Uint8Array
  /** Number of the send that wrote it last. */
  usedInSend: number
  isBusy: boolean
}

export class SlabRing {
  readonly #kept: Slab[] = []
  #current: Slab
  #offset = 0
  #sendNumber = 0
  #freshCount = 0
  /** Slabs this send took so far, and how many are kept after what the last one took. */
  #takenCount = 0
  #keptMax = SLABS_KEPT_MIN

  constructor() {
    this.#current = this.#fresh()
  }

  /** Slabs made so far; grows while somebody does not read. */
  get freshCount(): number {
    return this.#freshCount
  }

  get bytes(): Uint8Array {
    return this.#current.bytes
  }

  get offset(): number {
    return this.#offset
  }

  /** A new send begins, while sockets still hold frames of the sends in `pending`. */
  beginSend(sendNumber: number, pending: readonly PendingSends[]): void {
    assert(sendNumber > this.#sendNumber, 'sends are numbered upwards')
    this.#sendNumber = sendNumber
    this.#keptMax = Math.min(Math.max(2 * this.#takenCount, SLABS_KEPT_MIN), SLABS_KEPT_MAX)
    this.#takenCount = 0
    for (const slab of this.#kept) {
      const { usedInSend } = slab
      slab.isBusy = pending.some(({ from, to }) => usedInSend >= from && usedInSend <= to)
    }
    this.#take()
  }

  /** Makes room for `byteCount` bytes in one piece from `offset` on. */
  reserve(byteCount: number): void {
    assert(byteCount <= SLAB_BYTES, 'a frame fits a slab')
    if (this.#offset + byteCount > SLAB_BYTES) this.#take()
  }

  /** Everything before `end` is in use now. */
  commit(end: number): void {
    assert(end >= this.#offset, 'a slab fills forwards')
    assert(end <= SLAB_BYTES, 'a slab is not overrun')
    this.#offset = end
  }

  #take(): void {
    this.#offset = 0
    this.#takenCount++
    const free = this.#kept.find((slab) => !slab.isBusy && slab.usedInSend < this.#sendNumber)
    this.#current = free ?? this.#fresh()
    this.#current.usedInSend = this.#sendNumber
  }

  #fresh(): Slab {
    const slab: Slab = { bytes: new Uint8Array(SLAB_BYTES), usedInSend: 0, isBusy: false }
    this.#freshCount++
    this.#kept.push(slab)
    while (this.#kept.length > this.#keptMax) this.#kept.shift()
    return slab
  }
}
