/** Small parts of a client: round trips, close sentences, capture events. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CLOSE_CODES, CLOSE_MESSAGES } from '@battalion/wire/close-codes.ts'
import type { BattleEvents } from './battle-events.ts'
import type { BattleState } from './battle-state.ts'
import { CaptureWatch } from './capture-watch.ts'
import { disconnectInfo } from './disconnect-reason.ts'
import { EventHub } from './event-hub.ts'
import { ROUND_TRIP_INTERVAL_MS, RoundTripMeter } from './round-trip-meter.ts'

describe('RoundTripMeter', () => {
  it('[NET-3] asks once a second and takes each answer once', () => {
    const meter = new RoundTripMeter()
    const { id } = meter.next(0)!
    assert.equal(meter.next(ROUND_TRIP_INTERVAL_MS - 1), undefined)
    assert.equal(meter.answered(id, 80), 80)
    assert.equal(meter.answered(id, 90), undefined)
    assert.equal(meter.answered(999, 90), undefined)
    assert.equal(meter.next(ROUND_TRIP_INTERVAL_MS)?.ms, 80, 'tells what the last one took')
  })

  it('[NET-3] forgets questions nobody answers', () => {
    const meter = new RoundTripMeter()
    const { id: first } = meter.next(0)!
    for (let second = 1; second <= 20; second++) meter.next(second * ROUND_TRIP_INTERVAL_MS)
    assert.equal(meter.answered(first, 30_000), undefined)
    const { id: open } = meter.next(30_000)!
    meter.reset()
    assert.equal(meter.answered(open, 30_001), undefined)
  })
})

describe('disconnectInfo', () => {
  it('[BAT-1] has a reason and a sentence for each close code of ours', () => {
    for (const [reason, code] of Object.entries(CLOSE_CODES)) {
      const info = disconnectInfo(code, false)
      assert.equal(info.reason, reason)
      assert.equal(info.message, CLOSE_MESSAGES[reason as keyof typeof CLOSE_MESSAGES])
    }
  })

  it('[BAT-1] has a sentence for foreign and unknown codes too', () => {
    assert.equal(disconnectInfo(1006, true).reason, 'connection_lost')
    assert.equal(disconnectInfo(4003, false).reason, 'seat_lost')
    assert.match(disconnectInfo(4777, false).message, /4777/)
  })
})

/** Room state in which one point belongs to `owner`. */
function state(matchId: string, owner: number): BattleState {
  return { matchId, objectives: [{ id: 'a', name: 'Alpha', owner }] } as unknown as BattleState
}

describe('CaptureWatch', () => {
  it('[BAT-5] tells owners that change, not those seen first, and starts anew with a match', () => {
    const hub = new EventHub<BattleEvents>()
    const seen: string[] = []
    hub.on('capture', ({ name, owner }) => void seen.push(`${name} ${owner}`))
    const watch = new CaptureWatch()
    watch.update(state('m1', -1), hub)
    watch.update(state('m1', 0), hub)
    watch.update(state('m1', 0), hub)
    watch.update(state('m1', 1), hub)
    watch.update(state('m2', -1), hub)
    assert.deepEqual(seen, ['Alpha 0', 'Alpha 1'])
  })
})
