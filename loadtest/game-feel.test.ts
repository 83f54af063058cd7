/**
 * How battles feel to their shooters, by network: hits they saw and the server confirmed, hits on
 * who had reached cover, the error of their own movement. Deterministic: the same figures each run.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { loadShippedBalance } from '@battalion/testkit/load-shipped-balance.ts'
import { feelBattles } from './feel-battle.ts'

const base = {
  balance: loadShippedBalance(),
  seeds: [1, 2, 3],
  botCount: 48,
  settleSec: 25,
  measureSec: 60,
}

describe('Game feel of 48 bots', () => {
  it('[BAT-4] [C10] confirms 99 % of the hits seen without latency', (test) => {
    const figures = feelBattles({ ...base, network: {} })
    test.diagnostic(JSON.stringify(figures))
    assert.ok(figures.hitsSeen > 500, 'they fight')
    assert.ok(figures.confirmedShare >= 0.99, JSON.stringify(figures))
    assert.ok(figures.behindCoverShare <= 0.01, JSON.stringify(figures))
    assert.equal(figures.ownErrorP99Metres, 0)
  })

  it('[BAT-4] [C13] confirms 97 % at 80 ms and 20 ms jitter, at most 1 % behind cover', (test) => {
    const figures = feelBattles({ ...base, network: { latencyMs: 40, jitterMs: 20 } })
    test.diagnostic(JSON.stringify(figures))
    assert.ok(figures.hitsSeen > 500, 'they fight')
    assert.ok(figures.confirmedShare >= 0.97, JSON.stringify(figures))
    assert.ok(figures.behindCoverShare <= 0.01, JSON.stringify(figures))
    assert.ok(figures.clampedShare <= 0.01, JSON.stringify(figures))
    assert.ok(figures.ownErrorP99Metres <= 0.1, JSON.stringify(figures))
  })

  it('[BAT-4] [E-06] shows what is lost at 150 ms and 5 % loss, and judges nothing older', (test) => {
    const network = { latencyMs: 75, jitterMs: 20, lossRatio: 0.05 }
    const figures = feelBattles({ ...base, seeds: [1], network })
    test.diagnostic(JSON.stringify(figures))
    assert.ok(figures.hitsSeen > 100, 'they fight')
    // Stalls make views older than the bound: those shots are clamped, and most of them miss.
    assert.ok(figures.clampedShare > 0.5 && figures.confirmedShare < 0.97, JSON.stringify(figures))
    assert.ok(figures.behindCoverShare <= 0.03, JSON.stringify(figures))
  })
})
