/**
 * What operators see of one battle's work: how long the parts of its ticks take, what it sends, and
 * a row of figures for each of the last minutes' seconds. The tick adds to fixed arrays and
 * allocates nothing; whoever takes samples, once a second, comes from outside.
 */
import { assert } from '@battalion/base/assert.ts'
import type { RoomMetrics, TickPhase } from './ports.ts'

/** Upper bounds of the histogram's buckets (ms); one more bucket holds what is beyond. */
export const TICK_BOUNDS_MS = [0.25, 0.5, 1, 2, 4, 8, 12, 16, 20, 25, 33, 50, 100] as const
/** Parts of a tick, and all of it. */
export const WATCHED_PHASES = ['input', 'sim', 'rewind', 'encode', 'send', 'total'] as const
/** Samples remembered: five minutes of one a second. */
export const SAMPLES_COUNT_MAX = 300

/** Figures of one second. */
export interface BattleSample {
  /** Wall time (ms since 1970). */
  readonly atMs: number
  readonly people: number
  readonly bots: number
  readonly spectators: number
  /** Lost their connection and may come back. */
  readonly awaited: number
  readonly tickMsP50: number
  readonly tickMsP99: number
  readonly overloadStep: number
  /** Snapshot bytes a second that one client got. */
  readonly bytesPerClient: number
  /** Snapshot bytes a second to all of them. */
  readonly bytesPerSec: number
}

/** What the room adds to a sample; rates are the watch's own. */
export type SampledState = Omit<BattleSample, 'bytesPerClient' | 'bytesPerSec'>

const COLUMNS = [
  'atMs',
  'people',
  'bots',
  'spectators',
  'awaited',
  'tickMsP50',
  'tickMsP99',
  'overloadStep',
  'bytesPerClient',
  'bytesPerSec',
] as const satisfies readonly (keyof BattleSample)[]

export type WatchedPhase = (typeof WATCHED_PHASES)[number]

function countsOf(): Uint32Array {
  return new Uint32Array(TICK_BOUNDS_MS.length + 1)
}

export class BattleWatch {
  readonly #counts: Readonly<Record<TickPhase | 'total', Uint32Array>> = {
    input: countsOf(),
    sim: countsOf(),
    rewind: countsOf(),
    encode: countsOf(),
    send: countsOf(),
    total: countsOf(),
  }
  /** Rows of {@link COLUMNS}, the oldest overwritten first. */
  readonly #samples = new Float64Array(SAMPLES_COUNT_MAX * COLUMNS.length)
  #sampleCount = 0
  #sampledAtMs = Number.NaN
  #bytes = 0

  /** The same metrics, heard on the way. What is not heard costs nothing more. */
  over(metrics: RoomMetrics): RoomMetrics {
    const heard: Pick<RoomMetrics, 'tickWork' | 'snapshotBytes'> = {
      tickWork: (phase, durationMs) => {
        this.#count(this.#counts[phase], durationMs)
        metrics.tickWork(phase, durationMs)
      },
      snapshotBytes: (bytes) => {
        this.#bytes += bytes
        metrics.snapshotBytes(bytes)
      },
    }
    return Object.assign(Object.create(metrics) as RoomMetrics, heard)
  }

  /** Takes the figures of the time since the last sample; `receiving` clients shared the bytes. */
  sample(state: SampledState, receiving: number): void {
    const elapsedSec = (state.atMs - this.#sampledAtMs) / 1000
    const bytesPerSec = elapsedSec > 0 ? this.#bytes / elapsedSec : 0
    const bytesPerClient = receiving === 0 ? 0 : bytesPerSec / receiving
    const sample: BattleSample = { ...state, bytesPerSec, bytesPerClient }
    const row = (this.#sampleCount % SAMPLES_COUNT_MAX) * COLUMNS.length
    COLUMNS.forEach((column, index) => (this.#samples[row + index] = sample[column]))
    this.#sampleCount++
    this.#sampledAtMs = state.atMs
    this.#bytes = 0
  }

  /** The newest sample; undefined before the first. */
  get last(): BattleSample | undefined {
    return this.#sampleCount === 0 ? undefined : this.#read(this.#sampleCount - 1)
  }

  /** Samples that are remembered, oldest first. */
  get samples(): BattleSample[] {
    const count = Math.min(this.#sampleCount, SAMPLES_COUNT_MAX)
    const first = this.#sampleCount - count
    return Array.from({ length: count }, (_, index) => this.#read(first + index))
  }

  /** Ticks counted since the room opened, by phase, in the order of {@link TICK_BOUNDS_MS}. */
  get tickCounts(): Record<WatchedPhase, number[]> {
    const { input, sim, rewind, encode, send, total } = this.#counts
    return {
      input: [...input],
      sim: [...sim],
      rewind: [...rewind],
      encode: [...encode],
      send: [...send],
      total: [...total],
    }
  }

  #count(counts: Uint32Array, durationMs: number): void {
    let index = 0
    while (index < TICK_BOUNDS_MS.length && durationMs > TICK_BOUNDS_MS[index]!) index++
    counts[index]!++
  }

  #read(number: number): BattleSample {
    assert(number < this.#sampleCount, 'a sample is read after it was taken')
    const row = (number % SAMPLES_COUNT_MAX) * COLUMNS.length
    const at = (column: (typeof COLUMNS)[number]) => this.#samples[row + COLUMNS.indexOf(column)]!
    return {
      atMs: at('atMs'),
      people: at('people'),
      bots: at('bots'),
      spectators: at('spectators'),
      awaited: at('awaited'),
      tickMsP50: at('tickMsP50'),
      tickMsP99: at('tickMsP99'),
      overloadStep: at('overloadStep'),
      bytesPerClient: at('bytesPerClient'),
      bytesPerSec: at('bytesPerSec'),
    }
  }
}
