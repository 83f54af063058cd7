/**
 * The figures of this process that operators watch, read from the metrics that exist and from Node.
 * Reading costs some dozens of cells and is done once a second.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'

import { sampleNumbers } from './metric-cells.ts'
import type { Metrics, NumberName } from './metrics.ts'
import type { ProcessLoad } from './process-load.ts'

const LAG_RESOLUTION_MS = 10
const NS_PER_MS = 1e6
const JOINED = 'ok'
const FIRST_ERROR_STATUS = 400

/** Counts are since the start of the process; whoever wants a rate takes differences. */
export interface ProcessFigures {
  readonly playing: number
  readonly spectating: number
  readonly reconnecting: number
  readonly seatsReserved: number
  readonly joins: number
  readonly joinsRefused: number
  readonly disconnects: number
  readonly errors: number
  readonly roomCrashes: number
  /** Answers of HTTP with a status of 500 and more. */
  readonly serverErrors: number
  readonly overloadStep: number
  readonly closedRooms: number
  /** p99 of the event loop's delay since the last reading (ms). */
  readonly loopLagMs: number
  /** Share of time at work, smoothed. */
  readonly busyShare: number
  readonly rssBytes: number
  readonly heapBytes: number
}

/** A count under its name. */
export interface NamedCount {
  readonly name: string
  readonly count: number
}

/** What went wrong since the start, by code; most first. */
export interface ProcessTroubles {
  /** Joins that were refused, by error code. */
  readonly refusals: readonly NamedCount[]
  /** Caught errors, by place. */
  readonly errors: readonly NamedCount[]
  /** Answers of HTTP by status, from 400 on. */
  readonly answers: readonly NamedCount[]
  /** Connections that ended, by reason. */
  readonly disconnects: readonly NamedCount[]
}

/** Reads them. */
export interface ProcessFigureReader {
  figures(): ProcessFigures
  troubles(): ProcessTroubles
  stop(): void
}

/** The reader of this process; `stop` ends its observer. */
export function readProcessFigures(metrics: Metrics, load: ProcessLoad): ProcessFigureReader {
  const loop = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS })
  loop.enable()
  return {
    stop: () => void loop.disable(),
    troubles: () => readTroubles(metrics),
    figures() {
      const lagMs = loop.percentile(99) / NS_PER_MS - LAG_RESOLUTION_MS
      loop.reset()
      const memory = process.memoryUsage()
      return {
        ...readCounts(metrics),
        loopLagMs: Math.max(0, lagMs),
        busyShare: load.busyShare(),
        rssBytes: memory.rss,
        heapBytes: memory.heapUsed,
      }
    },
  }
}

function readCounts(metrics: Metrics) {
  const sum = (name: NumberName, isWanted: (label: string) => boolean = () => true) =>
    countBy(metrics, name, 0)
      .filter((row) => isWanted(row.name))
      .reduce((total, { count }) => total + count, 0)
  const clients = (state: string) => sum('battalion_clients', (name) => name === state)
  const answers = countAnswers(metrics)
  return {
    playing: clients('playing'),
    spectating: clients('spectating'),
    reconnecting: clients('reconnecting'),
    seatsReserved: sum('battalion_seats_reserved'),
    joins: sum('battalion_joins_total', (result) => result === JOINED),
    joinsRefused: sum('battalion_joins_total', (result) => result !== JOINED),
    disconnects: sum('battalion_disconnects_total'),
    errors: sum('battalion_errors_total'),
    roomCrashes: sum('battalion_room_crashes_total'),
    serverErrors: answers
      .filter(({ name }) => name.startsWith('5'))
      .reduce((total, { count }) => total + count, 0),
    overloadStep: sum('battalion_shed_level'),
    closedRooms: sum('battalion_admission_closed_rooms'),
  }
}

function readTroubles(metrics: Metrics): ProcessTroubles {
  const refusals = countBy(metrics, 'battalion_joins_total', 0)
  return {
    refusals: refusals.filter(({ name }) => name !== JOINED),
    errors: countBy(metrics, 'battalion_errors_total', 0),
    answers: countAnswers(metrics),
    disconnects: countBy(metrics, 'battalion_disconnects_total', 1),
  }
}

/** Cells of a metric by the value of one label, most first. */
function countBy(metrics: Metrics, name: NumberName, labelIndex: number): NamedCount[] {
  const counts = new Map<string, number>()
  for (const { labels, value } of sampleNumbers(metrics.numbers(name))) {
    const label = String(Object.values(labels)[labelIndex] ?? '')
    counts.set(label, (counts.get(label) ?? 0) + value)
  }
  return sorted(counts)
}

function countAnswers(metrics: Metrics): NamedCount[] {
  const counts = new Map<string, number>()
  metrics.histograms('battalion_http_request_duration_seconds').forEach((cell, labels) => {
    const status = labels['code'] ?? ''
    if (Number(status) < FIRST_ERROR_STATUS) return
    const count = cell.counts.reduce((total, one) => total + one, 0)
    counts.set(status, (counts.get(status) ?? 0) + count)
  })
  return sorted(counts)
}

function sorted(counts: ReadonlyMap<string, number>): NamedCount[] {
  return Array.from(counts, ([name, count]) => ({ name, count }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
}
