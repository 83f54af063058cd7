/**
 * What a load run prints while it runs: one line that renews itself on a terminal, a plain line
 * every few seconds elsewhere.
 */
import { formatNumber } from './line-plot.ts'
import type { TimelineRow } from './load-timeline.ts'

/** Between two plain lines (ms). */
const PLAIN_MS = 5000

export interface ProgressOutput {
  readonly isTerminal: boolean
  write(text: string): void
}

/** Where the run stands. */
export interface ProgressState {
  readonly phase: 'joining' | 'settling' | 'measuring'
  readonly botCount: number
  readonly leftSec: number
  readonly row: TimelineRow
}

export class LoadProgress {
  readonly #output: ProgressOutput
  #plainAtMs = -Infinity
  #hasLine = false

  constructor(output: ProgressOutput) {
    this.#output = output
  }

  /** A line that stays. */
  say(text: string): void {
    this.#endLine()
    this.#output.write(`${text}\n`)
  }

  /** Where it stands; called once a second. */
  show(state: ProgressState, nowMs: number): void {
    const line = describeProgress(state)
    if (this.#output.isTerminal) {
      this.#output.write(`\r\u001b[K${line}`)
      this.#hasLine = true
    } else if (nowMs - this.#plainAtMs >= PLAIN_MS) {
      this.#plainAtMs = nowMs
      this.#output.write(`${line}\n`)
    }
  }

  #endLine(): void {
    if (this.#hasLine) this.#output.write('\n')
    this.#hasLine = false
  }
}

/** One line: phase, bots, rates, errors, time left. */
export function describeProgress({ phase, botCount, leftSec, row }: ProgressState): string {
  const parts = [
    phase,
    `${row.playing} of ${botCount} in battle`,
    ...(phase === 'joining' ? [`${formatNumber(row.joinsPerSec)} joins/s`] : []),
    `${formatNumber(row.bytesPerClient)} B/s each`,
    ...(Number.isFinite(row.tickP99Ms) ? [`tick p99 ${formatNumber(row.tickP99Ms)} ms`] : []),
    ...(Number.isFinite(row.roundTripP50Ms) ? [`rtt ${formatNumber(row.roundTripP50Ms)} ms`] : []),
    `${row.errors} errors`,
    `bots ${formatNumber(row.botsCore)} core`,
    `${Math.max(0, Math.round(leftSec))} s left`,
  ]
  return parts.join(' · ')
}
