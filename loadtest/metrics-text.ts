/**
 * Reads what `/metrics` prints: counters, gauges and histograms of the Prometheus text form, and
 * the percentiles of what happened between two readings. Pure.
 */

/** Sum over all label values of a family, and its histogram when it is one. */
export interface MetricReading {
  readonly values: ReadonlyMap<string, number>
  readonly histograms: ReadonlyMap<string, HistogramReading>
}

export interface HistogramReading {
  /** Upper bounds, ascending, Infinity last; counts are cumulative. */
  readonly bounds: readonly number[]
  readonly counts: readonly number[]
  readonly sum: number
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? ([^ ]+)$/
const LE = /(?:^|,)le="([^"]+)"/

/**
 * Parses a page of metrics. Keys are names with their labels but `le`, as printed:
 * `battalion_tick_duration_seconds{phase="total"}`; without labels the bare name.
 */
export function parseMetrics(text: string): MetricReading {
  const values = new Map<string, number>()
  const buckets = new Map<string, { bounds: number[]; counts: number[] }>()
  const sums = new Map<string, number>()
  for (const line of text.split('\n')) {
    const match = LINE.exec(line)
    if (match === null) continue
    const [, name = '', labels = '', value = ''] = match
    const number = value === '+Inf' ? Infinity : Number(value)
    if (name.endsWith('_bucket')) addBucket(buckets, name, labels, number)
    else if (name.endsWith('_sum')) sums.set(keyOf(name.slice(0, -4), labels), number)
    values.set(keyOf(name, labels), number)
  }
  const histograms = new Map<string, HistogramReading>()
  for (const [key, { bounds, counts }] of buckets) {
    histograms.set(key, { bounds, counts, sum: sums.get(key) ?? 0 })
  }
  return { values, histograms }
}

type Buckets = Map<string, { bounds: number[]; counts: number[] }>

function addBucket(buckets: Buckets, name: string, labels: string, count: number): void {
  const le = LE.exec(labels)?.[1]
  if (le === undefined) return
  const others = labels.replace(LE, '').replace(/^,|,$/g, '')
  const key = keyOf(name.slice(0, -'_bucket'.length), others)
  const bucket = buckets.get(key) ?? { bounds: [], counts: [] }
  bucket.bounds.push(le === '+Inf' ? Infinity : Number(le))
  bucket.counts.push(count)
  buckets.set(key, bucket)
}

function keyOf(name: string, labels: string): string {
  return labels === '' ? name : `${name}{${labels}}`
}

/** Sum of all values of `name`, whatever their labels. */
export function sumOf(reading: MetricReading, name: string): number {
  let sum = 0
  for (const [key, value] of reading.values) {
    if (key === name || key.startsWith(`${name}{`)) sum += value
  }
  return sum
}

/** What a histogram gained from `before` to `after`. */
export function histogramSince(
  before: HistogramReading | undefined,
  after: HistogramReading,
): HistogramReading {
  if (before === undefined || before.counts.length !== after.counts.length) return after
  const counts = after.counts.map((count, index) => count - before.counts[index]!)
  return { bounds: after.bounds, counts, sum: after.sum - before.sum }
}

/** Values in a histogram. */
export function countOf(histogram: HistogramReading): number {
  return histogram.counts.at(-1) ?? 0
}

/** The value that `share` stay under, straight within its bucket; NaN when nothing was counted. */
export function quantileOf(histogram: HistogramReading, share: number): number {
  const total = countOf(histogram)
  if (total === 0) return Number.NaN
  const wanted = share * total
  for (let index = 0; index < histogram.bounds.length; index++) {
    const count = histogram.counts[index]!
    if (count < wanted) continue
    const low = index === 0 ? 0 : histogram.bounds[index - 1]!
    const high = histogram.bounds[index]!
    // Beyond the last bound nobody knows how far: the bound is the least it can be.
    if (high === Infinity) return low
    const below = index === 0 ? 0 : histogram.counts[index - 1]!
    return low + ((high - low) * (wanted - below)) / Math.max(count - below, 1e-9)
  }
  return Number.NaN
}

/** The value that `share` of `samples` stay under; NaN without samples. Sorts a copy. */
export function percentileOf(samples: readonly number[], share: number): number {
  if (samples.length === 0) return Number.NaN
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!
}
