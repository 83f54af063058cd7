/** How old the view of a shot is when the server judges it, by network; see decision 0013. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sequenceDifference } from '@battalion/base/sequence.ts'
import { Button } from '@battalion/sim/commands.ts'
import { VIEW_TIME_PER_TICK } from '@battalion/sim/limits.ts'
import { loadShippedBalance } from '@battalion/testkit/load-shipped-balance.ts'
import { INTENT_AT_REST } from './intent.ts'
import { LoopbackBattle } from './testing/loopback-battle.ts'

const balance = loadShippedBalance()
/** The bound of rewinding these shots are held against (ms). */
const BOUND_MS = 250
/** A fighter fires this long of each period (ms). */
const BURST_MS = 800
const PERIOD_MS = 3000
/** Between a screen's frames and a socket's events (ms). */
const SLICE_MS = 5
const SETTLE_MS = 15_000
const MEASURE_MS = 60_000

function measure(latencyMs: number, jitterMs: number) {
  const battle = new LoopbackBattle(balance, 'duel')
  battle.sliceMs = SLICE_MS
  const client = battle.join({ latencyMs })
  client.conditioner.configure({ latencyMs, jitterMs })
  const fight = () => {
    const isFiring = battle.nowMs % PERIOD_MS < BURST_MS
    client.setIntent({ ...INTENT_AT_REST, buttons: isFiring ? Button.fire : 0 })
  }
  battle.run(SETTLE_MS, fight)
  const link = battle.links[0]!
  const before = { lost: link.droppedCount + link.missingCount, frames: client.stats.framesSent }
  const agesMs: number[] = []
  const tickMs = 1000 / battle.world.mode.tickRateHz
  battle.onCommand = ({ buttons, viewTime }) => {
    if ((buttons & Button.fire) === 0) return
    const now = ((battle.world.tick + 1) * VIEW_TIME_PER_TICK) & 0xffff
    agesMs.push((sequenceDifference(now, viewTime) * tickMs) / VIEW_TIME_PER_TICK)
  }
  battle.run(MEASURE_MS, fight)
  agesMs.sort((a, b) => a - b)
  const lost = link.droppedCount + link.missingCount - before.lost
  return {
    meanMs: agesMs.reduce((sum, ageMs) => sum + ageMs, 0) / agesMs.length,
    p95Ms: agesMs[Math.floor(agesMs.length * 0.95)]!,
    clampedShare: agesMs.filter((ageMs) => ageMs > BOUND_MS).length / agesMs.length,
    lostShare: lost / (MEASURE_MS / tickMs),
    framesPerSec: (client.stats.framesSent - before.frames) / (MEASURE_MS / 1000),
  }
}

describe('Age of shots at 20 Hz', () => {
  it('[BAT-4] is at most 105 ms without latency', (test) => {
    const result = measure(0, 0)
    test.diagnostic(JSON.stringify(result))
    assert.ok(result.meanMs <= 105 && result.p95Ms <= 145, JSON.stringify(result))
    assert.ok(result.lostShare <= 0.01 && result.framesPerSec <= 16, JSON.stringify(result))
  })

  it('[BAT-4] leaves every shot within the bound at 80 ms round trip and 20 ms jitter each way', (test) => {
    const result = measure(40, 20)
    test.diagnostic(JSON.stringify(result))
    assert.ok(result.meanMs <= 200 && result.clampedShare <= 0.005, JSON.stringify(result))
    assert.ok(result.lostShare <= 0.01 && result.framesPerSec <= 16, JSON.stringify(result))
  })

  it('[BAT-4] is at most 275 ms at 150 ms round trip: beyond the bound, and counted so', (test) => {
    const result = measure(75, 20)
    test.diagnostic(JSON.stringify(result))
    assert.ok(result.meanMs <= 275 && result.lostShare <= 0.01, JSON.stringify(result))
  })
})
