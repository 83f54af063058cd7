/**
 * Overload of one battle, as its session uses it: measures every wake-up, holds ladder and
 * admission, says which sends are due, and puts into words and room state what holds. Decides
 * nothing about the game; how the battle's clock is slowed is the session's.
 */
import { assert } from '@battalion/base/assert.ts'
import type { Mode } from '@battalion/sim/balance.ts'
import type { ServerMessages } from '@battalion/wire/messages.ts'
import type { BattlefieldState } from '../schema/battlefield-state.ts'
import { OverloadAdmission } from './overload-admission.ts'
import { OverloadLadder, OverloadStep } from './overload-ladder.ts'
import type { OverloadRung } from './overload-ladder.ts'
import { OVERLOAD_NOTICES } from './overload-notices.ts'
import type { RoomPorts } from './ports.ts'
import { TickStats } from './tick-stats.ts'

export interface OverloadControlOptions {
  readonly ports: Pick<RoomPorts, 'metrics' | 'limits' | 'processBusyShare'>
  readonly mode: Mode
  readonly roomId: string
}

export class OverloadControl {
  readonly #options: OverloadControlOptions
  readonly #ladder: OverloadLadder
  readonly #admission: OverloadAdmission
  readonly #stats = new TickStats()
  readonly #tickRateHz: number
  #workMs = 0
  /** Snapshots that are due; below 1 none is. */
  #sendCredit = 0
  #toldStep: OverloadStep = OverloadStep.none

  constructor(options: OverloadControlOptions) {
    const { mode, ports } = options
    this.#options = options
    this.#tickRateHz = mode.tickRateHz
    this.#ladder = new OverloadLadder({ mayDilateTime: mode.timeDilation === true })
    this.#admission = new OverloadAdmission(ports.limits)
  }

  /** What holds now. */
  get rung(): OverloadRung {
    return this.#ladder.rung
  }

  /** Length of a step on the wall (ms). */
  get stepMs(): number {
    return 1000 / (this.#tickRateHz * this.rung.timeScale)
  }

  /** Snapshots per second each client is promised. */
  get snapshotRateHz(): number {
    return this.#tickRateHz * this.rung.timeScale * this.rung.snapshotShare
  }

  /** True while nobody new may come in. */
  get isClosed(): boolean {
    return !this.#admission.isOpen || this.rung.step >= OverloadStep.closed
  }

  /** Hears of a wake-up; true when another rung holds from now on. */
  begin(latenessMs: number, nowMs: number): boolean {
    const before = this.rung
    const report = { latenessMs, stepMs: this.stepMs, workMs: this.#workMs, nowMs }
    this.#workMs = 0
    if (!this.#ladder.observe(report)) return false
    const { step } = this.rung
    const isDown = step > before.step || this.rung.timeScale < before.timeScale
    this.#options.ports.metrics.overloadChanged(step, isDown ? 'down' : 'up')
    this.#tellMetrics()
    return true
  }

  /** Work of the wake-up that just ended. */
  end(workMs: number): void {
    this.#workMs = workMs
    this.#stats.add(workMs)
  }

  /** Counts `steps` ticks; true when they are to be sent. */
  isSendDue(steps: number): boolean {
    assert(steps > 0, 'a wake-up makes steps')
    this.#sendCredit += steps * this.rung.snapshotShare
    // Thirds do not add up to a whole.
    if (this.#sendCredit < 1 - Number.EPSILON * 8) return false
    this.#sendCredit = Math.max(0, this.#sendCredit - 1) % 1
    return true
  }

  /** Takes stock and writes it into room state. */
  project(state: BattlefieldState): void {
    const { p50Ms, p99Ms, count } = this.#stats.percentiles()
    const wasOpen = this.#admission.isOpen
    const isOpen = this.#admission.update({
      tickMsP99: p99Ms,
      tickCount: count,
      stepMs: this.stepMs,
      busyShare: this.#options.ports.processBusyShare?.() ?? 0,
    })
    state.tickMsP50 = p50Ms
    state.tickMsP99 = p99Ms
    state.overloadStep = this.rung.step
    state.snapshotRateHz = this.snapshotRateHz
    state.timeScale = this.rung.timeScale
    if (isOpen !== wasOpen) this.#tellMetrics()
  }

  /** What everybody is to be told of a step not told yet; undefined when there is none. */
  takeNotice(): ServerMessages['notice'] | undefined {
    const { step } = this.rung
    if (step === this.#toldStep) return undefined
    this.#toldStep = step
    return OVERLOAD_NOTICES[step]
  }

  /** What somebody who comes in now is to be told; undefined when all is well. */
  get standingNotice(): ServerMessages['notice'] | undefined {
    const { step } = this.rung
    return step === OverloadStep.none ? undefined : OVERLOAD_NOTICES[step]
  }

  /** The battle is over and weighs nothing any more. */
  stop(): void {
    const { ports, roomId } = this.#options
    ports.metrics.shedLevel(roomId, OverloadStep.none)
    ports.metrics.admissionClosed(roomId, false)
  }

  #tellMetrics(): void {
    const { ports, roomId } = this.#options
    ports.metrics.shedLevel(roomId, this.rung.step)
    ports.metrics.admissionClosed(roomId, this.isClosed)
  }
}
