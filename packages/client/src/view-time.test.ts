/** The view clock: delay, smoothness, honesty about what is known. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sequenceDifference } from '@battalion/base/sequence.ts'
import { DELAY_MS_MAX, ViewClock } from './view-time.ts'

/** Feeds a 20 Hz stream whose arrivals are `lateMs` late; visits each millisecond. */
function feed(
  clock: ViewClock,
  seconds: number,
  lateMs: (tick: number) => number,
  visit: (ms: number) => void,
): void {
  let tick = 100
  const endMs = seconds * 1000
  for (let ms = 0; ms < endMs; ms++) {
    while ((tick - 100) * 50 + lateMs(tick) <= ms) clock.arrived(tick++, ms)
    clock.advance(ms)
    visit(ms)
  }
}

describe('ViewClock', () => {
  it('[NET-3] settles one snapshot interval and 10 ms behind on a calm network', () => {
    const clock = new ViewClock(20, 20)
    let worst = 0
    feed(
      clock,
      20,
      () => 30,
      (ms) => {
        if (ms > 5000)
          worst = Math.max(worst, Math.abs((ms - 30) / 50 + 100 - 1.2 - clock.viewTick))
      },
    )
    assert.ok(worst < 0.1, `${worst} ticks off`)
    assert.ok(Math.abs(clock.delayMs - 60) < 1)
  })

  it('[NET-3] never runs backwards and never shows what is not known yet', () => {
    const clock = new ViewClock(20, 20)
    let last = 0
    feed(
      clock,
      30,
      (tick) => ((tick * 7919) % 120) + (tick % 97 === 0 ? 250 : 0),
      () => {
        if (Number.isNaN(clock.viewTick)) return
        assert.ok(clock.viewTick >= last, 'forward only')
        assert.ok(clock.viewTick <= clock.newestTick, 'known only')
        last = clock.viewTick
      },
    )
  })

  it('[NET-3] delays more when arrivals jitter, and not beyond its bound', () => {
    const calm = new ViewClock(20, 20)
    const rough = new ViewClock(20, 20)
    feed(
      calm,
      10,
      () => 30,
      () => undefined,
    )
    feed(
      rough,
      10,
      (tick) => 30 + ((tick * 7919) % 150),
      () => undefined,
    )
    assert.ok(rough.delayMs > calm.delayMs)
    assert.ok(rough.delayMs <= DELAY_MS_MAX)
  })

  it('[NET-3] follows a server that sheds snapshots to half the rate', () => {
    const clock = new ViewClock(20, 20)
    for (let tick = 0; tick < 200; tick += 2) clock.arrived(tick, tick * 50)
    assert.ok(Math.abs(clock.delayMs - 110) < 2)
  })

  it('[BAT-4] stamps commands with the drawn time in eighths, wrap-aware', () => {
    const clock = new ViewClock(20, 20)
    const start = 8190
    for (let step = 0; step < 40; step++) {
      clock.arrived(start + step, step * 50)
      clock.advance(step * 50)
      const difference = sequenceDifference(clock.viewTime, Math.round(clock.viewTick * 8) & 0xffff)
      assert.equal(difference, 0)
    }
    assert.ok(clock.viewTime < 1000, 'wrapped past 65535')
  })

  it('[NET-3] starts anew after a gap instead of racing through it', () => {
    const clock = new ViewClock(20, 20)
    clock.arrived(100, 0)
    clock.advance(0)
    clock.arrived(1000, 10_000)
    clock.advance(10_000)
    assert.ok(clock.viewTick > 990)
  })
})
