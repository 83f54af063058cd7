/** Small rules of the edge: addresses, origins, the serial queue, names. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { AppError } from '@battalion/base/app-error.ts'

import { cleanName } from '../services/identity/sign-in-guest.ts'
import { systemTimers } from '../system-clock.ts'
import { createFindClientAddress } from './client-address.ts'
import { createIsOriginAllowed } from './origin.ts'
import { addressKey } from './rate-limits.ts'
import { SerialQueue } from './serial-queue.ts'

describe('client addresses', () => {
  const find = createFindClientAddress(['10.0.0.0/8', '::1'])
  const cases: readonly (readonly [string | undefined, string | undefined, string])[] = [
    ['203.0.113.5', undefined, '203.0.113.5'],
    ['203.0.113.5', '1.2.3.4', '203.0.113.5'],
    ['10.0.0.1', '1.2.3.4', '1.2.3.4'],
    ['10.0.0.1', '6.6.6.6, 1.2.3.4', '1.2.3.4'],
    ['10.0.0.1', '6.6.6.6, 1.2.3.4, 10.0.0.2', '1.2.3.4'],
    ['::ffff:10.0.0.1', '1.2.3.4', '1.2.3.4'],
    ['::1', '2001:db8::7', '2001:db8::7'],
    ['10.0.0.1', 'not an address', '10.0.0.1'],
    ['10.0.0.1', '', '10.0.0.1'],
    [undefined, '1.2.3.4', 'unknown'],
  ]
  for (const [remote, forwarded, expected] of cases) {
    it(`${remote} with "${forwarded}" is ${expected}`, () => {
      assert.equal(find(remote, forwarded), expected)
    })
  }

  it('an IPv6 host counts as its /64', () => {
    assert.equal(addressKey('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64')
    assert.equal(addressKey('2001:db8:1:2::9'), '2001:db8:1:2::/64')
    assert.equal(addressKey('2001:db8::9'), '2001:db8:0:0::/64')
    assert.equal(addressKey('::1'), '::1', 'this machine is no network')
    assert.equal(addressKey('::ffff:127.0.0.1'), '127.0.0.1')
  })
})

describe('origins', () => {
  it('[A-10] our own page, listed pages and no page may; others may not', () => {
    const isAllowed = createIsOriginAllowed(['https://friend.test'], 'https://game.test')
    assert.ok(isAllowed(undefined, 'localhost:2567'))
    assert.ok(isAllowed('http://localhost:2567', 'localhost:2567'))
    assert.ok(isAllowed('https://friend.test', 'localhost:2567'))
    assert.ok(isAllowed('https://game.test', 'inner:2567'))
    const refused = ['null', 'https://foe.test', 'http://localhost:2568', 'https://friend.test.foe']
    for (const origin of refused) assert.ok(!isAllowed(origin, 'localhost:2567'), origin)
  })
})

function isOverloaded(error: unknown): boolean {
  return error instanceof AppError && error.code === 'overloaded'
}

describe('the serial queue', () => {
  it('runs one after another and gives each its own answer', async () => {
    const queue = new SerialQueue({ waitingMax: 10, workMsMax: 1000 }, { timers: systemTimers })
    const order: string[] = []
    const work = (name: string) => async () => {
      order.push(`${name} begins`)
      await Promise.resolve()
      order.push(`${name} ends`)
      if (name === 'b') throw new Error('b fails')
      return name
    }
    const answers = await Promise.allSettled(['a', 'b', 'c'].map((name) => queue.run(work(name))))
    assert.deepEqual(
      answers.map((answer) => answer.status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    assert.deepEqual(order, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
  })

  it('refuses what waits too long or comes when it is full', async () => {
    const late: (() => void)[] = []
    const timers = {
      setTimeout(callback: () => void) {
        late.push(callback)
        return { cancel: () => undefined }
      },
    }
    const queue = new SerialQueue({ waitingMax: 2, workMsMax: 5 }, { timers })
    const never = Promise.withResolvers<string>()
    const first = assert.rejects(
      queue.run(() => never.promise),
      isOverloaded,
    )
    const second = assert.rejects(
      queue.run(() => Promise.resolve('no')),
      isOverloaded,
    )
    await assert.rejects(
      queue.run(() => Promise.resolve('no')),
      isOverloaded,
    )
    for (const callback of late) callback()
    await Promise.all([first, second])
  })
})

describe('names', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['Ada', 'Ada'],
    ['  Ada   Lovelace  ', 'Ada Lovelace'],
    ['line\nbreak\tand\u0000zero', 'linebreakandzero'],
    ['right\u202eto left', 'rightto left'],
    ['\ud800 alone', 'alone'],
    [`z${'\u0301'.repeat(50)}`, 'ź'],
    ['x'.repeat(50), 'x'.repeat(20)],
    ['🎯'.repeat(30), '🎯'.repeat(20)],
    ['<img onerror=alert(1)>', '<img onerror=alert(1'],
    ['   ', ''],
  ]
  for (const [name, expected] of cases) {
    it(`[G-04] cleans ${JSON.stringify(name.slice(0, 24))}`, () => {
      assert.equal(cleanName(name), expected)
    })
  }
})
