/** Ladder and admission by hand: every entry, every exit, no swinging. */
import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { ADMISSION_TICKS_MIN, OverloadAdmission } from './overload-admission.ts'
import {
  EXIT_CLEAN_MS_MAX,
  LATENESS_MS_MIN,
  OVERLOAD_RUNGS,
  OverloadLadder,
  OverloadStep,
  SETTLE_MS,
} from './overload-ladder.ts'
import { OVERLOAD_NOTICES } from './overload-notices.ts'

const STEP_MS = 50
const LIMITS = { admitWorkPercentMax: 70, admitBusyPercentMax: 90 }

/** A ladder and a clock that goes from wake-up to wake-up. */
function createHand(options: { mayDilateTime?: boolean; stepMs?: number } = {}) {
  const ladder = new OverloadLadder({ mayDilateTime: options.mayDilateTime ?? true })
  let nowMs = 0
  const hand = {
    ladder,
    get nowMs() {
      return nowMs
    },
    /** One wake-up, on time and idle unless told otherwise. */
    wake({ lateMs = 0, workMs = 1 } = {}): boolean {
      const stepMs = (options.stepMs ?? STEP_MS) / ladder.rung.timeScale
      nowMs += stepMs
      return ladder.observe({ latenessMs: lateMs, stepMs, workMs, nowMs })
    },
    wakeFor(ms: number, wake: { lateMs?: number; workMs?: number } = {}) {
      const endMs = nowMs + ms
      while (hand.nowMs < endMs) hand.wake(wake)
    },
    /** Late until another rung holds; how many late wake-ups it took after settling. */
    goDown(): number {
      hand.wakeFor(SETTLE_MS)
      for (let count = 1; count < 20; count++) if (hand.wake({ lateMs: 200 })) return count
      return assert.fail('the ladder did not go down')
    },
    /** Clean until another rung holds; how long it took (ms). */
    goUp(): number {
      const startMs = nowMs
      while (!hand.wake()) assert.ok(nowMs - startMs < 200_000, 'the ladder goes up')
      return nowMs - startMs
    },
  }
  return hand
}

describe('overload ladder', () => {
  it('[H-05] gives up one thing after another and takes them back in turn', () => {
    const hand = createHand()
    const down = OVERLOAD_RUNGS.slice(1).map(() => [hand.goDown(), hand.ladder.rung.step])
    assert.deepEqual(down, [
      [2, OverloadStep.farSlower],
      [2, OverloadStep.fewerSnapshots],
      [3, OverloadStep.halfRate],
      [4, OverloadStep.slowTime],
      [4, OverloadStep.slowTime],
      [4, OverloadStep.closed],
    ])
    const up = OVERLOAD_RUNGS.slice(1).map(() => [hand.goUp() >= 5000, hand.ladder.rung.step])
    assert.deepEqual(
      up.map(([, step]) => step),
      [4, 4, 3, 2, 1, 0],
    )
    assert.ok(up.every(([isSlow]) => isSlow))
  })

  it('keeps what was given up before, and gives more with every rung', () => {
    for (const [index, rung] of OVERLOAD_RUNGS.entries()) {
      const before = OVERLOAD_RUNGS[index - 1]
      if (before === undefined) continue
      assert.ok(rung.farShare <= before.farShare)
      assert.ok(rung.snapshotShare <= before.snapshotShare)
      assert.ok(rung.timeScale <= before.timeScale)
      assert.ok(rung.step >= before.step)
      assert.ok(rung.exitCleanMs > 0)
      assert.ok(OVERLOAD_NOTICES[rung.step].code.startsWith('overload_'))
    }
  })

  it('slows time only where the mode allows it', () => {
    const hand = createHand({ mayDilateTime: false })
    const steps = [1, 2, 3, 4].map(() => {
      hand.goDown()
      assert.equal(hand.ladder.rung.timeScale, 1)
      return hand.ladder.rung.step
    })
    assert.deepEqual(steps, [1, 2, 3, 5])
    hand.wakeFor(2000, { lateMs: 500 })
    assert.equal(hand.ladder.rung.step, OverloadStep.closed)
  })

  it('takes one late wake-up for bad luck, and three within 25 ms for no lateness', () => {
    const hand = createHand()
    for (let round = 0; round < 50; round++) {
      hand.wake({ lateMs: 200 })
      for (let wake = 0; wake < 15; wake++) hand.wake({ lateMs: STEP_MS / 2 })
    }
    assert.equal(hand.ladder.rung.step, OverloadStep.none)
    const quick = createHand({ stepMs: 1000 / 128 })
    for (let round = 0; round < 100; round++) {
      for (let wake = 0; wake < 3; wake++) quick.wake({ lateMs: wake === 0 ? LATENESS_MS_MIN : 9 })
      for (let wake = 0; wake < 20; wake++) quick.wake()
    }
    assert.equal(quick.ladder.rung.step, OverloadStep.none)
  })

  it('goes down before the clock is late when ticks take nearly all the time', () => {
    const hand = createHand()
    hand.wakeFor(4000, { workMs: 42 })
    assert.equal(hand.ladder.rung.step, OverloadStep.none)
    hand.wakeFor(2100, { workMs: 44 })
    assert.equal(hand.ladder.rung.step, OverloadStep.farSlower)
  })

  it('goes down when every second wake-up is late, not when every fifth tick is', () => {
    const hand = createHand()
    for (let round = 0; round < 100; round++) {
      for (let wake = 0; wake < 15; wake++) hand.wake()
      hand.wake({ lateMs: 4 * STEP_MS })
    }
    assert.equal(hand.ladder.rung.step, OverloadStep.none)
    for (let round = 0; round < 30; round++) {
      hand.wake({ lateMs: 0.5 * STEP_MS })
      hand.wake({ lateMs: 1.2 * STEP_MS })
    }
    assert.equal(hand.ladder.rung.step, OverloadStep.farSlower)
  })

  it('goes up only where the work that comes back would fit', () => {
    const hand = createHand()
    for (let rung = 0; rung < 3; rung++) hand.goDown()
    // 45 % at half rate is at least 60 % at two thirds: fits. 50 % there is 75 % at the full rate.
    hand.wakeFor(20_000, { workMs: 0.5 * STEP_MS })
    assert.equal(hand.ladder.rung.step, OverloadStep.halfRate)
    hand.wakeFor(6000, { workMs: 0.45 * STEP_MS })
    assert.equal(hand.ladder.rung.step, OverloadStep.fewerSnapshots)
    hand.wakeFor(20_000, { workMs: 0.5 * STEP_MS })
    assert.equal(hand.ladder.rung.step, OverloadStep.fewerSnapshots)
    hand.wakeFor(6000, { workMs: 0.4 * STEP_MS })
    assert.equal(hand.ladder.rung.step, OverloadStep.farSlower)
  })

  it('one late wake-up begins the clean time anew', () => {
    const hand = createHand()
    hand.goDown()
    for (let round = 0; round < 5; round++) {
      hand.wakeFor(4000)
      hand.wake({ lateMs: 300 })
    }
    assert.equal(hand.ladder.rung.step, OverloadStep.farSlower)
    assert.ok(Math.abs(hand.goUp() - 5000) <= STEP_MS)
  })

  it('keeps a rung twice as long each time it comes back to it soon, and no longer than a minute', () => {
    const hand = createHand()
    const kept: number[] = []
    for (let round = 0; round < 6; round++) {
      hand.goDown()
      kept.push(Math.round(hand.goUp() / 1000))
    }
    assert.deepEqual(kept, [5, 10, 20, 40, 60, EXIT_CLEAN_MS_MAX / 1000])
    hand.wakeFor(30_000)
    hand.goDown()
    assert.equal(Math.round(hand.goUp() / 1000), 5, 'forgotten after a calm time')
  })
})

describe('overload admission', () => {
  const calm = { tickMsP99: 10, tickCount: 256, stepMs: 50, busyShare: 0.2 }

  it('[H-05] closes at 70 % of the tick and opens below 60 %', () => {
    const admission = new OverloadAdmission(LIMITS)
    assert.equal(admission.update(calm), true)
    assert.equal(admission.update({ ...calm, tickMsP99: 34.9 }), true)
    assert.equal(admission.update({ ...calm, tickMsP99: 35 }), false)
    assert.equal(admission.update({ ...calm, tickMsP99: 31 }), false)
    assert.equal(admission.update({ ...calm, tickMsP99: 29.9 }), true)
  })

  it('[H-05] closes when the process is busy, whoever makes it so', () => {
    const admission = new OverloadAdmission(LIMITS)
    assert.equal(admission.update({ ...calm, busyShare: 0.89 }), true)
    assert.equal(admission.update({ ...calm, busyShare: 0.9 }), false)
    assert.equal(admission.update({ ...calm, busyShare: 0.8 }), false)
    assert.equal(admission.update({ ...calm, busyShare: 0.77 }), true)
  })

  it('judges no percentile of a few ticks', () => {
    const admission = new OverloadAdmission(LIMITS)
    assert.equal(
      admission.update({ ...calm, tickMsP99: 90, tickCount: ADMISSION_TICKS_MIN - 1 }),
      true,
    )
    assert.equal(
      admission.update({ ...calm, tickMsP99: 90, tickCount: ADMISSION_TICKS_MIN }),
      false,
    )
  })
})
