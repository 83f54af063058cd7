/** A battle under load, without sockets or time: what is sent, announced, told and refused. */
import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import type { UserId } from '@battalion/base/ids.ts'
import { sampleBalance } from '@battalion/sim/sample-battle.ts'
import { createFakeSession } from '@battalion/testkit/fake-session.ts'
import type { FakeSession } from '@battalion/testkit/fake-session.ts'

const STRANGER = 'stranger' as UserId

function createBattle(options: { timeDilation?: boolean; workMs?: () => number } = {}) {
  const mode = { warmupSec: 600, timeDilation: options.timeDilation ?? false }
  const { workMs } = options
  return createFakeSession({
    balance: sampleBalance({ mode }),
    ...(workMs === undefined ? {} : { workMs }),
  })
}

/** Wakes late until the step announced is `step`. */
function sinkTo(fake: FakeSession, step: number, timeScale = 1): void {
  for (let wake = 0; wake < 200; wake++) {
    if (fake.state.overloadStep === step && fake.state.timeScale <= timeScale) return
    fake.wake(120)
  }
  assert.fail(`the battle did not come to step ${step}`)
}

/** Snapshots per tick over `wakes` wake-ups on time. */
function sentShare(fake: FakeSession, wakes = 12): number {
  fake.calls.length = 0
  const { tick } = fake.session.match.world
  for (let wake = 0; wake < wakes; wake++) fake.wake()
  const frames = fake.calls.filter(({ call }) => call === 'frame').length
  return frames / (fake.session.match.world.tick - tick)
}

describe('a battle under load', () => {
  it('[H-05] tells its steps in order by state, rate and notice, and recovers', () => {
    const fake = createBattle()
    fake.join('a')
    fake.wake()
    assert.equal(fake.state.snapshotRateHz, 20)
    const seen: [number, number][] = []
    for (const step of [1, 2, 3, 5]) {
      sinkTo(fake, step)
      seen.push([step, Math.round(fake.state.snapshotRateHz * 10) / 10])
    }
    assert.deepEqual(seen, [
      [1, 20],
      [2, 13.3],
      [3, 10],
      [5, 5],
    ])
    for (let wake = 0; wake < 20 * 40; wake++) fake.wake()
    assert.equal(fake.state.overloadStep, 0)
    assert.equal(fake.state.snapshotRateHz, 20)
    assert.deepEqual(
      fake.notices.map(({ code }) => code.slice('overload_'.length)),
      [
        'far_slower',
        'fewer_snapshots',
        'half_rate',
        'closed',
        'half_rate',
        'fewer_snapshots',
        'far_slower',
        'over',
      ],
    )
    assert.equal(fake.notices.find(({ code }) => code === 'overload_closed')?.retryAfterSec, 10)
    assert.deepEqual(fake.errors, [])
  })

  for (const [step, share] of [
    [1, 1],
    [2, 2 / 3],
    [3, 1 / 2],
    [5, 1 / 4],
  ] as const) {
    it(`[H-05] sends the announced share of snapshots at step ${step}`, () => {
      const fake = createBattle()
      fake.join('a')
      sinkTo(fake, step)
      assert.ok(Math.abs(sentShare(fake) - share) < 0.01)
    })
  }

  it('[H-05] counts ticks, not wake-ups: catching up costs no snapshot that was announced', () => {
    const fake = createBattle()
    fake.join('a')
    sinkTo(fake, 3)
    fake.calls.length = 0
    // Two ticks per wake-up, none of them late enough to be late.
    for (let wake = 0; wake < 20; wake++) fake.wake(wake % 2 === 0 ? 50 : 0)
    const frames = fake.calls.filter(({ call }) => call === 'frame').length
    assert.equal(frames, 15, '30 ticks at half rate')
  })

  it('[H-05] lets nobody new in at step 5, but who is in may come back', () => {
    const fake = createBattle()
    const { userId } = fake.join('a')
    sinkTo(fake, 3)
    assert.equal(fake.session.mayAdmit(STRANGER, false), true)
    sinkTo(fake, 5)
    assert.equal(fake.session.mayAdmit(STRANGER, false), false)
    assert.equal(fake.session.mayAdmit(STRANGER, true), false)
    assert.equal(fake.session.mayAdmit(userId, false), true)
    assert.equal(fake.session.metadata.locked, true)
    assert.equal(fake.session.metadata.overloaded, true)
    assert.equal(fake.published.at(-1)?.overloaded, true, 'the matchmaker knows at once')
  })

  it('[H-05] admission closes by measured work before anything is given up', () => {
    let workMs = 10
    const fake = createBattle({ workMs: () => workMs })
    fake.join('a')
    for (let wake = 0; wake < 260; wake++) fake.wake()
    assert.equal(fake.session.mayAdmit(STRANGER, false), true)
    workMs = 36
    for (let wake = 0; wake < 20; wake++) fake.wake()
    assert.equal(fake.session.mayAdmit(STRANGER, false), false)
    assert.equal(fake.session.metadata.overloaded, true)
    for (let wake = 0; wake < 200; wake++) fake.wake()
    assert.equal(fake.state.overloadStep, 0, 'those inside lose nothing')
    workMs = 10
    for (let wake = 0; wake < 260; wake++) fake.wake()
    assert.equal(fake.session.mayAdmit(STRANGER, false), true)
    assert.deepEqual(fake.notices, [])
  })

  it('[H-05] slows the clock where the mode allows it, in step with what it announces', () => {
    const fake = createBattle({ timeDilation: true })
    fake.join('a')
    sinkTo(fake, 4)
    assert.equal(fake.state.timeScale, 0.75)
    assert.equal(fake.state.snapshotRateHz, 7.5)
    const { world } = fake.session.match
    const { dtSec } = world
    fake.wake()
    const [tick, startMs] = [world.tick, fake.nowMs()]
    for (let wake = 0; wake < 30; wake++) fake.wake()
    assert.equal(world.tick - tick, 30)
    assert.ok(Math.abs(fake.nowMs() - startMs - 2000) < 1, '30 ticks take 2 s instead of 1.5')
    assert.equal(world.dtSec, dtSec, 'a step of the simulation is always as long')
    sinkTo(fake, 4, 0.5)
    assert.equal(fake.state.timeScale, 0.5)
    sinkTo(fake, 5, 0.5)
    assert.equal(fake.state.snapshotRateHz, 2.5)
    for (let wake = 0; wake < 20 * 60; wake++) fake.wake()
    assert.equal(fake.state.timeScale, 1)
    assert.equal(fake.state.overloadStep, 0)
  })

  it('tells who comes later what is given up', () => {
    const fake = createBattle()
    fake.join('a')
    sinkTo(fake, 2)
    fake.calls.length = 0
    const late = fake.join('late')
    fake.session.tellOverload(late)
    assert.deepEqual(
      fake.calls.map(({ userId, call }) => [userId, call]),
      [['late', 'message']],
    )
  })

  it('[C-12] blocks of 200 ms once a second give nothing up', () => {
    const fake = createBattle()
    fake.join('a')
    for (let second = 0; second < 30; second++) {
      fake.wake(200)
      for (let wake = 0; wake < 15; wake++) fake.wake()
    }
    assert.equal(fake.state.overloadStep, 0)
    assert.deepEqual(fake.notices, [])
  })

  it('[H-05] at twice the load that fits, players keep 95 % of the announced rate', () => {
    for (const timeDilation of [false, true]) {
      const share = deliveredShare(timeDilation)
      assert.ok(share >= 0.95, `${share} of the announced rate, dilation ${String(timeDilation)}`)
    }
  })
})

/** A battle whose steps take 30 % and whose sends take 170 % of a tick, once it has settled. */
function deliveredShare(timeDilation: boolean): number {
  const fake = createBattle({ timeDilation })
  fake.join('a')
  fake.burn({ stepMs: 15, frameMs: 85 })
  const settledMs = 60_000
  while (fake.nowMs() < settledMs) fake.wake()
  fake.calls.length = 0
  let promised = 0
  for (let beforeMs = fake.nowMs(); beforeMs < 2 * settledMs; beforeMs = fake.nowMs()) {
    fake.wake()
    promised += ((fake.nowMs() - beforeMs) / 1000) * fake.state.snapshotRateHz
  }
  assert.ok(fake.state.overloadStep > 0)
  return fake.calls.filter(({ call }) => call === 'frame').length / promised
}
