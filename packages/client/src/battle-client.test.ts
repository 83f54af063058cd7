/**
 * Whole clients against the real simulation and encoder over conditioned links, without sockets:
 * an input of one moves what the other sees; prediction, view time, events, reconnecting.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sequenceDifference } from '@battalion/base/sequence.ts'
import { Button } from '@battalion/sim/commands.ts'
import { LifeState } from '@battalion/sim/world.ts'
import { loadShippedBalance } from '@battalion/testkit/load-shipped-balance.ts'
import type { BattleClient } from './battle-client.ts'
import { INTENT_AT_REST, intentToward } from './intent.ts'
import { createInterpolatedEntities } from './interpolated-entities.ts'
import { LoopbackBattle } from './testing/loopback-battle.ts'

const balance = loadShippedBalance()
const MODE = 'duel'
const sample = createInterpolatedEntities()

/** Walks to and fro, so that walls and turns are met. */
function wander(client: BattleClient, ms: number): void {
  const leg = Math.floor(ms / 700) % 4
  const [x, z] = [
    [1, 0.2],
    [0.1, 1],
    [-1, 0.3],
    [0.2, -1],
  ][leg]!
  client.setIntent(intentToward(x!, z!, leg === 2 ? Button.sprint : 0))
}

describe('BattleClient', () => {
  it('[BAT-3] predicts itself without any error while nothing is lost', () => {
    const battle = new LoopbackBattle(balance, MODE)
    const client = battle.join({ latencyMs: 60 })
    let measured = 0
    battle.run(3000, () => wander(client, battle.nowMs))
    battle.run(10_000, () => {
      wander(client, battle.nowMs)
      measured = Math.max(measured, client.own.predictionErrorMetres)
    })
    assert.equal(measured, 0)
    assert.ok(client.stats.snapshotsReceived > 200)
    assert.equal(client.stats.snapshotsRejected, 0)
    assert.ok(Math.hypot(client.own.x - client.own.serverX, client.own.z - client.own.serverZ) < 3)
  })

  it('[BAT-3] shows the own soldier a round trip before the server says so', () => {
    const battle = new LoopbackBattle(balance, MODE)
    const client = battle.join({ latencyMs: 100 })
    battle.run(2000)
    const { x } = client.own
    const towards = x < battle.world.map.map.widthMetres / 2 ? 1 : -1
    client.setIntent({ ...INTENT_AT_REST, moveX: towards })
    battle.run(100)
    assert.ok(Math.abs(client.own.x - x) > 0.2, 'moves at once')
    assert.equal(client.own.serverX, x, 'while the ghost still stands')
  })

  it('[BAT-3] comes back to the truth after losses, and says how wrong it was', () => {
    const battle = new LoopbackBattle(balance, MODE)
    const client = battle.join({ latencyMs: 40 })
    client.conditioner.configure({ latencyMs: 40, jitterMs: 60, lossRatio: 0.03 })
    battle.run(20_000, () => wander(client, battle.nowMs))
    assert.ok(client.stats.predictionErrorP99Metres > 0)
    client.setIntent(INTENT_AT_REST)
    client.conditioner.configure({ latencyMs: 0, jitterMs: 0, lossRatio: 0 })
    battle.run(3000)
    const netId = client.own.netId
    assert.equal(client.own.predictedX, battle.world.soldiers.px[netId])
    assert.equal(client.own.predictedZ, battle.world.soldiers.pz[netId])
  })

  it('[NET-3] draws another soldier where the server had him at the view time', () => {
    const battle = new LoopbackBattle(balance, MODE)
    const walker = battle.join({ team: 0 })
    const watcher = battle.join({ spectate: true, latencyMs: 50 })
    const past = new Map<number, number>()
    const { soldiers } = battle.world
    let compared = 0
    battle.run(6000, () => {
      wander(walker, battle.nowMs)
      past.set(battle.world.tick, soldiers.px[walker.own.netId]!)
      watcher.sample(battle.nowMs, sample)
      const row = sample.rowOf[walker.own.netId]!
      if (row < 0 || battle.nowMs < 2000) return
      const tick = viewTickOf(watcher, battle)
      const from = past.get(Math.floor(tick))!
      const to = past.get(Math.floor(tick) + 1) ?? from
      const expected = from + (to - from) * (tick - Math.floor(tick))
      // A sixteenth of a metre is the wire's step, an eighth of a tick the stamp's.
      assert.ok(Math.abs(sample.x[row]! - expected) < 0.2, `${sample.x[row]} against ${expected}`)
      compared++
    })
    assert.ok(compared > 300)
  })

  it('[BAT-4] stamps commands with the tick that is drawn, a delay behind the server', () => {
    const battle = new LoopbackBattle(balance, MODE)
    const client = battle.join({ latencyMs: 50 })
    battle.run(5000, () => client.sample(battle.nowMs, sample))
    const newest = client.decoder.tick
    const command = battle.links[0]!.queue.at(-1) ?? {
      viewTime: Math.round(viewTickOf(client, battle) * 8),
    }
    const behind = newest - sequenceDifference(command.viewTime, 0) / 8
    assert.ok(behind > 1 && behind < 4, `${behind} ticks behind`)
  })

  it('[NET-3] tells who came and went, spawns, shots, hits, kills and deaths', () => {
    const battle = new LoopbackBattle(balance, MODE)
    const hunter = battle.join({ team: 0, latencyMs: 20 })
    const prey = battle.join({ team: 1, latencyMs: 20 })
    const log: string[] = []
    hunter.on('enter', ({ netId }) => log.push(`enter ${netId}`))
    hunter.on('shot', ({ actor }) => log.push(`shot ${actor}`))
    hunter.on('hit', ({ target, dealt }) => dealt && log.push(`dealt ${target}`))
    hunter.on('kill', ({ byMe }) => byMe && log.push('killed'))
    prey.on('hit', ({ taken }) => taken && log.push('taken'))
    prey.on('death', ({ netId }) => log.push(`death ${netId}`))
    prey.on('spawn', ({ own }) => own && log.push('respawned'))
    // The warm-up ends with everybody at his spawn.
    battle.run(6000)
    placeFacing(battle)
    battle.run(12_000, () => {
      const fire = Math.floor(battle.nowMs / 200) % 2 === 0 ? Button.fire : 0
      const { x, z } = hunter.own
      const aim = intentToward(prey.own.serverX - x, prey.own.serverZ - z, fire)
      hunter.setIntent({ ...aim, moveX: 0, moveZ: 0 })
    })
    const prize = prey.own.netId
    for (const line of [`enter ${prize}`, `dealt ${prize}`, 'killed', 'taken', `death ${prize}`]) {
      assert.ok(log.includes(line), `${line} is missing: ${[...new Set(log)].join(', ')}`)
    }
    assert.ok(log.includes(`shot ${hunter.own.netId}`))
    assert.ok(log.lastIndexOf('respawned') > log.indexOf(`death ${prize}`))
  })

  it('[BAT-1] keeps soldier and numbering over a lost connection, and all sight comes back', () => {
    const battle = new LoopbackBattle(balance, MODE)
    const client = battle.join({ team: 0, latencyMs: 30 })
    const other = battle.join({ team: 0 })
    const log: string[] = []
    client.on('disconnect', ({ reason, willReconnect }) => log.push(`${reason} ${willReconnect}`))
    client.on('reconnected', () => log.push('reconnected'))
    battle.run(3000, () => wander(client, battle.nowMs))
    client.dropConnection()
    battle.run(2000)
    battle.links[0]!.comeBack()
    battle.run(3000, () => wander(client, battle.nowMs))
    assert.deepEqual(log, ['connection_lost true', 'reconnected'])
    assert.equal(client.own.state, LifeState.alive)
    assert.equal(client.stats.snapshotsRejected, 0)
    client.sample(battle.nowMs, sample)
    assert.ok(sample.rowOf[other.own.netId]! >= 0)
    assert.equal(client.own.predictionErrorMetres, 0)
  })

  it('[BAT-5] starts over with the next battle of the room', () => {
    const battle = new LoopbackBattle(balance, MODE)
    const client = battle.join({ team: 0 })
    const other = battle.join({ team: 0 })
    const log: string[] = []
    client.on('enter', ({ netId }) => log.push(`enter ${netId}`))
    client.on('leave', ({ netId }) => log.push(`leave ${netId}`))
    client.on('welcome', ({ matchId }) => log.push(matchId))
    battle.run(1000)
    const [link] = battle.links
    link!.viewer.needKey = true
    const welcome = battle.welcome(link!.viewer.netId)
    link!.events!.message('welcome', { ...welcome, matchId: 'second' })
    battle.run(1000, () => wander(client, battle.nowMs))
    const { netId } = other.own
    assert.deepEqual(log, [`enter ${netId}`, `leave ${netId}`, 'second', `enter ${netId}`])
    assert.equal(client.stats.snapshotsRejected, 0)
    assert.equal(client.own.predictionErrorMetres, 0)
  })

  it('[WF6] counts ticks from the welcome after a reconnect, however long ago the first was', () => {
    const battle = new LoopbackBattle(balance, MODE)
    const client = battle.join()
    battle.run(500)
    const { viewer, events } = battle.links[0]!
    client.dropConnection()
    battle.world.tick = (battle.world.tick + 100_000) as typeof battle.world.tick
    battle.links[0]!.comeBack()
    events!.message('welcome', battle.welcome(viewer.netId))
    battle.run(500)
    assert.ok(battle.world.tick - client.decoder.tick <= 2, `tick ${client.decoder.tick}`)
    assert.equal(client.stats.snapshotsRejected, 0)
  })

  it('[BAT-5] says so when the rules of the next battle cannot be loaded', async () => {
    const battle = new LoopbackBattle(balance, MODE)
    const client = battle.join()
    const notices: string[] = []
    client.on('notice', ({ code }) => notices.push(code))
    battle.run(500)
    const welcome = battle.welcome(battle.links[0]!.viewer.netId)
    battle.links[0]!.events!.message('welcome', { ...welcome, matchId: 'm2', map: 'other' })
    await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual(notices, ['rules_unavailable'])
  })

  it('[WF18] [NET-3] cuts a stream that stays undecodable, to have it started afresh', () => {
    const battle = new LoopbackBattle(balance, MODE)
    const client = battle.join()
    battle.run(1000)
    const { events } = battle.links[0]!
    events!.snapshot(Uint8Array.of(1, 2, 3))
    battle.run(1500)
    assert.equal(battle.links[0]!.dropCount, 0)
    battle.run(1000)
    assert.equal(battle.links[0]!.dropCount, 1)
    assert.ok(client.stats.snapshotsRejected > 10)
  })

  it('[NET-3] a page that was hidden shows the last second, not all shots of a minute at once', () => {
    const battle = new LoopbackBattle(balance, MODE)
    const hidden = battle.join({ team: 0 })
    const shooter = battle.join({ team: 1 })
    placeFacing(battle)
    const fire = () => shooter.setIntent(intentToward(0, 1, Button.fire))
    battle.run(1000, fire)
    battle.clients.splice(battle.clients.indexOf(hidden), 1)
    let shots = 0
    hidden.on('shot', () => shots++)
    battle.run(20_000, fire)
    assert.equal(shots, 0)
    hidden.update(battle.nowMs)
    const { roundsPerMinute } = balance.weapons[shooter.own.weapon]!
    assert.ok(shots <= roundsPerMinute / 60 + 1, `${shots} shots at once`)
  })

  it('[NET-3] measures round trip, bytes and snapshots per second', () => {
    const battle = new LoopbackBattle(balance, MODE)
    const client = battle.join({ latencyMs: 40 })
    battle.run(8000)
    assert.ok(Math.abs(client.stats.rttMs - 80) <= 20, `${client.stats.rttMs} ms`)
    assert.ok(Math.abs(client.stats.snapshotsPerSec - battle.world.mode.tickRateHz) < 2)
    assert.ok(client.stats.bytesPerSec > 100)
  })

  it('[E-11] sends nothing but looks for a spectator, at most ten a second', () => {
    const battle = new LoopbackBattle(balance, MODE)
    const client = battle.join({ spectate: true })
    battle.run(1000, () => client.setInterest(5, 5))
    const { sent, bytesSent } = battle.links[0]!
    assert.equal(bytesSent, 0)
    assert.ok(sent.filter(([type]) => type === 'look').length <= 11)
  })
})

/** The view time the client would stamp now, as a tick near the present. */
function viewTickOf(client: BattleClient, battle: LoopbackBattle): number {
  const stamp = client.viewTime
  const now = battle.world.tick * 8
  return (now + sequenceDifference(stamp, now & 0xffff)) / 8
}

/** Puts both soldiers into the open of the duel map, 6 m apart. */
function placeFacing(battle: LoopbackBattle): void {
  const { soldiers } = battle.world
  for (const [row, { own }] of battle.clients.entries()) {
    soldiers.px[own.netId] = 20 + 6 * row
    soldiers.pz[own.netId] = 20
  }
}
