/** The small pure parts of rooms, as tables. */
import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { AppError, ERROR_CODES } from '@battalion/base/app-error.ts'
import { sampleBalance } from '@battalion/sim/sample-battle.ts'
import { CLOSE_CODES, CLOSE_MESSAGES } from '@battalion/wire/close-codes.ts'
import type { CloseReason } from '@battalion/wire/close-codes.ts'
import { createCommand, encodeInputs } from '@battalion/wire/input-codec.ts'
import { readJoinWishes } from './battle-messages.ts'
import { loadShippedBalance } from '@battalion/testkit/load-shipped-balance.ts'
import { chooseField } from './choose-field.ts'
import { NAME_CHARACTERS_MAX, cleanName } from './clean-name.ts'
import { closeTextOf, cutCloseText, toCloseCode } from './close-text.ts'
import { ErrorBudget } from './error-budget.ts'
import { HookTimeoutError, withHookTimeout } from './hook-timeout.ts'
import { InputQueues } from './input-queues.ts'
import { parseInput } from './parse-input.ts'
import { toRefusal } from './refusal.ts'
import { TickStats } from './tick-stats.ts'
import { TokenBucket } from './token-bucket.ts'

describe('close texts', () => {
  it('are never over 120 bytes and never cut a character', () => {
    for (const text of [
      '',
      'short',
      'x'.repeat(500),
      'é'.repeat(500),
      '😀'.repeat(500),
      '\ud800'.repeat(90),
    ]) {
      const cut = cutCloseText(text)
      assert.ok(Buffer.byteLength(cut) <= 120)
      assert.ok(text.startsWith(cut))
      if (text.isWellFormed()) assert.ok(cut.isWellFormed())
    }
  })

  it('exist for every reason', () => {
    for (const reason of Object.keys(CLOSE_CODES) as CloseReason[]) {
      const text = closeTextOf(reason)
      assert.ok(text.startsWith(reason))
      assert.ok(Buffer.byteLength(text) <= 120)
      assert.ok(text.includes(CLOSE_MESSAGES[reason].slice(0, 20)))
    }
  })

  it('go with codes ws accepts', () => {
    for (const [code, accepted] of [
      [4400, 4400],
      [4999, 4999],
      [1006, 1000],
      [0, 1000],
      [undefined, 1000],
    ] as const) {
      assert.equal(toCloseCode(code), accepted)
    }
  })
})

describe('refusals', () => {
  it('every error code has an answer that tells nothing internal', () => {
    for (const code of ERROR_CODES) {
      const refusal = toRefusal(
        new Error('outer', { cause: new AppError(code, 'text', { internal: 'secret' }) }),
      )
      assert.ok(refusal.closeCode >= 4000 && refusal.closeCode < 5000)
      assert.ok(!refusal.closeText.includes('secret'))
    }
    assert.ok(!toRefusal(new Error('password=hunter2')).closeText.includes('hunter2'))
  })
})

describe('token bucket', () => {
  const limits = { framesPerSec: 60, framesBurst: 120, bytesPerSec: 1000, bytesBurst: 2000 }

  it('[A-05] takes a burst, then the rate, then refuses', () => {
    const bucket = new TokenBucket(limits, 0)
    let taken = 0
    while (bucket.take(1, 0)) taken++
    assert.equal(taken, 120)
    assert.equal(bucket.take(1, 1000 / 60 + 0.01), true)
    assert.equal(bucket.take(1, 1000 / 60 + 0.02), false)
  })

  it('[A-05] counts bytes as well', () => {
    const bucket = new TokenBucket(limits, 0)
    assert.equal(bucket.take(2001, 0), false)
    assert.equal(bucket.take(2000, 0), true)
    assert.equal(bucket.take(1, 0), false)
    assert.equal(bucket.take(500, 501), true)
  })

  it('[C-13] a clock that steps back gives nothing', () => {
    const bucket = new TokenBucket({ ...limits, framesBurst: 1 }, 1000)
    assert.equal(bucket.take(1, 1000), true)
    assert.equal(bucket.take(1, 0), false)
  })
})

describe('error budget', () => {
  it('[C-09] is spent by three errors within a minute, not by three in an hour', () => {
    const quick = new ErrorBudget(3)
    assert.deepEqual([quick.spend(0), quick.spend(1), quick.spend(2)], [false, false, true])
    const slow = new ErrorBudget(3)
    for (let minute = 0; minute < 60; minute++) assert.equal(slow.spend(minute * 31_000), false)
  })
})

describe('hook time-out', () => {
  it('gives up a hook that hangs and cancels the timer of one that does not', async () => {
    let fire: (() => void) | undefined
    let cancelCount = 0
    const timers = {
      setTimeout: (callback: () => void) => {
        fire = callback
        return { cancel: () => cancelCount++ }
      },
    }
    assert.equal(await withHookTimeout(timers, 'enter', Promise.resolve(7)), 7)
    assert.equal(cancelCount, 1)
    const hanging = withHookTimeout(timers, 'enter', new Promise(() => undefined))
    fire?.()
    await assert.rejects(hanging, HookTimeoutError)
    await assert.rejects(
      withHookTimeout(timers, 'enter', Promise.reject(new RangeError('x'))),
      RangeError,
    )
  })
})

describe('names', () => {
  for (const [wish, shown] of [
    ['Ann', 'Ann'],
    ['  two   words ', 'two words'],
    ['a\u0000b\nc\u202ed\ud800', 'abcd'],
    ['', 'Fallback'],
    ['\u200b\u200b', 'Fallback'],
    ['x'.repeat(200), 'x'.repeat(NAME_CHARACTERS_MAX)],
    [`a${'\u0301'.repeat(1000)}`, 'á\u0301\u0301'],
    ['\u0301\u0301b', 'b'],
  ] as const) {
    it(`[G-04] ${JSON.stringify(wish.slice(0, 12))} is shown as ${JSON.stringify(shown)}`, () => {
      assert.equal(cleanName(wish, 'Fallback'), shown)
    })
  }

  it('[G-04] always shows something', () => {
    assert.equal(cleanName(undefined, '\n'), 'Guest')
  })
})

describe('join wishes', () => {
  it('[B-03] anything that is no object of wishes counts as no wish', () => {
    for (const options of [null, undefined, [], 7, 'x', { mode: 7 }, { name: 'x'.repeat(300) }]) {
      assert.deepEqual(readJoinWishes(options), {})
    }
    const hostile = JSON.parse('{"mode":"duel","__proto__":{"spectate":true},"autoDispose":false}')
    assert.deepEqual(readJoinWishes(hostile), { mode: 'duel' })
  })
})

describe('field choice', () => {
  const balance = sampleBalance()
  const mode = balance.modes[0]!

  it('takes the first mode and its first map when nothing is asked for', () => {
    assert.deepEqual(chooseField(balance, {}), { mode, mapId: mode.maps[0] })
  })

  it('takes the mode made for a map when only the map is asked for', () => {
    const shipped = loadShippedBalance()
    assert.equal(chooseField(shipped, { map: 'front' }).mode.id, 'front')
    assert.equal(chooseField(shipped, { map: 'skirmish' }).mode.id, 'conquest')
    assert.equal(chooseField(shipped, { mode: 'conquest', map: 'front' }).mode.id, 'conquest')
  })

  it('refuses what the balance does not have', () => {
    assert.throws(() => chooseField(balance, { mode: 'nope' }), AppError)
    assert.throws(() => chooseField(balance, { map: '../etc' }), AppError)
    assert.throws(() => chooseField(balance, { mode: '__proto__' }), AppError)
  })
})

const frame = (...seqs: number[]) => {
  const out = new Uint8Array(64)
  const commands = seqs.map((seq) => ({ ...createCommand(), seq }))
  return out.slice(0, encodeInputs(commands, out, 0))
}
const target = () => ({
  queues: new InputQueues(1),
  netId: 0,
  last: { buttons: 0, moveX: 0, moveZ: 0, yaw: 0 },
})

describe('input frames', () => {
  const rejected: string[] = []
  const metrics = { inputRejected: (reason: string) => rejected.push(reason) }

  it('[E-07] a frame of any other length, count or content is refused and counted', () => {
    const good = frame(1, 2, 3)
    for (let length = 0; length < good.byteLength; length++) {
      const one = target()
      assert.notEqual(parseInput(good.subarray(0, length), one, metrics).rejection, undefined)
      assert.equal(one.queues.waiting(0), 0)
    }
    assert.notEqual(parseInput(Buffer.concat([good, good]), target(), metrics).rejection, undefined)
    assert.notEqual(
      parseInput(new Uint8Array(37).fill(255), target(), metrics).rejection,
      undefined,
    )
    assert.ok(rejected.length > 30)
  })

  it('tells somebody who turns from somebody who stands', () => {
    const one = target()
    assert.equal(parseInput(frame(1), one, metrics).isActive, false)
    const turned = { ...createCommand(), seq: 2, yaw: 5 }
    const out = new Uint8Array(64)
    const bytes = out.slice(0, encodeInputs([turned], out, 0))
    assert.equal(parseInput(bytes, one, metrics).isActive, true)
    assert.equal(one.queues.waiting(0), 2)
  })
})

describe('tick stats', () => {
  it('tell the median and the worst percent of what they remember', () => {
    const stats = new TickStats()
    assert.deepEqual(stats.percentiles(), { p50Ms: 0, p99Ms: 0, count: 0 })
    for (let tick = 1; tick <= 100; tick++) stats.add(tick)
    assert.deepEqual(stats.percentiles(), { p50Ms: 51, p99Ms: 100, count: 100 })
    for (let tick = 0; tick < 1000; tick++) stats.add(2)
    assert.deepEqual(stats.percentiles(), { p50Ms: 2, p99Ms: 2, count: 256 })
  })
})
