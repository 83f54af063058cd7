/**
 * The programs of this folder with a real server: a small load from start to report, and children
 * that go when they should.
 */
import assert from 'node:assert/strict'
import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { LoadProgress } from './load-progress.ts'
import { createReport } from './load-report.ts'
import { LoadSession } from './load-session.ts'
import { parseScenario } from './scenario.ts'
import { systemClock } from './system-clock.ts'

/** Errors are budgeted, speed is not: the machine that runs the tests has other things to do. */
const SMALL = parseScenario(
  {
    name: 'small',
    about: 'Ten bots for five seconds, behind a slightly bad network.',
    mode: 'conquest',
    map: 'skirmish',
    fullBots: 6,
    leanBots: 4,
    joinsPerSec: 20,
    settleSec: 0,
    durationSec: 5,
    churnPerSec: 0,
    gather: null,
    network: { latencyMs: 5, jitterMs: 2, lossRatio: 0, bytesPerSec: 0 },
    budgets: { joins_failed: 0, disconnects_unexpected: 0, decode_failures: 0 },
  },
  'small.json',
)

function startBots(args: readonly string[]): ChildProcess {
  const program = join(import.meta.dirname, 'run-bots.ts')
  // Nobody listens on port 1: the bots go on trying, which must not keep them from going.
  return fork(program, ['--url', 'http://127.0.0.1:1', '--count', '5', ...args], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
}

/** Milliseconds from `act` to the child's end. */
async function timeToExit(child: ChildProcess, act: () => void): Promise<number> {
  const exited = new Promise((resolve) => child.once('exit', resolve))
  await new Promise((resolve) => setTimeout(resolve, 700))
  const startedMs = systemClock.monotonicMs()
  act()
  assert.equal(await exited, 0)
  return systemClock.monotonicMs() - startedMs
}

const GOES_MS_MAX = 20_000

describe('a load run', () => {
  it('[BAT-8] one command runs server and bots and reports rate, latency, bytes, errors', async () => {
    const lines: string[] = []
    const progress = new LoadProgress({ isTerminal: false, write: (text) => lines.push(text) })
    const session = new LoadSession({
      scenario: SMALL,
      seed: 1,
      url: undefined,
      opsUrl: undefined,
      progress,
    })
    const report = createReport(await session.run())
    const valueOf = (name: string) =>
      report.rows.find((row) => row.name === `load.small.${name}`)?.value ?? Number.NaN
    assert.deepEqual(
      report.rows.filter((row) => !row.pass && row.name !== 'load.small.bots_core'),
      [],
    )
    assert.equal(report.run.cutShort, undefined)
    assert.equal(valueOf('clients'), 10)
    assert.ok(valueOf('tick_work_p99_ms') > 0)
    assert.ok(valueOf('bytes_per_client_per_sec') > 100)
    assert.ok(valueOf('round_trip_p50_ms') >= 10, 'both ways are 5 ms longer')
    assert.ok(lines.some((line) => /measuring · 10 of 10 in battle/.test(line)))
  })

  it('ends when a server cannot be reached, and says so', async () => {
    const progress = new LoadProgress({ isTerminal: false, write: () => undefined })
    const session = new LoadSession({
      scenario: { ...SMALL, network: null },
      seed: 1,
      url: 'http://127.0.0.1:1',
      opsUrl: undefined,
      progress,
    })
    const report = createReport(await session.run())
    assert.match(report.run.cutShort ?? '', /could not start|ended/)
    assert.equal(report.passed, false)
  })
})

describe('run-bots', () => {
  // A process that is stuck would stay for ever; how soon it goes is the machine's.
  it('goes at SIGTERM', async () => {
    const child = startBots(['--quiet'])
    assert.ok((await timeToExit(child, () => child.kill('SIGTERM'))) < GOES_MS_MAX)
  })

  it('goes when its parent is gone', async () => {
    const child = startBots(['--quiet'])
    assert.ok((await timeToExit(child, () => child.disconnect())) < GOES_MS_MAX)
  })
})
