/** The conditioner: order, delay, stalls, repeatability. Time is stepped by hand. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { LinkConditioner, LOSS_STALL_MS } from './link-conditioner.ts'

function drain(conditioner: LinkConditioner, untilMs: number): void {
  for (let nowMs = 0; nowMs <= untilMs; nowMs++) conditioner.flush(nowMs)
}

/** When each of 50 lonely frames came out, by seed. */
function dues(seed: number): (number | undefined)[] {
  const conditioner = new LinkConditioner(seed)
  conditioner.configure({ jitterMs: 100, lossRatio: 0.1 })
  return Array.from({ length: 50 }, (_, frame) => {
    conditioner.pass('out', frame * 1000, () => undefined)
    const due = conditioner.nextDueInMs(frame * 1000)
    conditioner.flush(frame * 1000 + 999)
    return due
  })
}

describe('LinkConditioner', () => {
  it('[BAT-2] passes frames at once when nothing is asked for', () => {
    const conditioner = new LinkConditioner(1)
    const seen: number[] = []
    conditioner.pass('in', 5, () => seen.push(1))
    assert.deepEqual(seen, [1])
    assert.equal(conditioner.nextDueInMs(5), undefined)
  })

  it('[BAT-2] holds a frame for the latency asked for, each way on its own', () => {
    const conditioner = new LinkConditioner(1)
    conditioner.configure({ latencyMs: 40 })
    const seen: string[] = []
    conditioner.pass('in', 0, () => seen.push('in'))
    conditioner.pass('out', 10, () => seen.push('out'))
    conditioner.flush(39)
    assert.deepEqual(seen, [])
    assert.equal(conditioner.nextDueInMs(39), 1)
    conditioner.flush(40)
    assert.deepEqual(seen, ['in'])
    conditioner.flush(50)
    assert.deepEqual(seen, ['in', 'out'])
  })

  it('[BAT-2] never lets a frame overtake another, whatever jitter and loss say', () => {
    const conditioner = new LinkConditioner(7)
    conditioner.configure({ latencyMs: 10, jitterMs: 90, lossRatio: 0.2 })
    const seen: number[] = []
    for (let frame = 0; frame < 500; frame++) {
      conditioner.flush(frame)
      conditioner.pass('in', frame, () => seen.push(frame))
    }
    drain(conditioner, 2000)
    assert.deepEqual(
      seen,
      Array.from({ length: 500 }, (_, frame) => frame),
    )
  })

  it('[BAT-2] shows a lost packet as a stall of at least a retransmission', () => {
    const conditioner = new LinkConditioner(1)
    conditioner.configure({ lossRatio: 1 })
    let at = -1
    conditioner.pass('in', 0, () => (at = 1))
    conditioner.flush(LOSS_STALL_MS - 1)
    assert.equal(at, -1)
    conditioner.flush(LOSS_STALL_MS)
    assert.equal(at, 1)
  })

  it('[BAT-2] repeats a run for the same seed', () => {
    assert.deepEqual(dues(3), dues(3))
    assert.notDeepEqual(dues(3), dues(4))
  })

  it('[BAT-2] lets frames queue behind each other on a thin line', () => {
    const conditioner = new LinkConditioner(1)
    conditioner.configure({ rateBytesPerSec: 1000 })
    const seen: number[] = []
    for (let frame = 0; frame < 3; frame++) conditioner.pass('in', 0, () => seen.push(frame), 100)
    conditioner.flush(199)
    assert.deepEqual(seen, [0])
    conditioner.flush(300)
    assert.deepEqual(seen, [0, 1, 2])
  })

  it('[BAT-2] refuses conditions that make no sense', () => {
    assert.throws(() => new LinkConditioner().configure({ lossRatio: 2 }))
    assert.throws(() => new LinkConditioner().configure({ latencyMs: Number.NaN }))
  })
})
