/** Seats are given at a bounded pace, by a clock stepped by hand. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { JoinPace, JOINS_PER_WINDOW_MAX, JOIN_WINDOW_MS } from './join-pace.ts'

describe('join pace', () => {
  it('[H-02] gives twenty seats at once, then twenty in each fifty milliseconds', async () => {
    let nowMs = 1000
    const timers = {
      setTimeout(callback: () => void, delayMs: number) {
        nowMs += delayMs
        callback()
        return { cancel: () => undefined }
      },
    }
    const pace = new JoinPace({ clock: { monotonicMs: () => nowMs }, timers })
    const times: number[] = []
    for (let join = 0; join < 100; join++) {
      await pace.turn()
      times.push(nowMs - 1000)
    }
    for (const [join, timeMs] of times.entries()) {
      assert.equal(timeMs, Math.floor(join / JOINS_PER_WINDOW_MAX) * JOIN_WINDOW_MS)
    }
  })

  it('[H-02] lets joins that come slowly through at once', async () => {
    let nowMs = 0
    const timers = { setTimeout: () => assert.fail('nobody waits') }
    const pace = new JoinPace({ clock: { monotonicMs: () => nowMs }, timers })
    for (let join = 0; join < 200; join++) {
      await pace.turn()
      nowMs += 3
    }
  })
})
