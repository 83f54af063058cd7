/** How often a user may speak (G-01): what passes in any window, how long the silence lasts. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { LINE_RATE_LIMITS, LineRate } from './line-rate.ts'

const { linesMax, windowMs, muteMs } = LINE_RATE_LIMITS

describe('the pace of lines', () => {
  it('[G-01] five lines pass, the sixth mutes for 30 s, then five pass again', () => {
    const rate = new LineRate()
    for (let line = 0; line < 5; line++) assert.deepEqual(rate.take('ada', 1000), { ok: true })
    const mute = { ok: false, retryAfterMs: 30_000, isNew: true }
    assert.deepEqual(rate.take('ada', 1000), mute)
    assert.deepEqual(rate.take('ada', 30_999), { ok: false, retryAfterMs: 1, isNew: false })
    for (let line = 0; line < 5; line++) assert.ok(rate.take('ada', 31_000).ok)
    assert.ok(!rate.take('ada', 31_000).ok)
  })

  it('[G-01] a flood of 50 lines a second for a minute: others see 10', () => {
    const rate = new LineRate()
    const passedAtMs: number[] = []
    for (let atMs = 0; atMs < 60_000; atMs += 20) {
      if (rate.take('eve', atMs).ok) passedAtMs.push(atMs)
    }
    assert.equal(passedAtMs.length, 10)
    for (const atMs of passedAtMs) {
      const inWindow = passedAtMs.filter((other) => other >= atMs && other < atMs + windowMs)
      assert.ok(inWindow.length <= linesMax)
    }
    assert.ok(passedAtMs[5]! >= muteMs)
  })

  it('a line a second passes for ever, and users do not share a limit', () => {
    const rate = new LineRate()
    for (let atMs = 0; atMs < 120_000; atMs += 1000) assert.ok(rate.take('ada', atMs).ok)
    for (let user = 0; user < 20; user++) assert.ok(rate.take(`user ${user}`, 0).ok)
  })

  it('remembers a bounded number of users, those who spoke last', () => {
    const rate = new LineRate({ ...LINE_RATE_LIMITS, linesMax: 1, usersMax: 3 })
    for (const name of ['a', 'b', 'a', 'c', 'd']) rate.take(name, 0)
    assert.equal(rate.count, 3)
    assert.equal(rate.take('a', 0).ok, false, 'a was muted by its second line and is remembered')
    assert.equal(rate.take('b', 0).ok, true, 'b is forgotten')
  })
})
