/**
 * Whether a battle takes newcomers: by measured load, before anybody inside has to give something
 * up. Pure. Closes at once, opens again only well below, so that it does not flutter at the edge.
 */
import { assert } from '@battalion/base/assert.ts'
import type { RoomLimits } from './ports.ts'

/** Open again below this part of what closes: 60 % where 70 % closes. */
export const OPEN_OVER_CLOSE_RATIO = 6 / 7
/** A p99 of fewer ticks would be the worst tick. */
export const ADMISSION_TICKS_MIN = 200

assert(OPEN_OVER_CLOSE_RATIO < 1, 'admission has hysteresis')

/** What is known of the load. */
export interface AdmissionLoad {
  readonly tickMsP99: number
  /** Ticks the percentile is made of. */
  readonly tickCount: number
  readonly stepMs: number
  /** Share of the time the process was busy, 0..1. */
  readonly busyShare: number
}

/** The part of a room's limits that admission keeps. */
export type AdmissionLimits = Pick<RoomLimits, 'admitWorkPercentMax' | 'admitBusyPercentMax'>

export class OverloadAdmission {
  readonly #limits: AdmissionLimits
  #isOpen = true

  constructor(limits: AdmissionLimits) {
    assert(limits.admitWorkPercentMax > 0, 'some work is allowed')
    assert(limits.admitBusyPercentMax > 0, 'some time may be used')
    this.#limits = limits
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /** Takes the newest figures; returns whether newcomers are let in. */
  update(load: AdmissionLoad): boolean {
    const { tickMsP99, tickCount, stepMs, busyShare } = load
    const { admitWorkPercentMax, admitBusyPercentMax } = this.#limits
    const work = tickCount < ADMISSION_TICKS_MIN ? 0 : (tickMsP99 / stepMs) * 100
    // 1 where one of the two is at its limit.
    const fill = Math.max(work / admitWorkPercentMax, (busyShare * 100) / admitBusyPercentMax)
    if (fill >= 1) this.#isOpen = false
    else if (fill < OPEN_OVER_CLOSE_RATIO) this.#isOpen = true
    return this.#isOpen
  }
}
