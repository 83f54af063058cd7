/** Orders that must not do anything: from the wrong role, or too soon. */
import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { sampleBalance } from '@battalion/sim/sample-battle.ts'
import { createFakeSession } from '@battalion/testkit/fake-session.ts'
import type { Client } from '@colyseus/core'
import { battleOrders } from './battle-orders.ts'
import type { Participant } from './participant.ts'

function createDesk() {
  const fake = createFakeSession({ balance: sampleBalance({ mode: { warmupSec: 600 } }) })
  let nowMs = 1000
  const roster = fake.session.roster
  const orders = battleOrders({
    ports: { clock: { monotonicMs: () => nowMs, wallMs: () => 0 } },
    match: () => fake.session.match,
    findClass: (id) => fake.session.findClass(id),
    find: (client) => roster.all.find(({ owner }) => owner === client),
  })
  const give = (from: Participant, type: string, message: unknown) => {
    const { handler } = orders.find((order) => order.type === type)!
    ;(handler as (client: Client, message: unknown) => void)(from.owner, message)
  }
  return { fake, give, wait: (ms: number) => (nowMs += ms) }
}

describe('battle orders', () => {
  it('[E-11] a player does not move his view, whatever he asks', () => {
    const { fake, give } = createDesk()
    const player = fake.join('ann')
    const { centreX, centreZ } = player.viewer
    give(player, 'look', { x: 1, z: 2 })
    assert.deepEqual([player.viewer.centreX, player.viewer.centreZ], [centreX, centreZ])
  })

  it('[WF23] a spectator moves his ten times a second at most, and stays on the map', () => {
    const { fake, give, wait } = createDesk()
    const { viewer } = fake.join('eve', true)
    const eve = fake.session.roster.all[0]!
    give(eve, 'look', { x: 1, z: 2 })
    wait(99)
    give(eve, 'look', { x: 3, z: 4 })
    assert.deepEqual([viewer.centreX, viewer.centreZ], [1, 2])
    wait(1)
    give(eve, 'look', { x: 4096, z: 4096 })
    const { widthMetres, depthMetres } = fake.session.match.world.map.map
    assert.deepEqual([viewer.centreX, viewer.centreZ], [widthMetres, depthMetres])
    fake.wake()
    assert.deepEqual(fake.errors, [])
  })

  it('a spectator has no class to take and no life to give up', () => {
    const { fake, give } = createDesk()
    const eve = fake.join('eve', true)
    give(eve, 'loadout', { classId: fake.session.match.world.balance.classes[1]!.id })
    give(eve, 'giveUp', {})
    assert.equal(eve.classId, 0)
    assert.deepEqual(fake.errors, [])
  })

  it('[BAT-5] a class wish outlives the battle', () => {
    const mode = { warmupSec: 0, roundSec: 1, endedSec: 0.5, playersMin: 1 }
    const fake = createFakeSession({ balance: sampleBalance({ mode }) })
    const ann = fake.join('ann')
    ann.classId = 1
    const first = fake.session.match
    for (let wake = 0; wake < 60 && fake.session.match === first; wake++) fake.wake()
    assert.notEqual(fake.session.match, first)
    assert.equal(fake.session.match.world.soldiers.classId[ann.netId], 1)
  })
})
