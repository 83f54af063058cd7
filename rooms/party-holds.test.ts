/** Places kept for parties, by hand: whose they are, how long, and when they are used up [MM-3]. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { toUserId } from '@battalion/base/ids.ts'

import { PartyHolds } from './party-holds.ts'

const [ANN, BEN, EVE] = [toUserId('ann'), toUserId('ben'), toUserId('eve')]
const PARTY = { id: 'p', size: 2 }
const HOLD_MS = 15_000
const SEAT_MS = 10_000

function open() {
  const time = { nowMs: 1000 }
  const holds = new PartyHolds(() => time.nowMs)
  holds.keep(PARTY, [ANN, BEN], HOLD_MS)
  return { holds, time }
}

describe('places kept for a party', () => {
  it('[MM-3] count as taken, are their users\u2019 own, and are used up once', () => {
    const { holds } = open()
    assert.equal(holds.count, 2)
    assert.equal(holds.awaited('p'), 2)
    assert.equal(holds.reserve(EVE, SEAT_MS), false, 'nobody else takes one')
    assert.equal(holds.settle(EVE), undefined)
    assert.equal(holds.reserve(ANN, SEAT_MS), true)
    assert.equal(holds.count, 1, 'her seat counts by itself')
    assert.equal(holds.awaited('p'), 2, 'she is not there yet')
    assert.equal(holds.settle(ANN), PARTY)
    assert.equal(holds.awaited('p'), 1)
    assert.equal(holds.reserve(ANN, SEAT_MS), false, 'a place is not good twice')
    assert.equal(holds.settle(ANN), undefined)
  })

  it('[MM-3] are gone when their time is over, however often a seat is reserved on them', () => {
    const { holds, time } = open()
    const startMs = time.nowMs
    while (holds.reserve(ANN, SEAT_MS)) time.nowMs += SEAT_MS - 1
    assert.ok(time.nowMs - startMs < HOLD_MS + SEAT_MS, 'one hold and one seat at most')
    assert.equal(holds.count, 0, 'nor is the place of who never came')
    time.nowMs += SEAT_MS
    assert.equal(holds.settle(ANN), undefined)
    assert.equal(holds.settle(BEN), undefined)
    assert.equal(holds.parties().size, 0)
  })

  it('a party that asks again renews them; a seat that was reserved stays', () => {
    const { holds, time } = open()
    holds.reserve(ANN, SEAT_MS)
    time.nowMs += 5000
    holds.release('p')
    assert.equal(holds.isReserved(ANN, 'p'), true)
    assert.equal(holds.awaited('p'), 1)
    holds.keep(PARTY, [ANN, BEN], HOLD_MS)
    assert.equal(holds.count, 1)
    time.nowMs += HOLD_MS - 1
    assert.equal(holds.awaited('p'), 2)
  })

  it('who leaves the party loses its place; other parties keep theirs', () => {
    const { holds } = open()
    holds.drop(BEN, 'other')
    assert.equal(holds.awaited('p'), 2)
    holds.drop(BEN, 'p')
    assert.equal(holds.reserve(BEN, SEAT_MS), false)
    holds.keep({ id: 'q', size: 1 }, [EVE], HOLD_MS)
    holds.release('p')
    assert.deepEqual([...holds.parties().keys()], ['q'])
  })
})
