/**
 * What a battle gives up, rung by rung, when its process cannot keep the pace (design 4.5). Pure:
 * told of every wake-up, it says what holds from now on; it sends nothing and reads no clock.
 *
 * One rung down: too late several wake-ups in a row, or the ticks alone take nearly all the time,
 * or whatever else runs here makes the battle miss too many of its ticks' times.
 * One rung up: a time without either, and what the rung gives back would fit. A rung that is
 * entered again soon after it was left is kept twice as long, so that the battle does not swing.
 */
import { assert } from '@battalion/base/assert.ts'
import { FAR_SHARE_OVERLOADED } from '@battalion/wire/far-share.ts'

/** Steps as room state announces them; each keeps what the ones before gave up. */
export const OverloadStep = {
  /** All is well. */
  none: 0,
  /** The far tier goes round more slowly. */
  farSlower: 1,
  /** Two snapshots of three. */
  fewerSnapshots: 2,
  /** Every second snapshot. */
  halfRate: 3,
  /** The clock of the battle runs slower, where the mode allows it. */
  slowTime: 4,
  /** Nobody new gets in, every fourth snapshot. */
  closed: 5,
} as const
export type OverloadStep = (typeof OverloadStep)[keyof typeof OverloadStep]

/** What one rung gives up, and what it takes to get there and away. */
export interface OverloadRung {
  readonly step: OverloadStep
  /** Share of the far tier's rate. */
  readonly farShare: number
  /** Snapshots per tick. */
  readonly snapshotShare: number
  /** Seconds of battle per second. */
  readonly timeScale: number
  /** Late wake-ups in a row that lead here: the more it hurts, the surer it must be. */
  readonly enterLateWakes: number
  /** Time without lateness that leads away from here (ms). */
  readonly exitCleanMs: number
}

/** A wake-up later than a step is late, but never below this: hosts sleep that long (ms). */
export const LATENESS_MS_MIN = 25
/** The ticks of a window take more than this share of it: down. */
export const ENTER_WORK_SHARE = 0.85
/**
 * More than this share of a window's ticks were made up for later: down. A loop that stands still
 * for 200 ms in each second (C-12) misses 20 %, and giving things up would not help it.
 */
export const ENTER_MISSED_SHARE = 0.3
/** Up only when the ticks would take less than this share with what comes back. */
export const EXIT_WORK_SHARE = 0.65
/** Windows in which shares are measured are as long as both (ms, ticks). */
export const WINDOW_MS = 2000
export const WINDOW_TICKS_MIN = 20
/** After a rung its effect shows before the next can come (ms). */
export const SETTLE_MS = 500
/** A rung entered again within this time of leaving it is kept twice as long (ms). */
export const RELAPSE_MS = 20_000
export const EXIT_CLEAN_MS_MAX = 60_000

const FAR = FAR_SHARE_OVERLOADED
const CALM: OverloadRung = {
  step: OverloadStep.none,
  farShare: 1,
  snapshotShare: 1,
  timeScale: 1,
  enterLateWakes: 0,
  exitCleanMs: 0,
}
const HALF = { ...CALM, step: OverloadStep.halfRate, farShare: FAR, snapshotShare: 1 / 2 }
const SLOW = { ...HALF, step: OverloadStep.slowTime, enterLateWakes: 4, exitCleanMs: 5000 }
const SLOWEST_TIME = 0.5

/** Everything a battle can give up, in order; `slowTime` has two rungs. */
export const OVERLOAD_RUNGS: readonly OverloadRung[] = [
  CALM,
  { ...CALM, step: OverloadStep.farSlower, farShare: FAR, enterLateWakes: 2, exitCleanMs: 5000 },
  {
    ...CALM,
    step: OverloadStep.fewerSnapshots,
    farShare: FAR,
    snapshotShare: 2 / 3,
    enterLateWakes: 2,
    exitCleanMs: 5000,
  },
  { ...HALF, enterLateWakes: 3, exitCleanMs: 5000 },
  { ...SLOW, timeScale: 0.75 },
  { ...SLOW, timeScale: SLOWEST_TIME },
  {
    ...HALF,
    step: OverloadStep.closed,
    snapshotShare: 1 / 4,
    timeScale: SLOWEST_TIME,
    enterLateWakes: 4,
    exitCleanMs: 10_000,
  },
]

/** What the ladder hears of one wake-up. */
export interface WakeReport {
  readonly latenessMs: number
  /** Length of a step as the loop makes them now (ms). */
  readonly stepMs: number
  /** Work of the wake-up before (ms). */
  readonly workMs: number
  readonly nowMs: number
}

export class OverloadLadder {
  readonly #rungs: readonly OverloadRung[]
  readonly #exitCleanMs: number[]
  readonly #leftAtMs: number[]
  #index = 0
  #lateInARow = 0
  #cleanSinceMs = 0
  #changedAtMs = -Infinity
  #windowStartMs = Number.NaN
  #windowWorkMs = 0
  #windowTicks = 0
  #windowMissed = 0
  /** Shares of the last whole window, undefined after a change. */
  #workShare: number | undefined
  #missedShare: number | undefined

  constructor(options: { readonly mayDilateTime: boolean }) {
    this.#rungs = rungsFor(options.mayDilateTime)
    this.#exitCleanMs = this.#rungs.map(({ exitCleanMs }) => exitCleanMs)
    this.#leftAtMs = this.#rungs.map(() => -Infinity)
  }

  get rung(): OverloadRung {
    return this.#rungs[this.#index]!
  }

  /** Tells of one wake-up; true when another rung holds from now on. */
  observe(report: WakeReport): boolean {
    this.#measure(report)
    const before = this.#index
    const isLate = report.latenessMs > Math.max(report.stepMs, LATENESS_MS_MIN)
    if (isLate) this.#cleanSinceMs = report.nowMs
    if (report.nowMs - this.#changedAtMs < SETTLE_MS) return false
    this.#lateInARow = isLate ? this.#lateInARow + 1 : 0
    if (this.#mustGoDown()) this.#goDown(report.nowMs)
    else if (this.#mayGoUp(report.nowMs)) this.#goUp(report.nowMs)
    return this.#index !== before
  }

  #measure({ nowMs, workMs, latenessMs, stepMs }: WakeReport): void {
    if (Number.isNaN(this.#windowStartMs)) return this.#startWindow(nowMs)
    const missed = Math.floor(latenessMs / stepMs)
    this.#windowWorkMs += workMs
    this.#windowTicks += 1 + missed
    this.#windowMissed += missed
    const windowMs = nowMs - this.#windowStartMs
    if (windowMs < WINDOW_MS || this.#windowTicks < WINDOW_TICKS_MIN) return
    this.#workShare = this.#windowWorkMs / windowMs
    this.#missedShare = this.#windowMissed / this.#windowTicks
    this.#startWindow(nowMs)
  }

  #startWindow(nowMs: number): void {
    this.#windowStartMs = nowMs
    this.#windowWorkMs = 0
    this.#windowTicks = 0
    this.#windowMissed = 0
  }

  #mustGoDown(): boolean {
    const next = this.#rungs[this.#index + 1]
    if (next === undefined) return false
    if (this.#lateInARow >= next.enterLateWakes) return true
    if (this.#workShare === undefined || this.#missedShare === undefined) return false
    return this.#workShare > ENTER_WORK_SHARE || this.#missedShare > ENTER_MISSED_SHARE
  }

  #goDown(nowMs: number): void {
    this.#index++
    const index = this.#index
    const isRelapse = nowMs - this.#leftAtMs[index]! < RELAPSE_MS
    const { exitCleanMs } = this.rung
    this.#exitCleanMs[index] = isRelapse
      ? Math.min(EXIT_CLEAN_MS_MAX, this.#exitCleanMs[index]! * 2)
      : exitCleanMs
    this.#changed(nowMs)
  }

  #mayGoUp(nowMs: number): boolean {
    if (this.#index === 0 || this.#workShare === undefined) return false
    if (nowMs - this.#cleanSinceMs < this.#exitCleanMs[this.#index]!) return false
    const now = this.rung
    const then = this.#rungs[this.#index - 1]!
    const growth = (then.snapshotShare * then.timeScale) / (now.snapshotShare * now.timeScale)
    return this.#workShare * growth < EXIT_WORK_SHARE
  }

  #goUp(nowMs: number): void {
    this.#leftAtMs[this.#index] = nowMs
    this.#index--
    assert(this.#index >= 0, 'a ladder ends at its foot')
    this.#changed(nowMs)
  }

  #changed(nowMs: number): void {
    this.#changedAtMs = nowMs
    this.#cleanSinceMs = nowMs
    this.#lateInARow = 0
    this.#workShare = undefined
    this.#missedShare = undefined
    this.#startWindow(nowMs)
  }
}

/** The rungs of a mode: where time may not run slower, none of them slows it. */
function rungsFor(mayDilateTime: boolean): readonly OverloadRung[] {
  if (mayDilateTime) return OVERLOAD_RUNGS
  return OVERLOAD_RUNGS.filter(({ step }) => step !== OverloadStep.slowTime).map((rung) => ({
    ...rung,
    timeScale: 1,
  }))
}
