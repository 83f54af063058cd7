/** The smoothed load of a process, by times made by hand. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { createProcessLoad } from './process-load.ts'

function createHand() {
  let nowMs = 0
  let times = { idle: 0, active: 0 }
  const load = createProcessLoad({ monotonicMs: () => nowMs }, () => times)
  return {
    load,
    /** Seconds in which the loop is busy for `share` of the time. */
    pass(seconds: number, share: number): number {
      for (let second = 0; second < seconds; second++) {
        nowMs += 1000
        times = { idle: times.idle + 1000 * (1 - share), active: times.active + 1000 * share }
        load.busyShare()
      }
      return load.busyShare()
    },
  }
}

describe('process load', () => {
  it('[H-02] ten busy seconds after half a load are no overload yet, half a minute is', () => {
    const hand = createHand()
    assert.ok(Math.abs(hand.pass(60, 0.5) - 0.5) < 0.01)
    assert.ok(hand.pass(10, 1) < 0.85)
    assert.ok(hand.pass(20, 1) > 0.95)
    assert.ok(hand.pass(10, 0.3) < 0.6, 'and it goes away as fast')
  })

  it('starts idle, whatever starting the process took', () => {
    const { load } = createHand()
    assert.equal(load.busyShare(), 0)
  })

  it('reads Node', () => {
    assert.equal(createProcessLoad({ monotonicMs: () => 0 }).busyShare(), 0)
  })
})
