/**
 * What finished battles of 1,000 cost a battle that runs meanwhile: results are handed in without a
 * pause, through the rooms' port, with ratings, boards and progress in their transaction. The
 * database, the process that writes results and the threads have the other core, as a machine with
 * more than one for the rooms would give them. Calm and loaded windows take turns; the ticks of all
 * calm and of all loaded ones are compared. On PGlite it is told.
 */
import type { BenchOptions, BenchRow } from '@battalion/testkit/bench-row.ts'

import { withCluster } from './bench-cluster.ts'
import { cellsFor } from './bench-field.ts'
import { Contest, ourBattle } from './contest.ts'
import type { Measured } from './contest.ts'
import { atMost, median, percentile, reported } from './figures.ts'
import { findChildren, pinThreadsToClients, pinToClients } from './pinned-process.ts'
import type { ResultTimes } from './servers/bench-talk.ts'
import { takeTurns } from './take-turns.ts'
import type { Turns, TurnsTaken } from './take-turns.ts'
import { randomSecret } from '../src/testing/test-keys.ts'

/** A battle of 1,000 in the database, off the rooms' thread (ms). */
const STORED_MS_MAX = 1000
/** p99 of a tick beside it, of the calm one's. */
const TICK_RATIO_MAX = 1.2
/** What the room's thread spends on handing a result over (ms): a tenth of a tick of 20 Hz. */
const CALL_MS_MAX = 5
/**
 * Threads that a machine with more cores would give another one. V8Worker: V8's helpers, which
 * collect and compile for all threads of the process; beside the rooms' thread they double the p99
 * of a calm tick, and hide what results add. libuv-worker: files.
 */
const THREADS = ['results', 'ratings', 'database', 'V8Worker', 'libuv-worker']
/** In CI windows are too short for a p99: a coarse limit for half of all ticks. */
const TICK_P50_RATIO_MAX = 2.5

interface Case extends Turns {
  readonly players: number
  /** Empty: PGlite. */
  readonly databaseUrl: string
}

interface Outcome extends TurnsTaken {
  readonly first: ResultTimes
  readonly results: readonly ResultTimes[]
}

export async function runBench({ small }: BenchOptions): Promise<BenchRow[]> {
  const rows = await withCluster('results', async (cluster) => {
    const databaseUrl = await cluster.create('results', 'empty')
    if (small) {
      const one = { players: 60, databaseUrl, rounds: 2, windowSec: 2 }
      return rowsOf('60 on PostgreSQL', await measure(one), 'small')
    }
    const times = { rounds: 5, windowSec: 8 }
    return [
      ...rowsOf(
        '200 on PostgreSQL',
        await measure({ players: 200, databaseUrl, ...times }),
        'full',
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
      label: `results beside ${players}, ${databaseUrl === '' ? 'PGlite' : 'PostgreSQL'}`,
      env: { DATABASE_URL: databaseUrl, SERVER_SECRET: randomSecret() },
    }),
  )
  try {
    await contest.fill()
    for (const pid of findChildren(contest.serverPid)) pinToClients(pid)
    // Threads start, and code is compiled, with the first.
    const first = await contest.finishBattle()
    for (let warm = 1; warm < 3; warm++) await contest.finishBattle()
    pinThreadsToClients(contest.serverPid, THREADS)
    const results: ResultTimes[] = []
    const taken = await takeTurns(contest, { rounds, windowSec }, async () => {
      const endMs = performance.now() + windowSec * 1000
      while (performance.now() < endMs) results.push(await contest.finishBattle())
    })
    return { ...taken, first, results }
  } finally {
    await contest.stop()
  }
}

type Windows = readonly Measured[]

function rowsOf(which: string, outcome: Outcome, how: 'full' | 'told' | 'small'): BenchRow[] {
  const name = `results of 1,000 beside ${which}`
  const { calm, loaded, first, results } = outcome
  const over = (share: number, read: (window: Measured) => readonly number[]) =>
    ticksOf(loaded, share, read) / ticksOf(calm, share, read)
  const row = (what: string, value: number, unit: string, limit?: number) =>
    limit === undefined
      ? reported(`${name}: ${what}`, value, unit)
      : atMost(`${name}: ${what}`, value, unit, limit)
  const full = (limit: number) => (how === 'full' ? limit : undefined)
  const times = (read: (result: ResultTimes) => number) => results.map(read)
  return [
    row('results', results.length, 'count'),
    row(
      'the room’s call, longest',
      Math.max(...times((result) => result.callMs)),
      'ms',
      full(CALL_MS_MAX),
    ),
    row(
      'until stored, median',
      median(times((result) => result.storedMs)),
      'ms',
      full(STORED_MS_MAX),
    ),
    row(
      'until stored, longest',
      Math.max(...times((result) => result.storedMs)),
      'ms',
      full(STORED_MS_MAX),
    ),
    row('until stored, the first since the start', first.storedMs, 'ms'),
    row('transaction, median', median(times((result) => result.writeMs)), 'ms'),
    row('calm tick wall p99', ticksOf(calm, 0.99, wall), 'ms'),
    row('tick wall p99 over calm', over(0.99, wall), 'times', full(TICK_RATIO_MAX)),
    row(
      'tick wall p50 over calm',
      over(0.5, wall),
      'times',
      how === 'small' ? TICK_P50_RATIO_MAX : undefined,
    ),
  ]
}

function wall({ server }: Measured): readonly number[] {
  return server.tickWallMs
}

function ticksOf(
  windows: Windows,
  share: number,
  read: (window: Measured) => readonly number[],
): number {
  return percentile(windows.flatMap(read), share)
}
