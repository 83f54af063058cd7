/**
 * How long before its step a command reaches the server, found without a word about it on the wire:
 * from sending a command to the mean arrival of the snapshot that answers it, less a round trip.
 * What is left is the time it waited there. The command that matters is the first of each frame:
 * when it is late, the soldier stands still for a tick.
 *
 * A lead just above what the network strays by makes shots as young as they can be (decision 0013).
 * Reads no clock; allocates nothing.
 */
import { sequenceDifference } from '@battalion/base/sequence.ts'

/** Frames remembered until they are answered: more than 3 s of single commands at 40 Hz. */
const FRAMES_REMEMBERED = 128
/** Weight of a new answer, about a second of frames. */
const LEAD_GAIN = 0.08
/** Mean deviations, of the network and of our own sending, a command should be early by. */
const SPREAD_FACTOR = 2
/** Room beyond that: the server's timer, and what the estimates are wrong by (ms). */
const LEAD_MARGIN_MS = 6
/** Answers before a lead is believed: the clocks have to settle first, 2 s of single commands. */
const ANSWERS_MIN = 40
/** A lead beyond this is a stall just over, not a habit (ms). */
const LEAD_MS_MAX = 150

export class CommandLead {
  /** First seq of a frame and when it was sent; row = number of the frame % length. */
  readonly #firstSeq = new Uint16Array(FRAMES_REMEMBERED)
  readonly #sentAtMs = new Float64Array(FRAMES_REMEMBERED)
  #sentCount = 0
  #answeredCount = 0
  #learnedCount = 0
  #leadMs = Number.NaN
  #spreadMs = 0

  /** How long before its step the first command of a frame comes, in the mean; NaN = not known. */
  get leadMs(): number {
    return this.#leadMs
  }

  /** How much of that is not needed on a network that strays by `jitterMs` (mean deviation). */
  tooEarlyMs(jitterMs: number): number {
    if (this.#learnedCount < ANSWERS_MIN) return Number.NaN
    return this.#leadMs - LEAD_MARGIN_MS - (jitterMs + this.#spreadMs) * SPREAD_FACTOR
  }

  /** A frame that begins with command `seq` goes out. */
  sent(seq: number, nowMs: number): void {
    const row = this.#sentCount++ % FRAMES_REMEMBERED
    this.#firstSeq[row] = seq
    this.#sentAtMs[row] = nowMs
    this.#answeredCount = Math.max(this.#answeredCount, this.#sentCount - FRAMES_REMEMBERED)
  }

  /** Command `ackSeq` was carried out in the tick whose snapshot comes at `meanArrivalMs`. */
  answered(
    { ackSeq, hasAck }: { readonly ackSeq: number; readonly hasAck: number },
    meanArrivalMs: number,
    rttMs: number,
  ): void {
    if (hasAck === 0) return
    while (this.#answeredCount < this.#sentCount) {
      const row = this.#answeredCount % FRAMES_REMEMBERED
      const ahead = sequenceDifference(this.#firstSeq[row]!, ackSeq)
      if (ahead > 0) return
      this.#answeredCount++
      // One that was passed over (dropped in a full queue) says nothing of its own step.
      if (ahead === 0) this.#learn(meanArrivalMs - this.#sentAtMs[row]! - rttMs)
    }
  }

  /** Forgets everything, after a lost connection or a change of the room's pace. */
  reset(): void {
    this.#answeredCount = this.#sentCount
    this.#learnedCount = 0
    this.#leadMs = Number.NaN
    this.#spreadMs = 0
  }

  #learn(leadMs: number): void {
    if (!Number.isFinite(leadMs)) return
    this.#learnedCount++
    const bounded = Math.min(LEAD_MS_MAX, Math.max(-LEAD_MS_MAX, leadMs))
    if (Number.isNaN(this.#leadMs)) {
      this.#leadMs = bounded
      return
    }
    const deviationMs = bounded - this.#leadMs
    this.#spreadMs += (Math.abs(deviationMs) - this.#spreadMs) * LEAD_GAIN
    this.#leadMs += deviationMs * LEAD_GAIN
  }
}
