/** Leak figures of made-up runs: slopes, warm-up, what is left when everybody has gone. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isQuietAgain, leakRowsOf, slopePerMin } from './load-leaks.ts'
import { rowBetween, totalOf, type LoadMoment, type TimelineRow } from './load-timeline.ts'
import { parseMetrics, type MetricReading } from './metrics-text.ts'

const MB = 1024 * 1024

function momentAt(atSec: number, rssMb: number): LoadMoment {
  const youngMb = youngAt(atSec)
  const server = parseMetrics(`process_resident_memory_bytes ${(rssMb + youngMb) * MB}
nodejs_heap_space_size_total_bytes{space="new"} ${youngMb * MB}
`)
  return { atSec, crowd: totalOf([]), roundTripMs: [], ownErrorMetres: [], joinMs: [], server }
}

/** V8's reserve comes and goes: 48 MB, half of it, and 64 MB late in the run. */
function youngAt(atSec: number): number {
  if (atSec > 1200) return 64
  return Math.floor(atSec / 200) % 2 === 0 ? 48 : 24
}

/** A run of `sec` seconds whose memory beside the young generation is what `rssMb` says. */
function runOf(sec: number, rssMb: (atSec: number) => number) {
  const moments = Array.from({ length: sec + 1 }, (_, atSec) => momentAt(atSec, rssMb(atSec)))
  const timeline: TimelineRow[] = moments
    .slice(1)
    .map((moment, index) => rowBetween(moments[index]!, moment))
  return { timeline, from: moments[0]!, to: moments[sec]!, quiet: undefined }
}

function valueOf(rows: ReturnType<typeof leakRowsOf>, name: string) {
  return rows.find((row) => row.name === name)!
}

function quietMetrics(more: { rooms?: number; sockets?: number; timers?: number }): MetricReading {
  return parseMetrics(`battalion_rooms{mode="conquest",state="open"} ${more.rooms ?? 0}
battalion_seats_reserved 0
battalion_clients{state="playing"} 0
nodejs_active_resources{type="TCPServerWrap"} 2
nodejs_active_resources{type="TCPSocketWrap"} ${1 + (more.sockets ?? 0)}
nodejs_active_resources{type="Timeout"} ${2 + (more.timers ?? 0)}
`)
}

describe('leaks in a load run', () => {
  it('gives the slope of memory after the warm-up, in MB a minute', () => {
    // 50 MB in the first five minutes are warm-up; then 2 MB a minute.
    const rows = leakRowsOf(
      runOf(1800, (sec) => 150 + Math.min(50, sec / 6) + Math.max(0, sec - 300) / 30),
    )
    const slope = valueOf(rows, 'rss_less_young_mb_per_min')
    assert.ok(Math.abs(slope.value - 2) < 1e-9, String(slope.value))
    assert.equal(slope.isBudgeted, true)
    const whole = valueOf(rows, 'rss_mb_per_min').value
    assert.ok(whole > 3, `the reserve that came late looks like a leak: ${whole}`)
  })

  it('holds a short run to no slope', () => {
    const rows = leakRowsOf(runOf(120, (sec) => sec))
    assert.equal(valueOf(rows, 'rss_less_young_mb_per_min').isBudgeted, false)
    assert.ok(Math.abs(valueOf(rows, 'rss_less_young_mb_per_min').value - 60) < 1e-9)
  })

  it('knows no slope without readings', () => {
    const rows = leakRowsOf(runOf(30, (sec) => sec))
    assert.ok(Number.isNaN(valueOf(rows, 'live_heap_mb_per_min').value))
    assert.ok(Number.isNaN(slopePerMin([[0, 1]])))
  })

  it('counts rooms, sockets and timers that are left', () => {
    const before = quietMetrics({})
    const after = quietMetrics({ rooms: 1, sockets: 3, timers: 2 })
    const quiet = { before, after, settledSec: 120 }
    const rows = leakRowsOf({ ...runOf(3, () => 1), quiet })
    assert.equal(valueOf(rows, 'rooms_left').value, 1)
    assert.equal(valueOf(rows, 'sockets_left').value, 3)
    assert.equal(valueOf(rows, 'timers_left').value, 2)
    assert.equal(valueOf(rows, 'seats_left').value, 0)
    assert.equal(isQuietAgain(before, after), false)
    assert.equal(isQuietAgain(before, quietMetrics({})), true)
  })

  it('does not take a server that tells nothing for one that has nothing', () => {
    const silent = parseMetrics('battalion_seats_reserved 0\n')
    const quiet = { before: silent, after: silent, settledSec: 120 }
    const rows = leakRowsOf({ ...runOf(3, () => 1), quiet })
    assert.ok(Number.isNaN(valueOf(rows, 'timers_left').value))
    assert.equal(isQuietAgain(silent, silent), false)
  })
})
