/** What the HUD says. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { createOwnStatus } from '../game/battle-source.ts'
import type { RosterView } from '../game/battle-source.ts'
import { createFakeBalance } from '../harness/fake-content.ts'
import {
  classCards,
  formatBytesPerSec,
  formatClock,
  formatWait,
  isOwnRow,
  isResultOver,
  objectiveChips,
  SCOREBOARD_ROWS_MAX,
  scoreboardTeams,
  vitalsOf,
} from './hud-model.ts'

const balance = createFakeBalance()

function rosterOf(count: number): RosterView[] {
  return Array.from({ length: count }, (_, netId) => ({
    netId,
    name: `Soldier ${netId}`,
    bot: true,
    team: netId % 2,
    squad: 0,
    classId: 0,
    kills: 0,
    deaths: 0,
    assists: 0,
    score: 1000 - netId,
    connected: true,
  }))
}

describe('hud model', () => {
  it('writes times and rates as people read them', () => {
    assert.equal(formatClock(725), '12:05')
    assert.equal(formatClock(-3), '0:00')
    assert.equal(formatBytesPerSec(412), '412 B/s')
    assert.equal(formatBytesPerSec(3640), '3.6 kB/s')
    assert.equal(formatWait(0), '')
    assert.equal(formatWait(4210), '4.2 s')
    assert.equal(formatWait(13_001), '14 s')
  })

  it('names owner and taker of each objective', () => {
    const base = { id: 'a', name: 'Docks', x: 0, z: 0, radius: 10 }
    const [held, taken] = objectiveChips([
      { ...base, owner: 1, capturing: -1, progress: 0 },
      { ...base, owner: -1, capturing: 0, progress: 40 },
    ])
    assert.equal(held!.label, 'Docks: Ember')
    assert.equal(held!.progress, 0)
    assert.equal(taken!.label, 'Docks: Nobody, Azure capturing')
    assert.equal(taken!.progress, 0.4)
    assert.deepEqual([held!.letter, taken!.letter], ['A', 'B'])
  })

  it('warns of low health and a low magazine, and shows reload and ability as shares', () => {
    const own = Object.assign(createOwnStatus(), {
      hp: 30,
      armour: 25,
      magazine: 5,
      reserve: 60,
      reloadLeftMs: 1050,
      abilityLeftMs: 4500,
    })
    const vitals = vitalsOf(own, balance)
    assert.equal(vitals.isLow, true)
    assert.equal(vitals.isMagazineLow, true)
    assert.equal(vitals.armourShare, 0.5)
    assert.equal(vitals.reloadShare, 0.5)
    assert.equal(vitals.abilityShare, 0.5)
    assert.equal(vitals.abilityWait, '4.5 s')
    assert.equal(vitals.weaponName, 'KR-4 Rifle')
  })

  it('shows how classes differ, the best at a full bar', () => {
    const cards = classCards(balance)
    assert.equal(cards.length, balance.classes.length)
    for (const name of ['Toughness', 'Speed', 'Firepower', 'Range']) {
      const shares = cards.map((card) => card.bars.find((bar) => bar.name === name)!.share)
      assert.equal(Math.max(...shares), 1, name)
      assert.ok(Math.min(...shares) > 0.3, name)
    }
    assert.match(cards[1]!.abilityText, /Heals 40\u00a0hp/)
  })

  it('ranks each team and never leaves the own row out', () => {
    const roster = rosterOf(200)
    const [first, second] = scoreboardTeams(roster, 198, 2)
    assert.equal(first!.rows.length, SCOREBOARD_ROWS_MAX)
    assert.equal(first!.rows[0]!.netId, 0)
    assert.equal(first!.rows.at(-1)!.netId, 198)
    assert.equal(first!.rows.at(-1)!.rank, 100)
    assert.equal(first!.hiddenCount, 60)
    assert.ok(second!.rows.every((row) => row.team === 1))
  })

  it('[BAT-5] takes no row of somebody who left for the own one', () => {
    const row = { ...rosterOf(1)[0]!, classId: 'rifleman', captures: 0, damageDone: 0 }
    assert.equal(isOwnRow({ ...row, left: true }, 0), false)
    assert.equal(isOwnRow(row, 0), true)
    assert.equal(isOwnRow(row, 1), false)
  })
})

describe('a result on the screen', () => {
  const cases = [
    {
      told: { matchId: 'm1', wasEnded: false },
      state: { phase: 'running', matchId: 'm1' },
      over: false,
    },
    {
      told: { matchId: 'm1', wasEnded: true },
      state: { phase: 'ended', matchId: 'm1' },
      over: false,
    },
    {
      told: { matchId: 'm1', wasEnded: true },
      state: { phase: 'warmup', matchId: 'm1' },
      over: true,
    },
    {
      told: { matchId: 'm1', wasEnded: false },
      state: { phase: 'running', matchId: 'm2' },
      over: true,
    },
    {
      told: { matchId: 'm1', wasEnded: true },
      state: { phase: 'ended', matchId: 'm2' },
      over: true,
    },
    {
      told: { matchId: undefined, wasEnded: false },
      state: { phase: 'running', matchId: 'm2' },
      over: false,
    },
    {
      told: { matchId: undefined, wasEnded: true },
      state: { phase: 'running', matchId: 'm2' },
      over: true,
    },
  ]
  it('[BAT-5] stays until the next battle, also before the slow state says that it ended', () => {
    for (const { told, state, over } of cases) {
      assert.equal(isResultOver(told, state), over, JSON.stringify({ told, state }))
    }
  })
})
