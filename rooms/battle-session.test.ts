/** The tick of a battle, without sockets or time. */
import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { sampleBalance } from '@battalion/sim/sample-battle.ts'
import { LifeState } from '@battalion/sim/world.ts'
import { createFakeSession } from '@battalion/testkit/fake-session.ts'
import { TEAM_ALL } from './participant.ts'
import { TEST_LIMITS } from '@battalion/testkit/room-server.ts'
import { CATCH_UP_STEPS_MAX } from './tick-loop.ts'

const QUIET = sampleBalance({ mode: { warmupSec: 600 } })

describe('battle session', () => {
  it('[NET-3] writes one frame per client and wake-up; a due patch leaves with it', () => {
    const fake = createFakeSession({ balance: QUIET })
    for (const id of ['a', 'b', 'c']) fake.join(id)
    fake.wake()
    for (const id of ['a', 'b', 'c']) {
      const mine = fake.calls.filter(({ userId }) => userId === id).map(({ call }) => call)
      assert.deepEqual(mine, ['frame', 'patch'])
    }
    fake.calls.length = 0
    fake.wake()
    assert.deepEqual(
      fake.calls.map(({ call }) => call),
      ['frame', 'frame', 'frame'],
    )
  })

  it('[NET-3] who gets no frame gets the patch alone', () => {
    const fake = createFakeSession({ balance: QUIET })
    for (const id of ['a', 'b']) fake.join(id)
    fake.buffered.set('a', TEST_LIMITS.snapshotSkipBytes + 1)
    fake.wake()
    const mine = fake.calls.filter(({ userId }) => userId === 'a').map(({ call }) => call)
    assert.deepEqual(mine, ['lone patch'])
  })

  it('rotates the order of clients, so that nobody is always last', () => {
    const fake = createFakeSession({ balance: QUIET })
    for (const id of ['a', 'b', 'c']) fake.join(id)
    const lasts = new Set<string>()
    for (let wake = 0; wake < 9; wake++) {
      fake.calls.length = 0
      fake.wake()
      lasts.add(fake.calls.findLast(({ call }) => call === 'frame')!.userId)
    }
    assert.equal(lasts.size, 3)
  })

  it('[C-12] a late wake-up makes several steps and sends once', () => {
    const fake = createFakeSession({ balance: QUIET })
    fake.join('a')
    fake.wake()
    const tick = fake.session.match.world.tick
    fake.calls.length = 0
    fake.wake(149)
    assert.equal(fake.session.match.world.tick - tick, 3)
    assert.equal(fake.calls.filter(({ call }) => call === 'frame').length, 1)
    fake.wake(10_000)
    assert.equal(fake.session.match.world.tick - tick, 3 + CATCH_UP_STEPS_MAX)
  })

  it('[A-06] skips who does not read, tells all anew later, and nobody else notices', () => {
    const fake = createFakeSession({ balance: QUIET })
    const slow = fake.join('slow')
    fake.join('quick')
    fake.wake()
    fake.buffered.set('slow', 70_000)
    fake.calls.length = 0
    for (let wake = 0; wake < 10; wake++) fake.wake()
    assert.equal(
      fake.calls.filter(({ userId, call }) => userId === 'slow' && call === 'frame').length,
      0,
    )
    assert.equal(
      fake.calls.filter(({ userId, call }) => userId === 'quick' && call === 'frame').length,
      10,
    )
    assert.equal(slow.viewer.needKey, true)
    fake.buffered.set('slow', 0)
    fake.wake()
    assert.equal(slow.viewer.needKey, false)
  })

  it('[BAT-7] goes from warm-up to result to the next match, once each', () => {
    const mode = { warmupSec: 1, roundSec: 2, endedSec: 1, playersMin: 1 }
    const fake = createFakeSession({ balance: sampleBalance({ mode }) })
    fake.join('a')
    fake.join('b')
    fake.join('watcher', true)
    const first = fake.session.match.matchId
    const hz = fake.session.match.world.mode.tickRateHz
    for (let wake = 0; wake < 3 * hz + 2; wake++) fake.wake()
    assert.equal(fake.state.phase, 'ended')
    assert.equal(fake.results.length, 1)
    assert.equal(fake.results[0]?.players.length, 2)
    assert.equal(fake.calls.filter(({ call }) => call === 'message').length, 3)
    for (let wake = 0; wake < hz + 2; wake++) fake.wake()
    assert.notEqual(fake.session.match.matchId, first)
    assert.equal(fake.session.match.world.soldierCount, 2)
    assert.equal(fake.results.length, 1)
    assert.deepEqual(fake.errors, [])
  })

  it('[BAT-7] the state says that it ended as soon as the result is told', () => {
    for (const roundSec of [2, 2.1, 2.15, 2.2]) {
      const mode = { warmupSec: 1, roundSec, endedSec: 1, playersMin: 1 }
      const fake = createFakeSession({ balance: sampleBalance({ mode }) })
      fake.join('a')
      for (let wake = 0; wake < 200 && fake.results.length === 0; wake++) fake.wake()
      assert.equal(fake.results.length, 1)
      assert.equal(fake.state.phase, 'ended')
    }
  })

  it('[C-13] a clock that is set back ends no battle before it began', () => {
    const mode = { warmupSec: 1, roundSec: 2, endedSec: 1, playersMin: 1 }
    const fake = createFakeSession({ balance: sampleBalance({ mode }) })
    fake.join('a')
    fake.setBack(3_600_000)
    const hz = fake.session.match.world.mode.tickRateHz
    for (let wake = 0; wake < 3 * hz + 2; wake++) fake.wake()
    const [battle] = fake.battles
    assert.ok(battle !== undefined && battle.endedAtMs >= battle.startedAtMs)
  })

  it('[W9] leaving and joining again is no way round the wait of the fallen', () => {
    const mode = { warmupSec: 1, roundSec: 60, playersMin: 1, respawnSec: 2 }
    const fake = createFakeSession({ balance: sampleBalance({ mode }) })
    const ann = fake.join('ann')
    fake.join('bob')
    const { world } = fake.session.match
    for (let wake = 0; wake < world.mode.tickRateHz + 1; wake++) fake.wake()
    assert.equal(fake.session.match.phase, 'running')
    const team = world.soldiers.team[ann.netId]
    fake.session.leave(ann)
    const back = fake.join('ann')
    assert.equal(world.soldiers.state[back.netId], LifeState.dead)
    assert.equal(world.soldiers.team[back.netId], team)
    for (let wake = 0; wake < 2 * world.mode.tickRateHz + 2; wake++) fake.wake()
    assert.equal(world.soldiers.state[back.netId], LifeState.alive)
    assert.equal(world.soldiers.state[fake.join('new').netId], LifeState.alive)
  })

  it('[W9] [BAT-5] the dead who leaves and joins waits, costs one ticket and has one row', () => {
    const form = { form: 'conquest', bleedTicketsPerMinute: 0, downSec: 0 } as const
    const mode = { ...form, warmupSec: 1, roundSec: 6, playersMin: 1, respawnSec: 2 }
    const fake = createFakeSession({ balance: sampleBalance({ mode }) })
    const ann = fake.join('ann')
    fake.join('bob')
    const { world } = fake.session.match
    const { soldiers, teams } = world
    const hz = world.mode.tickRateHz
    for (let wake = 0; wake < hz + 1; wake++) fake.wake()
    soldiers.state[ann.netId] = LifeState.dead
    soldiers.respawnTick[ann.netId] = world.tick + 2 * hz
    soldiers.deaths[ann.netId] = 1
    soldiers.score[ann.netId] = 70
    const team = soldiers.team[ann.netId]!
    const tickets = teams.tickets[team]!
    fake.session.leave(ann)
    fake.session.leave(fake.join('ann', true))
    const back = fake.join('ann')
    assert.equal(soldiers.score[back.netId], 70)
    for (let wake = 0; wake < 2 * hz - 1; wake++) fake.wake()
    assert.equal(soldiers.state[back.netId], LifeState.dead)
    for (let wake = 0; wake < 3; wake++) fake.wake()
    assert.equal(soldiers.state[back.netId], LifeState.alive)
    assert.equal(teams.tickets[team], tickets - 1)
    for (let wake = 0; wake < 4 * hz; wake++) fake.wake()
    const rows = fake.results[0]!.players.filter(({ name }) => name === 'ann')
    assert.deepEqual(
      rows.map(({ score, deaths, left }) => [score, deaths, left]),
      [[70, 1, undefined]],
    )
    assert.deepEqual(fake.errors, [])
  })

  it('[E-11] a player is shown his own team and nine cells, a spectator everybody and 25', () => {
    const fake = createFakeSession({ balance: QUIET })
    const ann = fake.join('ann')
    const bob = fake.join('bob')
    const eve = fake.join('eve', true)
    const { team } = fake.session.match.world.soldiers
    assert.notEqual(team[ann.netId], team[bob.netId])
    for (const { viewer, netId } of [ann, bob]) {
      assert.deepEqual([viewer.team, viewer.blockRadius], [team[netId], 1])
    }
    assert.deepEqual([eve.viewer.team, eve.viewer.blockRadius], [TEAM_ALL, 2])
  })

  it('[NET-3] patches four times a second, twice from 200 players on', () => {
    for (const [count, patches] of [
      [10, 12],
      [200, 6],
    ] as const) {
      const balance = sampleBalance({ mode: { warmupSec: 600, playersMax: 200 } })
      const fake = createFakeSession({ balance })
      for (let index = 0; index < count; index++) fake.join(`p${index}`)
      for (let wake = 0; wake < 3 * balance.modes[0]!.tickRateHz; wake++) fake.wake()
      const told = fake.calls.filter(({ userId, call }) => userId === 'p0' && call === 'patch')
      assert.ok(Math.abs(told.length - patches) <= 1, `${told.length} patches in 3 s`)
    }
  })

  it('[BAT-2] runs at every rate from 1 to 128 Hz', () => {
    for (const tickRateHz of [1, 10, 64, 128]) {
      const balance = sampleBalance({ mode: { warmupSec: 600, tickRateHz } })
      const fake = createFakeSession({ balance })
      fake.join('a')
      for (let wake = 0; wake < tickRateHz; wake++) fake.wake()
      assert.equal(fake.session.match.world.tick, tickRateHz)
      assert.equal(fake.calls.filter(({ call }) => call === 'frame').length, tickRateHz)
      assert.deepEqual(fake.errors, [])
    }
  })
})
