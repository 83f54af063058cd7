/**
 * The registry of one process: cells of every metric in `metric-names.ts`, and the text of
 * `/metrics`. No metric is made anywhere else. Cheap calls go to cells; prom-client only prints.
 */
import { collectDefaultMetrics, Registry } from 'prom-client'

import type { MetricSample } from './metric-cells.ts'
import { CellFamily, HistogramCell, NumberCell } from './metric-cells.ts'
import { sampleHistograms, sampleNumbers } from './metric-cells.ts'
import type { MetricName, MetricSpec } from './metric-names.ts'
import { METRICS } from './metric-names.ts'

type NamesOf<Kind> = {
  [K in MetricName]: (typeof METRICS)[K]['kind'] extends Kind ? K : never
}[MetricName]

export type NumberName = NamesOf<'counter' | 'gauge'>
export type HistogramName = NamesOf<'histogram'>

/** Everything this process counts. */
export class Metrics {
  readonly #registry = new Registry()
  readonly #numbers = new Map<string, CellFamily<NumberCell>>()
  readonly #histograms = new Map<string, CellFamily<HistogramCell>>()
  readonly #beforeScrape: (() => void | Promise<void>)[] = []

  constructor() {
    for (const [name, spec] of Object.entries(METRICS)) this.#register(name, spec)
  }

  /** Counters and gauges: find the cell once, keep it, add to it. */
  numbers(name: NumberName): CellFamily<NumberCell> {
    return this.#numbers.get(name)!
  }

  histograms(name: HistogramName): CellFamily<HistogramCell> {
    return this.#histograms.get(name)!
  }

  /** Calls `refresh` before each scrape, for gauges that are read rather than counted. */
  onScrape(refresh: () => void | Promise<void>): void {
    this.#beforeScrape.push(refresh)
  }

  /** Adds the standard `process_*` and `nodejs_*` series; once per process. */
  collectProcessMetrics(): void {
    collectDefaultMetrics({ register: this.#registry })
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  /** The page of `/metrics`. */
  async text(): Promise<string> {
    for (const refresh of this.#beforeScrape) await refresh()
    return this.#registry.metrics()
  }

  #register(name: string, spec: MetricSpec): void {
    let read: () => MetricSample[]
    if (spec.kind === 'histogram') {
      const family = new CellFamily(spec, () => new HistogramCell(spec.buckets ?? []))
      this.#histograms.set(name, family)
      read = () => sampleHistograms(name, family)
    } else {
      const family = new CellFamily(spec, () => new NumberCell())
      this.#numbers.set(name, family)
      read = () => sampleNumbers(family)
    }
    const get = () =>
      Promise.resolve({ name, help: spec.help, type: spec.kind, aggregator: 'sum', values: read() })
    // prom-client prints whatever has a name and `get()`; its types only know its own classes.
    const printable: unknown = { name, help: spec.help, get }
    this.#registry.registerMetric(printable as Parameters<Registry['registerMetric']>[0])
  }
}
