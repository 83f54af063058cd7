/**
 * Counters, gauges and histograms that cost a tick next to nothing: plain numbers and typed arrays,
 * found once by label value, without a label object per call. prom-client reads them at scrape time
 * through `get()`. A metric keeps at most CELLS_PER_METRIC_MAX label values; later ones are counted
 * under "other", so hostile input cannot grow the registry.
 */
import type { MetricSpec } from './metric-names.ts'

/** Label values of one metric; beyond it they are counted under "other". */
export const CELLS_PER_METRIC_MAX = 128
const OVERFLOW_LABEL = 'other'

/** One number of a counter or gauge. */
export class NumberCell {
  value = 0

  add(amount: number): void {
    this.value += amount
  }

  set(value: number): void {
    this.value = value
  }
}

/** One histogram: cumulative only when read. */
export class HistogramCell {
  readonly bounds: Float64Array
  readonly counts: Float64Array
  sum = 0

  constructor(bounds: readonly number[]) {
    this.bounds = Float64Array.from(bounds)
    this.counts = new Float64Array(bounds.length + 1)
  }

  /** Counts a value, so many times; anything not finite is dropped. */
  observe(value: number, count = 1): void {
    if (!Number.isFinite(value)) return
    let index = 0
    while (index < this.bounds.length && value > this.bounds[index]!) index++
    this.counts[index]! += count
    this.sum += value * count
  }
}

/** One sample as prom-client prints it. */
export interface MetricSample {
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
  readonly metricName?: string
}

/** Cells of one metric by label value; two labels nest. */
export class CellFamily<Cell> {
  readonly #spec: MetricSpec
  readonly #create: () => Cell
  readonly #cells = new Map<string, Map<string, Cell>>()
  #count = 0

  constructor(spec: MetricSpec, create: () => Cell) {
    this.#spec = spec
    this.#create = create
    if (spec.labels.length === 0) this.cell()
  }

  /** The cell of these label values, made when first asked for. */
  cell(first = '', second = ''): Cell {
    const found = this.#cells.get(first)?.get(second)
    if (found !== undefined) return found
    if (this.#count >= CELLS_PER_METRIC_MAX) return this.#overflowCell()
    return this.#createCell(first, second)
  }

  /** Calls back for every cell with its labels. */
  forEach(visit: (cell: Cell, labels: Record<string, string>) => void): void {
    for (const [first, row] of this.#cells) {
      for (const [second, cell] of row) visit(cell, this.#labelsOf(first, second))
    }
  }

  #labelsOf(first: string, second: string): Record<string, string> {
    const [firstName, secondName] = this.#spec.labels
    const labels: Record<string, string> = {}
    if (firstName !== undefined) labels[firstName] = first
    if (secondName !== undefined) labels[secondName] = second
    return labels
  }

  #overflowCell(): Cell {
    const second = this.#spec.labels.length > 1 ? OVERFLOW_LABEL : ''
    const found = this.#cells.get(OVERFLOW_LABEL)?.get(second)
    return found ?? this.#createCell(OVERFLOW_LABEL, second)
  }

  #createCell(first: string, second: string): Cell {
    const row = this.#cells.get(first) ?? new Map<string, Cell>()
    const cell = this.#create()
    row.set(second, cell)
    this.#cells.set(first, row)
    this.#count++
    return cell
  }
}

/** Samples of a counter or gauge. */
export function sampleNumbers(family: CellFamily<NumberCell>): MetricSample[] {
  const samples: MetricSample[] = []
  family.forEach((cell, labels) => samples.push({ labels, value: cell.value }))
  return samples
}

/** Samples of a histogram: cumulative buckets, sum, count. */
export function sampleHistograms(name: string, family: CellFamily<HistogramCell>): MetricSample[] {
  const samples: MetricSample[] = []
  family.forEach((cell, labels) => {
    let total = 0
    for (let index = 0; index <= cell.bounds.length; index++) {
      total += cell.counts[index]!
      const le = cell.bounds[index] ?? '+Inf'
      samples.push({ labels: { ...labels, le }, value: total, metricName: `${name}_bucket` })
    }
    samples.push({ labels, value: cell.sum, metricName: `${name}_sum` })
    samples.push({ labels, value: total, metricName: `${name}_count` })
  })
  return samples
}
