/** The battle's clock, stepped by hand. */
import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import type { Clock, Timers } from '@battalion/base/clock.ts'
import { CATCH_UP_STEPS_MAX, TickLoop } from './tick-loop.ts'
import type { Wake } from './tick-loop.ts'

/** A clock and one timer, moved by the test. Timers fire `lateMs` late. */
function createHand() {
  let nowMs = 1000
  let wallMs = 0
  let due: { atMs: number; callback: () => void } | undefined
  const clock: Clock = { monotonicMs: () => nowMs, wallMs: () => wallMs }
  const timers: Timers = {
    setTimeout(callback, delayMs) {
      const timer = { atMs: nowMs + Math.max(1, Math.ceil(delayMs)), callback }
      due = timer
      return { cancel: () => (due = due === timer ? undefined : due) }
    },
  }
  return {
    clock,
    timers,
    get isArmed() {
      return due !== undefined
    },
    jumpWall: (ms: number) => (wallMs += ms),
    /** Lets time pass; the loop's timer fires when it is due, but not before `blockedUntilMs`. */
    run(ms: number, blockedUntilMs = 0) {
      const endMs = nowMs + ms
      while (due !== undefined && Math.max(due.atMs, blockedUntilMs) <= endMs) {
        const { atMs, callback } = due
        due = undefined
        nowMs = Math.max(nowMs, atMs, blockedUntilMs)
        callback()
      }
      nowMs = endMs
    },
    get nowMs() {
      return nowMs
    },
  }
}

function startLoop(hand: ReturnType<typeof createHand>, stepMs = 50) {
  const wakes: Wake[] = []
  const { clock, timers } = hand
  const loop = new TickLoop({ clock, timers, stepMs, wake: (wake) => wakes.push(wake) })
  loop.start()
  return { loop, wakes, steps: () => wakes.reduce((sum, wake) => sum + wake.steps, 0) }
}

describe('tick loop', () => {
  for (const hz of [1, 20, 30, 60, 64, 128]) {
    it(`[BAT-2] makes ${hz} steps a second at ${hz} Hz, without drift over a minute`, () => {
      const hand = createHand()
      const { steps, wakes } = startLoop(hand, 1000 / hz)
      hand.run(60_000)
      assert.ok(Math.abs(steps() - 60 * hz) <= 1, `${steps()} steps`)
      assert.ok(wakes.every((wake) => wake.latenessMs < 1.001))
    })
  }

  it('[C-12] a loop blocked 200 ms once a second catches up in one wake-up, no spiral', () => {
    const hand = createHand()
    const { steps, wakes } = startLoop(hand)
    for (let second = 0; second < 30; second++) {
      hand.run(200, hand.nowMs + 200)
      hand.run(800)
    }
    assert.ok(Math.abs(steps() - 600) <= 1, `${steps()} steps`)
    assert.ok(wakes.every((wake) => wake.steps <= CATCH_UP_STEPS_MAX))
    assert.ok(wakes.every((wake) => wake.skipped === 0))
  })

  it('[C-12] after a long block time is lost, not fast-forwarded', () => {
    const hand = createHand()
    const { wakes } = startLoop(hand)
    hand.run(2000, hand.nowMs + 2000)
    assert.deepEqual(wakes, [{ steps: 5, skipped: 35, latenessMs: 1950 }])
    wakes.length = 0
    hand.run(1000)
    const steps = wakes.reduce((sum, wake) => sum + wake.steps, 0)
    assert.ok(steps <= 21, `no more than 5 % fast: ${steps} steps`)
  })

  it('[C-13] a wall clock that jumps an hour changes nothing', () => {
    const hand = createHand()
    const { steps } = startLoop(hand)
    hand.run(1000)
    hand.jumpWall(3_600_000)
    hand.run(1000)
    hand.jumpWall(-7_200_000)
    hand.run(1000)
    assert.equal(steps(), 60)
  })

  it('an early timer makes no step', () => {
    const hand = createHand()
    const { steps } = startLoop(hand, 50.4)
    hand.run(50)
    assert.equal(steps(), 0)
    hand.run(1)
    assert.equal(steps(), 1)
  })

  it('a stopped loop leaves no timer', () => {
    const hand = createHand()
    const { loop, steps } = startLoop(hand)
    loop.stop()
    assert.equal(hand.isArmed, false)
    hand.run(1000)
    assert.equal(steps(), 0)
  })

  it('a loop stopped by its own wake-up stays stopped', () => {
    const hand = createHand()
    const { clock, timers } = hand
    const loop: TickLoop = new TickLoop({ clock, timers, stepMs: 50, wake: () => loop.stop() })
    loop.start()
    hand.run(1000)
    assert.equal(hand.isArmed, false)
  })
})
