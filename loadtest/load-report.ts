/**
 * The report of a load run: rows with budgets (the shape of `npm run bench -- --json`), and what
 * the page shows beside them. Counts errors as they are: a run without server figures leaves those
 * rows out rather than guessing.
 */
import { leakRowsOf, type QuietReadings } from './load-leaks.ts'
import type { BudgetName, Scenario } from './scenario.ts'
import {
  quantileMs,
  serverCpuSec,
  sinceOf,
  sumCounts,
  TICK_LATENESS,
  TICK_WORK,
  type LoadMoment,
  type TimelineRow,
} from './load-timeline.ts'
import { feelOf } from './load-feel.ts'
import { percentileOf, sumOf, type MetricReading } from './metrics-text.ts'

/**
 * Above this share of a core the bots are the bottleneck and the run says nothing (engine.md 9).
 */
export const BOTS_CORE_MAX = 0.7

/**
 * Above this share of waiting the server's core was not its own: times are those of a busy machine.
 */
export const SERVER_WAIT_MAX = 0.05

/** One figure; the shape is shared with the benches. */
export interface ReportRow {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly budget: number | null
  readonly better: 'lower' | 'higher'
  readonly pass: boolean
}

/** All that was measured. */
export interface LoadRun {
  readonly scenario: Scenario
  readonly seed: number
  readonly startedAt: string
  readonly machine: string
  readonly timeline: readonly TimelineRow[]
  /** First moment of the run, first and last of the measured window. */
  readonly begin: LoadMoment
  readonly from: LoadMoment
  readonly to: LoadMoment
  /** Round trips of the measured window, joins of the whole run (ms). */
  readonly roundTripMs: readonly number[]
  readonly joinMs: readonly number[]
  /** Corrections of the bots' own movement in the measured window (m). */
  readonly ownErrorMetres: readonly number[]
  /** Share of time the machine was taken away by its host, NaN when not known. */
  readonly stealRatio: number
  /** The server before the first bot and after the last; undefined when nobody looked. */
  readonly quiet: QuietReadings | undefined
  /** Share of the window in which the server was ready and got no core, NaN when not known. */
  readonly serverWaitRatio: number
  /** Why the run ended before its time. */
  readonly cutShort: string | undefined
}

export interface LoadReport {
  readonly run: LoadRun
  readonly rows: readonly ReportRow[]
  /** The bots needed too much of their core: no figure of this run counts. */
  readonly isVoid: boolean
  /** Somebody else used the server's core: judge no times by this run. */
  readonly isDisturbed: boolean
  readonly passed: boolean
}

/** The report of a run. */
export function createReport(run: LoadRun): LoadReport {
  const builder = new RowBuilder(run.scenario)
  addServerRows(builder, run)
  addClientRows(builder, run)
  addErrorRows(builder, run)
  for (const { name, value, unit, isBudgeted } of leakRowsOf(run)) {
    builder.add(name, value, unit, { isBudgeted })
  }
  addFeelRows(builder, run)
  const botsCore = coreOf(run)
  builder.add('server_wait_ratio', run.serverWaitRatio, 'ratio')
  builder.add('bots_core', botsCore, 'cores', { budget: BOTS_CORE_MAX })
  const isVoid = botsCore > BOTS_CORE_MAX
  const isDisturbed = run.serverWaitRatio > SERVER_WAIT_MAX
  const passed = run.cutShort === undefined && builder.rows.every((row) => row.pass)
  return { run, rows: builder.rows, isVoid, isDisturbed, passed }
}

class RowBuilder {
  readonly rows: ReportRow[] = []
  readonly #scenario: Scenario

  constructor(scenario: Scenario) {
    this.#scenario = scenario
  }

  /** A row with the scenario's budget of that name, or the given one, or none. */
  add(
    name: string,
    value: number,
    unit: string,
    options: { budget?: number; better?: 'lower' | 'higher'; isBudgeted?: boolean } = {},
  ): void {
    const better = options.better ?? 'lower'
    const wanted = options.budget ?? this.#scenario.budgets[name as BudgetName] ?? null
    const budget = options.isBudgeted === false ? null : wanted
    // What could not be measured is left out, unless something was promised of it.
    if (budget === null && !Number.isFinite(value)) return
    // NaN holds no budget: what was promised and not measured fails.
    const holds = better === 'lower' ? value <= (budget ?? 0) : value >= (budget ?? 0)
    const pass = budget === null || holds
    const rounded = Number.isFinite(value) ? Number(value.toPrecision(6)) : null
    const fullName = `load.${this.#scenario.name}.${name}`
    this.rows.push({ name: fullName, value: rounded as number, unit, budget, better, pass })
  }
}

function addServerRows(builder: RowBuilder, { from, to }: LoadRun): void {
  if (from.server === undefined || to.server === undefined) return
  const work = sinceOf(TICK_WORK, from.server, to.server)
  const lateness = sinceOf(TICK_LATENESS, from.server, to.server)
  const elapsedSec = to.atSec - from.atSec
  builder.add('tick_work_p50_ms', quantileMs(work, 0.5), 'ms')
  builder.add('tick_work_p99_ms', quantileMs(work, 0.99), 'ms')
  builder.add('tick_lateness_p50_ms', quantileMs(lateness, 0.5), 'ms')
  builder.add('tick_lateness_p99_ms', quantileMs(lateness, 0.99), 'ms')
  builder.add('server_core', serverCpuSec(from, to) / elapsedSec, 'cores')
  addCounter(builder, { from: from.server, to: to.server }, 'battalion_tick_skipped_total')
  addCounter(builder, { from: from.server, to: to.server }, 'battalion_patch_skipped_total')
  addCounter(builder, { from: from.server, to: to.server }, 'battalion_inputs_rejected_total')
  addCounter(builder, { from: from.server, to: to.server }, 'battalion_frames_rejected_total')
  addCounter(builder, { from: from.server, to: to.server }, 'battalion_errors_total')
  builder.add('shed_level', sumOf(to.server, 'battalion_shed_level'), 'step')
}

/**
 * How much a counter of the server grew in the window, under its name without prefix and suffix.
 */
function addCounter(
  builder: RowBuilder,
  readings: { readonly from: MetricReading; readonly to: MetricReading },
  metric: string,
): void {
  const name = metric.replace(/^battalion_/, 'server_').replace(/_total$/, '')
  builder.add(name, sumOf(readings.to, metric) - sumOf(readings.from, metric), 'count')
}

function addClientRows(builder: RowBuilder, run: LoadRun): void {
  const { begin, from, to } = run
  const elapsedSec = to.atSec - from.atSec
  const bytes = to.crowd.bytesReceived - from.crowd.bytesReceived
  const sent = to.crowd.bytesSent - from.crowd.bytesSent
  const expected = to.crowd.snapshotsExpected - from.crowd.snapshotsExpected
  const received = to.crowd.snapshotsReceived - from.crowd.snapshotsReceived
  const inWindow = run.timeline.filter((row) => row.atSec > from.atSec && row.atSec <= to.atSec)
  const meanPlaying = mean(inWindow.map((row) => row.playing))
  const missing = expected <= 0 ? Number.NaN : Math.max(0, 1 - received / expected)
  builder.add('clients', meanPlaying, 'clients', { better: 'higher' })
  builder.add('bytes_per_client_per_sec', bytes / elapsedSec / meanPlaying, 'B/s')
  builder.add('bytes_sent_per_client_per_sec', sent / elapsedSec / meanPlaying, 'B/s')
  builder.add('snapshots_missing_percent', missing * 100, '%')
  builder.add('round_trip_p50_ms', percentileOf(run.roundTripMs, 0.5), 'ms')
  builder.add('round_trip_p95_ms', percentileOf(run.roundTripMs, 0.95), 'ms')
  builder.add('round_trip_p99_ms', percentileOf(run.roundTripMs, 0.99), 'ms')
  const joins = to.crowd.joinsDone - begin.crowd.joinsDone
  builder.add('joins_done', joins, 'count', { better: 'higher' })
  builder.add('join_p50_ms', percentileOf(run.joinMs, 0.5), 'ms')
  builder.add('join_p95_ms', percentileOf(run.joinMs, 0.95), 'ms')
  builder.add('battles_ended', to.crowd.resultsSeen, 'results', { better: 'higher' })
}

function addErrorRows(builder: RowBuilder, { to }: LoadRun): void {
  builder.add('joins_failed', sumCounts(to.crowd.joinFailures), 'count')
  builder.add('disconnects_unexpected', sumCounts(to.crowd.disconnects), 'count')
  builder.add('decode_failures', to.crowd.decodeFailures, 'count')
  builder.add('reconnects_done', to.crowd.reconnectsDone, 'count')
}

/** How shots and the own movement feel; left out where nobody's were judged. */
function addFeelRows(builder: RowBuilder, run: LoadRun): void {
  const feel = feelOf(run, run.ownErrorMetres)
  const higher = { better: 'higher' } as const
  builder.add('own_error_p99_m', feel.ownErrorP99Metres, 'm')
  builder.add('shot_age_mean_ms', feel.shotAgeMs, 'ms')
  builder.add('hits_confirmed_percent', feel.hitsConfirmedPercent, '%', higher)
  builder.add('hits_confirmed_of_all_percent', feel.hitsConfirmedOfAllPercent, '%', higher)
  builder.add('hits_on_fallen_percent', feel.hitsOnFallenPercent, '%')
  builder.add('hits_unseen_percent', feel.hitsUnseenPercent, '%')
  builder.add('shots_unjudged_percent', feel.shotsUnjudgedPercent, '%')
  if (run.from.server !== undefined && run.to.server !== undefined) {
    builder.add('hits_behind_cover_percent', feel.hitsBehindCoverPercent, '%')
    builder.add('hits_void_percent', feel.hitsVoidPercent, '%')
    builder.add('shots_clamped_percent', feel.shotsClampedPercent, '%')
    builder.add('inputs_dropped_percent', feel.inputsDroppedPercent, '%')
  }
  if (feel.shotsJudged === 0) return
  builder.add('hits_seen', feel.hitsSeen, 'count', higher)
  builder.add('shots_judged', feel.shotsJudged, 'count', higher)
}

/** Share of a core of the busiest bot process in the window. */
function coreOf({ from, to }: LoadRun): number {
  return (to.crowd.cpuMsMax - from.crowd.cpuMsMax) / 1000 / (to.atSec - from.atSec)
}

function mean(values: readonly number[]): number {
  return values.length === 0
    ? Number.NaN
    : values.reduce((sum, one) => sum + one, 0) / values.length
}
