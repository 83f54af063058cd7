/**
 * A battle beside the services of its own process: fifty requests and two log-ins a second, on
 * PostgreSQL, with the database, argon2's process and all clients on the other core. Calm and
 * loaded windows take turns, so that drift of the machine falls on both alike; the ticks of all
 * calm and of all loaded windows are compared. With 500 soldiers and on PGlite it is told only.
 */
import type { BenchOptions, BenchRow } from '@battalion/testkit/bench-row.ts'

import { withCluster } from './bench-cluster.ts'
import { cellsFor } from './bench-field.ts'
import { HttpLanes } from './clients/http-lanes.ts'
import { Contest, ourBattle } from './contest.ts'
import type { Measured } from './contest.ts'
import { atMost, median, percentile, reported } from './figures.ts'
import { findChildren, pinToClients } from './pinned-process.ts'
import { RequestLoad } from './request-load.ts'
import { takeTurns } from './take-turns.ts'
import type { Turns, TurnsTaken } from './take-turns.ts'
import { randomSecret } from '../src/testing/test-keys.ts'

const RATES = { requestsPerSec: 50, logInsPerSec: 2 }
const LANES = 16
const STEP_MS = 50
/** p99 of a tick beside them, of the calm one's. */
const TICK_RATIO_MAX = 1.2
/** Requests refused, where it is only told or in CI (%). */
const FAILED_MAX = 5
/** How much later a tick may begin beside them (ms); H-01 lets 20 pass. */
const LATENESS_MS_MAX = 5
/**
 * In CI windows are too short for a p99, and ticks of a millisecond feel every neighbour of the
 * machine: a coarse limit for half of all ticks, which hashing beside the tick would break.
 */
const TICK_P50_RATIO_MAX = 2.5

interface Case extends Turns {
  readonly players: number
  /** Empty: PGlite. */
  readonly databaseUrl: string
}

interface Outcome extends TurnsTaken {
  readonly load: RequestLoad
}

export async function runBench({ small }: BenchOptions): Promise<BenchRow[]> {
  const rows = await withCluster('neighbours', async (cluster) => {
    const databaseUrl = await cluster.create('neighbours', 'empty')
    if (small) {
      const one = { players: 60, databaseUrl, rounds: 2, windowSec: 2 }
      return rowsOf('60 on PostgreSQL', await measure(one), 'small')
    }
    const times = { rounds: 5, windowSec: 8 }
    const other = await cluster.create('neighbours_500', 'empty')
    return [
      ...rowsOf(
        '200 on PostgreSQL',
        await measure({ players: 200, databaseUrl, ...times }),
        'full',
      ),
      ...rowsOf(
        '500 on PostgreSQL',
        await measure({ players: 500, databaseUrl: other, ...times }),
        'told',
      ),
      ...rowsOf(
        '200 on PGlite',
        await measure({ players: 200, databaseUrl: '', ...times }),
        'told',
      ),
    ]
  })
  return rows ?? []
}

async function measure({ players, databaseUrl, rounds, windowSec }: Case): Promise<Outcome> {
  const contest = await Contest.start(
    ourBattle(players, cellsFor(players), {
      label: `neighbours of ${players}, ${databaseUrl === '' ? 'PGlite' : 'PostgreSQL'}`,
      env: {
        TRUSTED_PROXIES: '127.0.0.1',
        DATABASE_URL: databaseUrl,
        SERVER_SECRET: randomSecret(),
      },
    }),
  )
  const lanes = new HttpLanes(contest.url, LANES)
  try {
    const load = new RequestLoad(lanes)
    await load.prepare()
    for (const pid of findChildren(contest.serverPid)) pinToClients(pid)
    await contest.fill()
    // Both kinds of windows once, until their code is compiled.
    await load.run(RATES, windowSec * 2)
    load.answeredMs.length = 0
    load.loggedInMs.length = 0
    const turns = { rounds, windowSec }
    const taken = await takeTurns(contest, turns, () => load.run(RATES, windowSec))
    return { ...taken, load }
  } finally {
    lanes.close()
    await contest.stop()
  }
}

type Windows = readonly Measured[]

function rowsOf(which: string, outcome: Outcome, how: 'full' | 'told' | 'small'): BenchRow[] {
  const name = `neighbours of ${which}`
  const { calm, loaded, load } = outcome
  const over = (read: (windows: Windows) => number) => read(loaded) / read(calm)
  const limited = (isLimited: boolean, what: string, value: number, limit: number) =>
    isLimited
      ? atMost(`${name}: ${what}`, value, 'times', limit)
      : reported(`${name}: ${what}`, value, 'times')
  const isFull = how === 'full'
  return [
    reported(`${name}: calm tick cpu p99`, cpuP99(calm), 'ms'),
    limited(isFull, 'tick cpu p99 over calm', over(cpuP99), TICK_RATIO_MAX),
    limited(how === 'small', 'tick cpu p50 over calm', over(cpuP50), TICK_P50_RATIO_MAX),
    reported(`${name}: calm tick wall p99`, wallP99(calm), 'ms'),
    limited(isFull, 'tick wall p99 over calm', over(wallP99), TICK_RATIO_MAX),
    reported(`${name}: lateness p99, calm`, latenessP99(calm), 'ms'),
    isFull
      ? atMost(
          `${name}: lateness p99, loaded`,
          latenessP99(loaded),
          'ms',
          latenessP99(calm) + LATENESS_MS_MAX,
        )
      : reported(`${name}: lateness p99, loaded`, latenessP99(loaded), 'ms'),
    reported(`${name}: core, calm`, coreOf(calm), 'core'),
    reported(`${name}: core, loaded`, coreOf(loaded), 'core'),
    reported(`${name}: answers p50`, percentile(load.answeredMs, 0.5), 'ms'),
    reported(`${name}: answers p99`, percentile(load.answeredMs, 0.99), 'ms'),
    reported(`${name}: log-ins p99`, percentile(load.loggedInMs, 0.99), 'ms'),
    // A server without a core refuses in time, which on a busy CI machine is no fault of it.
    atMost(`${name}: requests that failed`, failedPercent(load), '%', isFull ? 0 : FAILED_MAX),
  ]
}

function failedPercent({ failures, answeredMs, loggedInMs }: RequestLoad): number {
  return (100 * failures.length) / (failures.length + answeredMs.length + loggedInMs.length)
}

function cpuP99(windows: Windows): number {
  return percentile(
    windows.flatMap(({ server }) => server.tickCpuMs),
    0.99,
  )
}

function cpuP50(windows: Windows): number {
  return percentile(
    windows.flatMap(({ server }) => server.tickCpuMs),
    0.5,
  )
}

function wallP99(windows: Windows): number {
  return percentile(
    windows.flatMap(({ server }) => server.tickWallMs),
    0.99,
  )
}

function coreOf(windows: Windows): number {
  return median(windows.map(({ server }) => server.cpuMs / server.elapsedMs))
}

/** How long after its turn a tick began: against the grid that the punctual ones keep. */
function latenessP99(windows: Windows): number {
  const lateMs = windows.flatMap(({ server: { tickStartMs } }) => {
    const phases = tickStartMs.map((startMs) => wrap(startMs - tickStartMs[0]!))
    const punctual = percentile(phases, 0.01)
    return phases.map((phase) => Math.max(0, phase - punctual))
  })
  return percentile(lateMs, 0.99)
}

/** Into half a step before and after 0. */
function wrap(ms: number): number {
  return ms - Math.round(ms / STEP_MS) * STEP_MS
}
