/**
 * Whether a battle takes newcomers: by measured load, before anybody inside has to give something
 * up. Pure. Closes at once, opens again only well below, so that it does not flutter at the edge.
 */
import { assert } from '@battalion/base/assert.ts'

/** Open again below this part of what closes: 60 % of a tick where 70 % closes. */
export const OPEN_OVER_CLOSE_RATIO = 6 / 7
/** The event loop is busy more than this share of the time (everything counts): nobody new. */
export const CLOSE_BUSY_SHARE = 0.9
export const OPEN_BUSY_SHARE = 0.8
/** A p99 of fewer ticks would be the worst tick. */
export const ADMISSION_TICKS_MIN = 200

assert(OPEN_OVER_CLOSE_RATIO < 1, 'admission has hysteresis by work')
assert(OPEN_BUSY_SHARE < CLOSE_BUSY_SHARE, 'admission has hysteresis by the loop')

/** What is known of the load. */
export interface AdmissionLoad {
  readonly tickMsP99: number
  /** Ticks the percentile is made of. */
  readonly tickCount: number
  readonly stepMs: number
  /** Share of the time the process was busy, 0..1. */
  readonly busyShare: number
}

export class OverloadAdmission {
  readonly #closeWorkShare: number
  #isOpen = true

  /** Closed from this share of a tick on (p99 of its work, 0.7 = 70 %). */
  constructor(closeWorkShare: number) {
    assert(closeWorkShare > 0, 'some work is allowed')
    this.#closeWorkShare = closeWorkShare
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /** Takes the newest figures; returns whether newcomers are let in. */
  update(load: AdmissionLoad): boolean {
    const { tickMsP99, tickCount, stepMs, busyShare } = load
    const workShare = tickCount < ADMISSION_TICKS_MIN ? 0 : tickMsP99 / stepMs
    const openWorkShare = this.#closeWorkShare * OPEN_OVER_CLOSE_RATIO
    if (workShare >= this.#closeWorkShare || busyShare >= CLOSE_BUSY_SHARE) this.#isOpen = false
    else if (workShare < openWorkShare && busyShare < OPEN_BUSY_SHARE) this.#isOpen = true
    return this.#isOpen
  }
}
