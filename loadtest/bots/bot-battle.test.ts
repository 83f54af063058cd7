/** Battles of bots in one process: they do everything a battle is made of, and replay by seed. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Balance, Mode } from '@battalion/sim/balance.ts'
import { playerStats } from '@battalion/sim/battle-result.ts'
import { EventType } from '@battalion/sim/events.ts'
import { hashWorld } from '@battalion/sim/world-state.ts'
import { LifeState, Phase } from '@battalion/sim/world.ts'
import { loadShippedBalance } from '@battalion/testkit/load-shipped-balance.ts'
import { BotBattle } from './bot-battle.ts'

const SHIPPED = loadShippedBalance()
/** Longest battle a test waits for (ticks): ten minutes at 20 Hz. */
const STEPS_MAX = 12_000

/** The shipped balance with some numbers of one mode replaced, so that a battle ends soon. */
function quickBalance(modeId: string, mode: Partial<Mode>): Balance {
  const modes = SHIPPED.modes.map((one) => (one.id === modeId ? { ...one, ...mode } : one))
  return { ...SHIPPED, modes }
}

function conquest(seed: number, botCount: number): BotBattle {
  const balance = quickBalance('conquest', { tickets: 25, warmupSec: 2 })
  return new BotBattle({ balance, modeId: 'conquest', mapId: 'skirmish', seed, botCount })
}

function playToEnd(battle: BotBattle): void {
  for (let step = 0; step < STEPS_MAX && battle.world.phase !== Phase.ended; step++) battle.step()
}

describe('a battle of bots', () => {
  it('[BAT-8] makes kills, captures, heals and revives and ends with a result for everyone', () => {
    const battle = conquest(1, 40)
    playToEnd(battle)
    assert.equal(battle.world.phase, Phase.ended)
    const kinds = ['kill', 'capture', 'heal', 'revive', 'ability', 'reload', 'explosion'] as const
    for (const kind of kinds) {
      const count = battle.eventCounts.get(EventType[kind]) ?? 0
      assert.ok(count > 0, `a battle without a ${kind}`)
    }
    const rows = battle.bots.map((bot) => playerStats(battle.world, bot.netId))
    assert.equal(rows.length, 40)
    const fighters = rows.filter((row) => row.shotsFired > 0)
    assert.ok(fighters.length >= 36, `only ${fighters.length} of 40 ever fired`)
  })

  it('[BAT-8] decides a duel', () => {
    const balance = quickBalance('duel', { tickets: 3, warmupSec: 1 })
    const options = { balance, modeId: 'duel', mapId: 'duel', seed: 5, botCount: 2 }
    const battle = new BotBattle(options)
    playToEnd(battle)
    assert.equal(battle.world.phase, Phase.ended)
    assert.ok((battle.eventCounts.get(EventType.kill) ?? 0) > 0)
  })

  it('replays: the same seed gives the same battle, another seed another one', () => {
    const hashes = [7, 7, 8].map((seed) => {
      const battle = conquest(seed, 16)
      for (let step = 0; step < 500; step++) battle.step()
      return hashWorld(battle.world)
    })
    assert.equal(hashes[0], hashes[1])
    assert.notEqual(hashes[0], hashes[2])
  })

  it('keeps moving: in half a minute nobody alive stays on one spot', () => {
    const battle = conquest(3, 24)
    const { soldiers } = battle.world
    for (let step = 0; step < 240; step++) battle.step()
    const from = battle.bots.map(({ netId }) => [soldiers.px[netId]!, soldiers.pz[netId]!] as const)
    const far = new Float64Array(battle.bots.length)
    for (let step = 0; step < 600; step++) {
      battle.step()
      battle.bots.forEach(({ netId }, index) => {
        const [x, z] = from[index]!
        const moved = Math.hypot(soldiers.px[netId]! - x, soldiers.pz[netId]! - z)
        if (soldiers.state[netId] === LifeState.alive) far[index] = Math.max(far[index]!, moved)
      })
    }
    const still = far.filter((metres) => metres < 2).length
    assert.equal(still, 0, `${still} bots hardly moved`)
  })

  it('reaches objectives behind walls on the largest map', () => {
    const options = { balance: SHIPPED, modeId: 'front', mapId: 'front', seed: 2, botCount: 30 }
    const battle = new BotBattle(options)
    for (let step = 0; step < 1500; step++) battle.step()
    assert.ok((battle.eventCounts.get(EventType.capture) ?? 0) > 0, 'nothing was captured')
  })
})
