/**
 * Turns what bots and server report into one row a second and the totals of the measured window.
 * Pure: it is handed samples, readings and times, and hands back numbers.
 */
import type { LoadSample } from './load-messages.ts'
import {
  countOf,
  histogramSince,
  percentileOf,
  quantileOf,
  sumOf,
  type HistogramReading,
  type MetricReading,
} from './metrics-text.ts'
import { feelBetween } from './load-feel.ts'

/** Histograms and counters of the server this program reads. */
export const TICK_WORK = 'battalion_tick_duration_seconds{phase="total"}'
export const TICK_LATENESS = 'battalion_tick_lateness_seconds'
const SERVER_CPU = 'process_cpu_seconds_total'
const SERVER_RSS = 'process_resident_memory_bytes'
const SERVER_YOUNG_HEAP = 'nodejs_heap_space_size_total_bytes{space="new"}'
const SERVER_LIVE_HEAP = 'battalion_heap_live_bytes'
const MB = 1024 * 1024

/** Sums over all bot processes. */
export interface CrowdTotals {
  playing: number
  joinsTried: number
  joinsDone: number
  reconnectsDone: number
  framesReceived: number
  bytesReceived: number
  bytesSent: number
  snapshotsReceived: number
  snapshotsExpected: number
  decodeFailures: number
  resultsSeen: number
  commandsMade: number
  shotsJudged: number
  shotsUnjudged: number
  shotAgeMs: number
  hitsSeen: number
  hitsConfirmed: number
  hitsOnFallen: number
  hitsUnseen: number
  cpuMs: number
  /** Dearest single process (ms): a core is what one process can use. */
  cpuMsMax: number
  readonly joinFailures: Map<string, number>
  readonly disconnects: Map<string, number>
}

const SUMMED = [
  'playing',
  'joinsTried',
  'joinsDone',
  'reconnectsDone',
  'framesReceived',
  'bytesReceived',
  'bytesSent',
  'snapshotsReceived',
  'snapshotsExpected',
  'decodeFailures',
  'resultsSeen',
  'commandsMade',
  'shotsJudged',
  'shotsUnjudged',
  'shotAgeMs',
  'hitsSeen',
  'hitsConfirmed',
  'hitsOnFallen',
  'hitsUnseen',
  'cpuMs',
] as const

/** The sum of the latest sample of each bot process. */
export function totalOf(samples: Iterable<LoadSample>): CrowdTotals {
  const total: CrowdTotals = {
    ...(Object.fromEntries(SUMMED.map((name) => [name, 0])) as Record<
      (typeof SUMMED)[number],
      number
    >),
    cpuMsMax: 0,
    joinFailures: new Map(),
    disconnects: new Map(),
  }
  for (const sample of samples) {
    for (const name of SUMMED) total[name] += sample[name]
    total.cpuMsMax = Math.max(total.cpuMsMax, sample.cpuMs)
    addAll(total.joinFailures, sample.joinFailures)
    addAll(total.disconnects, sample.disconnects)
  }
  return total
}

function addAll(into: Map<string, number>, entries: Iterable<readonly [string, number]>): void {
  for (const [key, count] of entries) into.set(key, (into.get(key) ?? 0) + count)
}

/** Everything known at one moment. */
export interface LoadMoment {
  /** Since the run began (s). */
  readonly atSec: number
  readonly crowd: CrowdTotals
  /** New since the moment before (ms). */
  readonly roundTripMs: readonly number[]
  readonly joinMs: readonly number[]
  /** Corrections of the bots' own movement (m). */
  readonly ownErrorMetres: readonly number[]
  /** Undefined without an ops address, or when it did not answer. */
  readonly server: MetricReading | undefined
}

/** One row of the plots; NaN = not known. */
export interface TimelineRow {
  readonly atSec: number
  readonly playing: number
  readonly joinsPerSec: number
  readonly joinP95Ms: number
  readonly errors: number
  readonly bytesPerClient: number
  readonly roundTripP50Ms: number
  readonly roundTripP95Ms: number
  readonly tickP50Ms: number
  readonly tickP99Ms: number
  readonly latenessP50Ms: number
  readonly latenessP99Ms: number
  readonly serverCore: number
  readonly botsCore: number
  readonly rssMb: number
  /** The same without the young generation, whose reserve V8 takes and gives back by tens of MB. */
  readonly rssLessYoungMb: number
  /** Heap right after the last major collection. */
  readonly liveHeapMb: number
  readonly hitsConfirmedPercent: number
  readonly hitsBehindCoverPercent: number
  readonly shotAgeMs: number
  readonly ownErrorP99Metres: number
}

/** The row between two moments. */
export function rowBetween(before: LoadMoment, after: LoadMoment): TimelineRow {
  const elapsedSec = Math.max(1e-3, after.atSec - before.atSec)
  const a = before.crowd
  const b = after.crowd
  const work = sinceOf(TICK_WORK, before.server, after.server)
  const lateness = sinceOf(TICK_LATENESS, before.server, after.server)
  return {
    atSec: after.atSec,
    playing: b.playing,
    joinsPerSec: (b.joinsDone - a.joinsDone) / elapsedSec,
    joinP95Ms: percentileOf(after.joinMs, 0.95),
    errors: errorsOf(b),
    bytesPerClient:
      b.playing === 0 ? 0 : (b.bytesReceived - a.bytesReceived) / elapsedSec / b.playing,
    roundTripP50Ms: percentileOf(after.roundTripMs, 0.5),
    roundTripP95Ms: percentileOf(after.roundTripMs, 0.95),
    tickP50Ms: quantileMs(work, 0.5),
    tickP99Ms: quantileMs(work, 0.99),
    latenessP50Ms: quantileMs(lateness, 0.5),
    latenessP99Ms: quantileMs(lateness, 0.99),
    serverCore: serverCpuSec(before, after) / elapsedSec,
    // The first sample brings the CPU of starting up, which belongs to no second.
    botsCore: a.cpuMsMax === 0 ? Number.NaN : (b.cpuMsMax - a.cpuMsMax) / 1000 / elapsedSec,
    rssMb: gaugeOf(after, SERVER_RSS) / MB,
    rssLessYoungMb: (gaugeOf(after, SERVER_RSS) - gaugeOf(after, SERVER_YOUNG_HEAP)) / MB,
    liveHeapMb: gaugeOf(after, SERVER_LIVE_HEAP) / MB,
    ...feelBetween(before, after),
  }
}

/** Failed joins, lost connections and unreadable frames so far. */
export function errorsOf(crowd: CrowdTotals): number {
  return sumCounts(crowd.joinFailures) + sumCounts(crowd.disconnects) + crowd.decodeFailures
}

/** All counts of a map together. */
export function sumCounts(counts: ReadonlyMap<string, number>): number {
  let sum = 0
  for (const count of counts.values()) sum += count
  return sum
}

/** What a server histogram gained between two readings, undefined when either is missing. */
export function sinceOf(
  name: string,
  before: MetricReading | undefined,
  after: MetricReading | undefined,
): HistogramReading | undefined {
  const late = after?.histograms.get(name)
  if (late === undefined) return undefined
  const since = histogramSince(before?.histograms.get(name), late)
  return countOf(since) > 0 ? since : undefined
}

/** A percentile of a histogram of seconds (ms). */
export function quantileMs(histogram: HistogramReading | undefined, share: number): number {
  return histogram === undefined ? Number.NaN : quantileOf(histogram, share) * 1000
}

/** A gauge of the server, NaN when not known. */
function gaugeOf({ server }: LoadMoment, name: string): number {
  return server?.values.get(name) ?? Number.NaN
}

/** CPU the server used between two moments (s), NaN when not known. */
export function serverCpuSec(before: LoadMoment, after: LoadMoment): number {
  if (before.server === undefined || after.server === undefined) return Number.NaN
  return sumOf(after.server, SERVER_CPU) - sumOf(before.server, SERVER_CPU)
}
