/** From samples to figures, the same way for us and for peers. */
import type { BenchRow } from '@battalion/testkit/bench-row.ts'
import { benchRow } from '@battalion/testkit/bench-row.ts'
import type { Measured } from './contest.ts'
import { pinNote } from './pinned-process.ts'

/** Above this share of their core, clients disturb what they measure. */
const CLIENTS_CORE_MAX = 0.85
const PERCENT = 100
/** Rate of all battles but the quick one. */
const RATE_HZ = 20
/** Snapshots that must come, of those announced. */
const RATE_RATIO_MIN = 0.95

/** What every window yields. */
export interface Figures {
  readonly tickCpuP50Ms: number
  readonly tickCpuP99Ms: number
  /** CPU of the whole process per tick, and as a share of a core. */
  readonly processMsPerTick: number
  readonly core: number
  readonly bytesPerSec: number
  /** State frames that came, per client and second. */
  readonly statesPerSec: number
  readonly clientsCore: number
  readonly waitRatio: number
}

/** The figures of one window. */
export function figuresOf({ server, crowd, waitRatio }: Measured): Figures {
  const { tickCpuMs, cpuMs, elapsedMs } = server
  const players = Math.max(1, crowd.playing)
  return {
    tickCpuP50Ms: median(tickCpuMs),
    tickCpuP99Ms: percentile(tickCpuMs, 0.99),
    processMsPerTick: cpuMs / Math.max(1, tickCpuMs.length),
    core: cpuMs / elapsedMs,
    bytesPerSec: (crowd.bytesReceived * 1000) / crowd.elapsedMs / players,
    statesPerSec: (crowd.stateFrames * 1000) / crowd.elapsedMs / players,
    clientsCore: crowd.cpuMs / crowd.elapsedMs,
    waitRatio,
  }
}

/** Mean of each figure over several windows of the same thing. */
export function meanFigures(windows: readonly Figures[]): Figures {
  const names = Object.keys(windows[0]!) as (keyof Figures)[]
  const mean = (name: keyof Figures) =>
    windows.reduce((sum, window) => sum + window[name], 0) / windows.length
  return Object.fromEntries(names.map((name) => [name, mean(name)])) as unknown as Figures
}

/** Soldiers in a client's sight, on average. */
export function visibleOf({ server }: Measured): number {
  return (server.counts['visible'] ?? 0) / Math.max(1, server.counts['frames'] ?? 0)
}

/**
 * Snapshots that came, of those announced: a battle that sheds load is cheap, and its other figures
 * are worth nothing.
 */
export function rateRow(name: string, { statesPerSec }: Figures): BenchRow {
  return atLeast(`${name}: snapshots per player`, statesPerSec, '1/s', RATE_HZ * RATE_RATIO_MIN)
}

/** Proof that the crowd fights: what each soldier in an observer's sight did and suffered. */
export function fightRows(name: string, { crowd }: Measured): BenchRow[] {
  const perSec = RATE_HZ / Math.max(1, crowd.soldiersSeen)
  return [
    reported(`${name}: shots per soldier`, crowd.shotsSeen * perSec, '1/s'),
    reported(`${name}: hits per soldier`, crowd.hitsSeen * perSec, '1/s'),
  ]
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}

/** NaN of nothing. */
export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) return Number.NaN
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!
}

/** A figure that should be at most `budget`. */
export function atMost(name: string, value: number, unit: string, budget: number): BenchRow {
  return benchRow({ name: `${name}${pinNote}`, value, unit, budget, better: 'lower' })
}

/** A figure that should be at least `budget`. */
export function atLeast(name: string, value: number, unit: string, budget: number): BenchRow {
  return benchRow({ name: `${name}${pinNote}`, value, unit, budget, better: 'higher' })
}

/** A figure without a limit. */
export function reported(name: string, value: number, unit: string): BenchRow {
  return benchRow({ name: `${name}${pinNote}`, value, unit, budget: null, better: 'lower' })
}

/**
 * Whether the window can be believed: the crowd had time enough to be one, and nobody else used the
 * server's core. Times of a row whose server waited much are worth nothing; bytes are.
 */
export function conditionRows(name: string, { clientsCore, waitRatio }: Figures): BenchRow[] {
  const waited = Number.isNaN(waitRatio) ? 0 : waitRatio * PERCENT
  return [
    atMost(`${name}: clients' own core`, clientsCore, 'core', CLIENTS_CORE_MAX),
    reported(`${name}: server waited for its core`, waited, '%'),
  ]
}
