/**
 * The report of a made-up run, byte for byte. When it changes on purpose: UPDATE_GOLDEN=1 and look
 * at the difference.
 */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { createReport, type LoadRun } from './load-report.ts'
import { rowBetween, totalOf, type LoadMoment } from './load-timeline.ts'
import type { LoadSample } from './load-messages.ts'
import { parseMetrics } from './metrics-text.ts'
import { describeProgress } from './load-progress.ts'
import { renderReportPage } from './report-page.ts'
import { parseScenario } from './scenario.ts'

const SCENARIO = parseScenario(
  {
    name: 'golden',
    about: 'A made-up run for the golden report, with <odd> characters & all.',
    mode: 'conquest',
    map: 'skirmish',
    fullBots: 4,
    leanBots: 6,
    joinsPerSec: 5,
    settleSec: 0,
    durationSec: 6,
    churnPerSec: 0,
    gather: null,
    network: null,
    budgets: {
      tick_work_p99_ms: 12,
      joins_failed: 0,
      round_trip_p95_ms: 10,
      decode_failures: 0,
      own_error_p99_m: 0.1,
      hits_confirmed_percent: 97,
      hits_behind_cover_percent: 1,
    },
  },
  'golden.json',
)

function sampleAt(sec: number): LoadSample {
  const playing = Math.min(10, sec * 5)
  return {
    type: 'sample',
    playing,
    joinsTried: playing,
    joinsDone: playing,
    reconnectsDone: 0,
    framesReceived: sec * 200,
    bytesReceived: sec * 25_000,
    bytesSent: sec * 3000,
    snapshotsReceived: sec * 198,
    snapshotsExpected: sec * 200,
    decodeFailures: 0,
    resultsSeen: 0,
    commandsMade: sec * 200,
    shotsJudged: sec * 60,
    shotsUnjudged: sec,
    shotAgeMs: sec * 60 * 205,
    hitsSeen: sec * 20,
    hitsConfirmed: sec * 18,
    hitsOnFallen: sec * 1.5,
    hitsUnseen: sec / 5,
    joinFailures: sec > 4 ? [['battle_full', 2]] : [],
    disconnects: [],
    joinMs: sec < 3 ? [12, 30 + sec] : [],
    roundTripMs: [1 + sec / 10, 2, 3],
    ownErrorMetres: [0, 0, sec / 100],
    cpuMs: sec * 120,
  }
}

function metricsAt(sec: number): string {
  const tick = 'battalion_tick_duration_seconds_bucket{phase="total",le='
  return `${tick}"0.004"} ${sec * 15}
${tick}"0.008"} ${sec * 19}
${tick}"+Inf"} ${sec * 20}
battalion_tick_duration_seconds_sum{phase="total"} ${sec * 0.06}
battalion_tick_lateness_seconds_bucket{le="0.002"} ${sec * 18}
battalion_tick_lateness_seconds_bucket{le="+Inf"} ${sec * 20}
process_cpu_seconds_total ${sec * 0.2}
battalion_shots_judged_total ${sec * 70}
battalion_hits_judged_total ${sec * 25}
battalion_hits_void_total ${sec / 4}
battalion_rewind_clamped_total ${sec * 0.7}
battalion_hits_behind_cover_total ${sec / 5}
battalion_inputs_rejected_total{reason="rate"} ${sec * 2}
`
}

function momentAt(sec: number, hasServer: boolean): LoadMoment {
  const sample = sampleAt(sec)
  const server = hasServer ? parseMetrics(metricsAt(sec)) : undefined
  const { joinMs, roundTripMs, ownErrorMetres } = sample
  return { atSec: sec, crowd: totalOf([sample]), joinMs, roundTripMs, ownErrorMetres, server }
}

function runOf(hasServer: boolean, cpuFactor = 1): LoadRun {
  const moments = Array.from({ length: 9 }, (_, sec) => momentAt(sec, hasServer))
  for (const { crowd } of moments) crowd.cpuMsMax *= cpuFactor
  return {
    scenario: SCENARIO,
    seed: 7,
    startedAt: '2026-01-02T03:04:05.000Z',
    machine: '2 cores, a machine, Node 24',
    timeline: moments.slice(1).map((moment, index) => rowBetween(moments[index]!, moment)),
    begin: moments[0]!,
    from: moments[2]!,
    to: moments[8]!,
    roundTripMs: moments.slice(3).flatMap((moment) => moment.roundTripMs),
    joinMs: moments.flatMap((moment) => moment.joinMs),
    ownErrorMetres: moments.slice(3).flatMap((moment) => moment.ownErrorMetres),
    stealRatio: 0.012,
    quiet: undefined,
    serverWaitRatio: hasServer ? 0.01 : Number.NaN,
    cutShort: undefined,
  }
}

function assertGolden(name: string, text: string): void {
  const path = join(import.meta.dirname, 'golden', name)
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, text)
  assert.equal(text, readFileSync(path, 'utf8'))
}

describe('the load report', () => {
  it('[BAT-8] gives rate, latency, bytes and errors as rows with budgets', () => {
    const { rows } = createReport(runOf(true))
    assertGolden('report-rows.golden', `${JSON.stringify(rows, null, 1)}\n`)
  })

  it('gives a page of its own with all plots', () => {
    const page = renderReportPage(createReport(runOf(true)))
    assertGolden('report-page.golden', page)
    assert.doesNotMatch(page, /https?:\/\/|<script|<link/)
    assert.match(page, /&lt;odd&gt;/)
  })

  it('fails when a budget is broken, or when what was promised was not measured', () => {
    const report = createReport(runOf(true))
    assert.equal(report.passed, false)
    const failed = report.rows.filter((row) => !row.pass).map((row) => row.name)
    assert.deepEqual(failed, ['load.golden.joins_failed'])
    const nothing = { ...runOf(true), roundTripMs: [] }
    const rows = createReport(nothing).rows.filter((row) => !row.pass)
    assert.ok(rows.some((row) => row.name === 'load.golden.round_trip_p95_ms'))
  })

  it('leaves server figures out when nobody told them', () => {
    const { rows } = createReport(runOf(false))
    assert.ok(rows.every((row) => !/tick|server|clamped|behind_cover|dropped/.test(row.name)))
    assert.doesNotMatch(renderReportPage(createReport(runOf(false))), /Tick work/)
  })

  it('is void when the bots needed more than their share of a core', () => {
    assert.equal(createReport(runOf(true)).isVoid, false)
    const report = createReport(runOf(true, 10))
    assert.equal(report.isVoid, true)
    assert.equal(report.passed, false)
    assert.match(renderReportPage(report), /void/)
  })

  it('says when others used the core of the server', () => {
    const report = createReport({ ...runOf(true), serverWaitRatio: 0.2 })
    assert.equal(report.isDisturbed, true)
    assert.match(renderReportPage(report), /judge no times/)
  })

  it('says in one line where a run stands', () => {
    const row = runOf(true).timeline[4]!
    const line = describeProgress({ phase: 'measuring', botCount: 10, leftSec: 3, row })
    assert.match(line, /^measuring · 10 of 10 in battle · 2500 B\/s each · tick p99 .* · 3 s left$/)
  })
})
