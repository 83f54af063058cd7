/** The reconnecting state machine under a clock that is stepped by hand. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createPrng } from '@battalion/base/prng.ts'
import {
  ATTEMPT_TIMEOUT_MS,
  RECONNECT_GRACE_MS,
  Reconnector,
  RETRY_DELAY_MS_MAX,
  retryDelayMs,
} from './reconnect.ts'
import { StepTimers } from './testing/step-timers.ts'

function setUp() {
  const timers = new StepTimers()
  const log: string[] = []
  const reconnector: Reconnector = new Reconnector({
    timers,
    now: () => timers.nowMs,
    seed: 1,
    connect: () => void log.push('connect'),
    abort: () => {
      log.push('abort')
      reconnector.failed()
    },
    retrying: (attempt) => void log.push(`retry ${attempt}`),
    gaveUp: () => void log.push('gave up'),
  })
  return { timers, log, reconnector }
}

describe('Reconnector', () => {
  it('[BAT-1] waits, tries once, and rests after success', () => {
    const { timers, log, reconnector } = setUp()
    reconnector.failed()
    assert.equal(reconnector.isReconnecting, true)
    timers.step(200)
    reconnector.succeeded()
    timers.step(60_000)
    assert.deepEqual(log, ['retry 1', 'connect'])
    assert.equal(reconnector.isReconnecting, false)
    assert.equal(timers.count, 0)
  })

  it('[BAT-1] backs off with every failed attempt, never beyond the cap', () => {
    const prng = createPrng(1)
    const delays = Array.from({ length: 12 }, (_, index) => retryDelayMs(index + 1, prng))
    assert.ok(delays[0]! >= 75 && delays[0]! <= 125)
    assert.ok(delays[3]! > delays[0]! * 4)
    assert.ok(delays.every((delayMs) => delayMs <= RETRY_DELAY_MS_MAX * 1.25))
  })

  it('[BAT-1] cuts an attempt that hangs and tries again', () => {
    const { timers, log, reconnector } = setUp()
    reconnector.failed()
    timers.step(200)
    timers.step(ATTEMPT_TIMEOUT_MS)
    assert.deepEqual(log, ['retry 1', 'connect', 'abort', 'retry 2'])
  })

  it('[BAT-1] gives up when the grace is over', () => {
    const { timers, log, reconnector } = setUp()
    reconnector.failed()
    timers.step(RECONNECT_GRACE_MS + ATTEMPT_TIMEOUT_MS)
    assert.equal(log.at(-1), 'gave up')
    assert.equal(log.filter((line) => line === 'gave up').length, 1)
    assert.equal(timers.count, 0)
  })
})
