/**
 * CPU time of every tick of a server under test, by getrusage, into arrays made beforehand: one
 * reading costs 0.7 µs and happens a handful of times a tick, never per client. Finer than the
 * server's own histograms, whose buckets are too coarse for a p99 against a limit.
 */
import { systemClock } from '../../src/system-clock.ts'
import type { ServerSample } from './bench-talk.ts'

/** Ticks of one window that are kept; later ones are not (128 Hz for two minutes fit). */
const TICKS_MAX = 16_384

/** Values of one kind, one per tick. */
class Series {
  readonly #values = new Float64Array(TICKS_MAX)
  #count = 0

  clear(): void {
    this.#count = 0
  }

  add(value: number): void {
    if (this.#count < TICKS_MAX) this.#values[this.#count++] = value
  }

  list(): number[] {
    return Array.from(this.#values.subarray(0, this.#count))
  }
}

export class TickRecorder {
  /** Counted since `mark`; servers add to it. */
  readonly counts: Record<string, number> = {}
  readonly #cpu = new Series()
  readonly #wall = new Series()
  readonly #starts = new Series()
  readonly #phases = new Map<string, Series>()
  readonly #phaseSums = new Map<string, number>()
  #markMs = systemClock.monotonicMs()
  #markCpuMs = processCpuMs()
  #beginMs = 0
  #beginCpuMs = 0
  #phaseCpuMs = 0

  /** A window begins. */
  mark(): void {
    this.#cpu.clear()
    this.#wall.clear()
    this.#starts.clear()
    for (const series of this.#phases.values()) series.clear()
    for (const name of Object.keys(this.counts)) this.counts[name] = 0
    this.#markMs = systemClock.monotonicMs()
    this.#markCpuMs = processCpuMs()
  }

  /** A tick may begin; nothing is kept until `end`. */
  begin(): void {
    this.#beginMs = systemClock.monotonicMs()
    this.#beginCpuMs = processCpuMs()
    this.#phaseCpuMs = this.#beginCpuMs
    this.#phaseSums.clear()
  }

  /** A phase of the tick is over; it began where the one before ended. */
  endPhase(name: string): void {
    const nowMs = processCpuMs()
    this.#phaseSums.set(name, (this.#phaseSums.get(name) ?? 0) + nowMs - this.#phaseCpuMs)
    this.#phaseCpuMs = nowMs
  }

  /** The tick that began last is over. */
  end(): void {
    this.#cpu.add(processCpuMs() - this.#beginCpuMs)
    this.#wall.add(systemClock.monotonicMs() - this.#beginMs)
    this.#starts.add(this.#beginMs - this.#markMs)
    for (const [name, sum] of this.#phaseSums) this.#seriesOf(name).add(sum)
  }

  /** What happened since `mark`. */
  take(): ServerSample {
    const phases = Array.from(this.#phases, ([name, series]) => [name, series.list()] as const)
    const memory = process.memoryUsage()
    return {
      elapsedMs: systemClock.monotonicMs() - this.#markMs,
      cpuMs: processCpuMs() - this.#markCpuMs,
      tickCpuMs: this.#cpu.list(),
      tickWallMs: this.#wall.list(),
      tickStartMs: this.#starts.list(),
      phaseCpuMs: Object.fromEntries(phases),
      counts: { ...this.counts },
      rssBytes: memory.rss,
      heapBytes: memory.heapUsed,
    }
  }

  #seriesOf(name: string): Series {
    const known = this.#phases.get(name)
    if (known !== undefined) return known
    const made = new Series()
    this.#phases.set(name, made)
    return made
  }
}

function processCpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
