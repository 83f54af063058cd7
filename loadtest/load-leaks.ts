/**
 * What a long run must not lose: memory that grows by the minute, and what is left of rooms, seats,
 * sockets and timers when everybody has gone. Pure; `load-session.ts` brings the readings, from
 * before the first bot and after the last.
 */
import type { LoadMoment, TimelineRow } from './load-timeline.ts'
import { sumOf, type MetricReading } from './metrics-text.ts'

/**
 * Memory still finds its size for this long (s): code is compiled, the heap grows its reserve, the
 * first battles end.
 */
const WARM_UP_SEC_MAX = 300
/** At least this share of a short window is warm-up. */
const WARM_UP_RATIO = 1 / 3
/** A slope over less than this (s) is the heap's breathing; it is told, and held to nothing. */
const SLOPE_SEC_MIN = 600

/** Gauges of the server, and what the row about them is called. */
const LEFTOVERS = {
  rooms_left: ['battalion_rooms', 'rooms'],
  seats_left: ['battalion_seats_reserved', 'seats'],
  clients_left: ['battalion_clients', 'clients'],
  sockets_left: ['nodejs_active_resources{type="TCPSocketWrap"}', 'sockets'],
  timers_left: ['nodejs_active_resources{type="Timeout"}', 'timers'],
} as const

/** The server with nobody there, before and after. */
export interface QuietReadings {
  readonly before: MetricReading
  readonly after: MetricReading
  /** From the last bot's end until everything was back, or until patience ended (s). */
  readonly settledSec: number
}

/** One figure, without its budget. */
export interface LeakRow {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** False: too short a run to hold it to a budget. */
  readonly isBudgeted: boolean
}

interface LeakRun {
  readonly timeline: readonly TimelineRow[]
  readonly from: LoadMoment
  readonly to: LoadMoment
  readonly quiet: QuietReadings | undefined
}

/**
 * All figures about leaks that this run can tell. Resident memory is told whole, and held to its
 * budget without V8's young generation: over half an hour of churn it swung between 150 and 252 MB,
 * a slope of 4.6 MB a minute, while the live heap stood at 34 MB and nothing was left behind.
 */
export function leakRowsOf({ timeline, from, to, quiet }: LeakRun): LeakRow[] {
  const windowSec = to.atSec - from.atSec
  const warmUpSec = Math.min(WARM_UP_SEC_MAX, windowSec * WARM_UP_RATIO)
  const rows = timeline.filter(({ atSec }) => atSec > from.atSec + warmUpSec && atSec <= to.atSec)
  const isBudgeted = windowSec - warmUpSec >= SLOPE_SEC_MIN
  const slope = (name: string, column: 'rssMb' | 'rssLessYoungMb' | 'liveHeapMb') => {
    const value = slopePerMin(rows.map((row) => [row.atSec, row[column]] as const))
    return { name, value, unit: 'MB/min', isBudgeted }
  }
  return [
    slope('rss_mb_per_min', 'rssMb'),
    slope('rss_less_young_mb_per_min', 'rssLessYoungMb'),
    slope('live_heap_mb_per_min', 'liveHeapMb'),
    { name: 'rss_mb', value: rows.at(-1)?.rssMb ?? Number.NaN, unit: 'MB', isBudgeted },
    ...(quiet === undefined ? [] : quietRowsOf(quiet)),
  ]
}

function quietRowsOf({ before, after, settledSec }: QuietReadings): LeakRow[] {
  const settled = { name: 'quiet_after_sec', value: settledSec, unit: 's', isBudgeted: true }
  const left = Object.entries(LEFTOVERS).map(([name, [metric, unit]]) => {
    return { name, value: leftOf(metric, before, after), unit, isBudgeted: true }
  })
  return [...left, settled]
}

/** True when nothing more is there than before. */
export function isQuietAgain(before: MetricReading, after: MetricReading): boolean {
  return Object.values(LEFTOVERS).every(([metric]) => leftOf(metric, before, after) <= 0)
}

/**
 * How much more there is than before; NaN when the server does not tell. Before the first bot a
 * gauge may have no value yet, after the last one it has.
 */
function leftOf(metric: string, before: MetricReading, after: MetricReading): number {
  const isTold = [...after.values.keys()].some((key) => key.startsWith(metric))
  return isTold ? sumOf(after, metric) - sumOf(before, metric) : Number.NaN
}

/** The slope of least squares through points of seconds and values, per minute; NaN for too few. */
export function slopePerMin(points: readonly (readonly [number, number])[]): number {
  const known = points.filter(([, value]) => Number.isFinite(value))
  if (known.length < 3) return Number.NaN
  const meanX = known.reduce((sum, [x]) => sum + x, 0) / known.length
  const meanY = known.reduce((sum, [, y]) => sum + y, 0) / known.length
  let products = 0
  let squares = 0
  for (const [x, y] of known) {
    products += (x - meanX) * (y - meanY)
    squares += (x - meanX) ** 2
  }
  return (products / squares) * 60
}
