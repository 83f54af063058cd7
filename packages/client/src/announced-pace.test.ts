/** A client in an overloaded battle: slowed time, fewer snapshots, announcements without sense. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { loadShippedBalance } from '@battalion/testkit/load-shipped-balance.ts'
import { readAnnouncedPace } from './announced-pace.ts'
import type { BattleClient } from './battle-client.ts'
import { intentToward } from './intent.ts'
import { createInterpolatedEntities } from './interpolated-entities.ts'
import { LoopbackBattle } from './testing/loopback-battle.ts'

const balance = loadShippedBalance()
const CALM = { timeScale: 1, ticksPerSend: 1 }

function wander(client: BattleClient, ms: number): void {
  const turn = (Math.floor(ms / 700) % 4) * (Math.PI / 2)
  client.setIntent(intentToward(Math.cos(turn), Math.sin(turn), 0))
}

/** The error of prediction at worst while time passes, and commands made in it (m, commands). */
function walk(battle: LoopbackBattle, client: BattleClient, ms: number) {
  let errorMetres = 0
  const made = client.stats.commandsMade
  battle.run(ms, () => {
    wander(client, battle.nowMs)
    errorMetres = Math.max(errorMetres, client.own.predictionErrorMetres)
  })
  return { errorMetres, commands: client.stats.commandsMade - made }
}

describe('a client in an overloaded battle', () => {
  for (const latencyMs of [20, 75, 120]) {
    it(`[H-05] predicts without error while time slows and recovers, ${latencyMs} ms away`, () => {
      const battle = new LoopbackBattle(balance, 'duel')
      const client = battle.join({ latencyMs })
      walk(battle, client, 3000)
      const worst: number[] = []
      for (const timeScale of [0.75, 0.5, 0.75, 1]) {
        battle.setPace({ timeScale, ticksPerSend: 2 })
        worst.push(walk(battle, client, 4000).errorMetres)
      }
      assert.deepEqual(worst, [0, 0, 0, 0])
      assert.equal(battle.commandsDropped, 0)
    })
  }

  it('[H-05] makes commands at the announced pace', () => {
    const battle = new LoopbackBattle(balance, 'duel')
    const client = battle.join({ latencyMs: 50 })
    walk(battle, client, 2000)
    battle.setPace({ timeScale: 0.5, ticksPerSend: 1 })
    walk(battle, client, 2000)
    const { commands } = walk(battle, client, 10_000)
    assert.ok(Math.abs(commands - 100) <= 3, `${commands} commands in 10 s at 10 Hz`)
    battle.setPace(CALM)
    walk(battle, client, 3000)
    const calm = walk(battle, client, 10_000)
    assert.ok(Math.abs(calm.commands - 200) <= 5, `${calm.commands} commands in 10 s at 20 Hz`)
  })

  it('[H-05] draws others smoothly through every change: no jump, never back', () => {
    const battle = new LoopbackBattle(balance, 'duel')
    const walker = battle.join({ team: 0 })
    const watcher = battle.join({ spectate: true, latencyMs: 40 })
    const sample = createInterpolatedEntities()
    let viewTime = 0
    let largestStep = 0
    const watch = () => {
      wander(walker, battle.nowMs)
      watcher.sample(battle.nowMs, sample)
      const step = ((watcher.viewTime - viewTime + 0x8000) & 0xffff) - 0x8000
      viewTime = watcher.viewTime
      if (battle.nowMs > 2500) {
        assert.ok(step >= 0, 'the view never goes back')
        largestStep = Math.max(largestStep, step)
      }
    }
    battle.run(3000, watch)
    for (const pace of [
      { timeScale: 0.75, ticksPerSend: 2 },
      { timeScale: 0.5, ticksPerSend: 4 },
      CALM,
    ]) {
      battle.setPace(pace)
      battle.run(5000, watch)
    }
    // 10 ms at 20 Hz are 1.6 eighths of a tick.
    assert.ok(largestStep <= 4, `${largestStep} eighths of a tick in 10 ms`)
  })

  it('believes no pace that would stop a clock', () => {
    const calm = { timeScale: 1, ticksPerSend: 1, farShare: 1 }
    assert.deepEqual(readAnnouncedPace(undefined, 20), calm)
    assert.deepEqual(readAnnouncedPace({}, 20), calm)
    for (const timeScale of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 0.01, 2]) {
      assert.deepEqual(readAnnouncedPace({ timeScale, snapshotRateHz: 20 }, 20), calm)
    }
    for (const snapshotRateHz of [0, -5, Number.NaN, 1000]) {
      assert.equal(readAnnouncedPace({ snapshotRateHz }, 20).ticksPerSend, 1)
    }
    const slow = readAnnouncedPace({ overloadStep: 5, snapshotRateHz: 2.5, timeScale: 0.5 }, 20)
    assert.deepEqual(slow, { timeScale: 0.5, ticksPerSend: 4, farShare: 0.25 })
  })
})
