/** The bad network as a pure line: order, seeds, bounds. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createPrng, nextBelow, nextBetween } from '@battalion/base/prng.ts'
import { DelayLine, LOSS_STALL_MS, type NetworkConditions } from './delay-line.ts'

const CLEAN: NetworkConditions = { latencyMs: 0, jitterMs: 0, lossRatio: 0, bytesPerSec: 0 }

/** Pushes chunks at random times; answers when each was sent and due. */
function sendMany(conditions: NetworkConditions, seed: number, count = 400) {
  const dice = createPrng(seed + 1000)
  const line = new DelayLine(conditions, seed)
  let nowMs = 0
  return Array.from({ length: count }, (_, index) => {
    nowMs += nextBetween(dice, 0, 30)
    const chunk = new Uint8Array(1 + nextBelow(dice, 4000)).fill(index & 0xff)
    return { nowMs, dueMs: line.push(chunk, nowMs), bytes: chunk.length, line }
  })
}

describe('a delay line', () => {
  it('lets everything through at once when the network is clean', () => {
    for (const sent of sendMany(CLEAN, 1)) assert.equal(sent.dueMs, sent.nowMs)
  })

  it('never reorders and never delivers early, whatever the conditions', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const dice = createPrng(seed)
      const conditions = {
        latencyMs: nextBetween(dice, 0, 200),
        jitterMs: nextBetween(dice, 0, 80),
        lossRatio: nextBetween(dice, 0, 0.2),
        bytesPerSec: nextBetween(dice, 10_000, 200_000),
      }
      let last = 0
      for (const sent of sendMany(conditions, seed)) {
        assert.ok(sent.dueMs >= sent.nowMs + conditions.latencyMs)
        assert.ok(sent.dueMs >= last, 'a later chunk comes out later')
        last = sent.dueMs
      }
    }
  })

  it('hands out every byte once, in order', () => {
    const line = new DelayLine({ ...CLEAN, latencyMs: 10, jitterMs: 15, lossRatio: 0.1 }, 5)
    const sent = Array.from({ length: 300 }, (_, index) => Uint8Array.of(index & 0xff, index >> 8))
    sent.forEach((chunk, index) => line.push(chunk, index))
    const out: Uint8Array[] = []
    for (let nowMs = 0; nowMs < 100_000 && out.length < 300; nowMs += 7) {
      for (let chunk = line.takeDue(nowMs); chunk !== undefined; chunk = line.takeDue(nowMs)) {
        out.push(chunk)
      }
    }
    assert.deepEqual(out, sent)
    assert.equal(line.heldBytes, 0)
    assert.equal(line.nextDueMs, undefined)
  })

  it('is the same for the same seed and another for another', () => {
    const bad = { latencyMs: 40, jitterMs: 20, lossRatio: 0.05, bytesPerSec: 0 }
    const dues = (seed: number) => {
      const line = new DelayLine(bad, seed)
      return Array.from({ length: 50 }, (_, index) => line.push(new Uint8Array(100), index * 10))
    }
    assert.deepEqual(dues(3), dues(3))
    assert.notDeepEqual(dues(3), dues(4))
  })

  it('shows a lost packet as a stall of at least a retransmission time-out', () => {
    const line = new DelayLine({ ...CLEAN, latencyMs: 20, lossRatio: 0.3 }, 9)
    let stalls = 0
    for (let index = 0; index < 200; index++) {
      const nowMs = index * 10_000
      const before = line.lostCount
      const dueMs = line.push(new Uint8Array(500), nowMs)
      if (line.lostCount === before) assert.equal(dueMs, nowMs + 20)
      else {
        stalls++
        assert.ok(dueMs >= nowMs + 20 + LOSS_STALL_MS)
      }
    }
    assert.ok(stalls > 30 && stalls < 100, `${stalls} of 200`)
  })

  it('keeps the rate', () => {
    const rate = { ...CLEAN, bytesPerSec: 50_000 }
    const sent = sendMany(rate, 2)
    const bytes = sent.reduce((sum, one) => sum + one.bytes, 0)
    const tookSec = (sent.at(-1)!.dueMs - sent[0]!.nowMs) / 1000
    assert.ok(bytes / tookSec <= 50_000 * 1.01)
  })
})
