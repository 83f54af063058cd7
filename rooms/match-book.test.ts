/** What a battle leaves behind: its log, told again, is its result. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { LOG_FIGURES, LOG_FIGURES_COUNT, LOG_ROWS_MAX, LOG_SUM } from '@battalion/sim/battle-log.ts'
import { BattleLog, LogKind, SLOT_NONE } from '@battalion/sim/battle-log.ts'
import { foldBattleLog } from '@battalion/sim/fold-battle-log.ts'
import { loadShippedBalance } from '@battalion/testkit/load-shipped-balance.ts'
import { playMatch } from '@battalion/testkit/play-match.ts'
import type { FinishedBattle } from './ports.ts'

const SHORT = { warmupSec: 2, roundSec: 150, respawnSec: 2, captureSec: 4, playersMin: 2 }

function shortBalance() {
  const balance = loadShippedBalance()
  return { ...balance, modes: balance.modes.map((mode) => ({ ...mode, ...SHORT })) }
}

function users(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    userId: `user-${index}`,
    name: `P${index}`,
  }))
}

/** Figures by user as the log tells them, and as the result does. */
function compare({ result, sheet }: FinishedBattle): number {
  const { figures, winner } = foldBattleLog(sheet.log, sheet.userIds.length)
  assert.deepEqual(figures, sheet.figures, 'the log tells what the sheet says')
  assert.equal(winner === 0xff ? null : winner, result.winner)
  assert.equal(sheet.userIds.length, result.players.length, 'a slot each')
  for (const row of result.players) {
    const slot = sheet.names.indexOf(row.name)
    const told = Object.fromEntries(
      LOG_FIGURES.map((name, index) => [name, figures[slot * LOG_FIGURES_COUNT + index]]),
    )
    for (const name of LOG_FIGURES) assert.equal(told[name], row[name], `${name} of ${row.name}`)
    assert.equal(sheet.lefts[slot], row.left === true)
  }
  return result.players.reduce((sum, { kills }) => sum + kills, 0)
}

describe('match book', () => {
  for (const [modeId, count] of [
    ['conquest', 48],
    ['duel', 2],
    ['four-corners', 32],
  ] as const) {
    it(`[BAT-6] the log of a bot battle, told again, is its result: ${modeId}`, () => {
      const played = { balance: shortBalance(), modeId, users: users(count), seed: 7 }
      const { battle } = playMatch({ ...played, churnPerStep: count > 2 ? 0.02 : 0 })
      assert.ok(compare(battle) > 0, 'somebody fell')
      const { log } = battle.sheet
      for (let row = 1; row < log.count; row++) assert.ok(log.ticks[row - 1]! <= log.ticks[row]!)
      assert.equal(log.kinds[log.count - 1], LogKind.end)
    })
  }

  it('[BAT-6] kills, deaths, assists, revives and captures each have rows: no sum stands in', () => {
    const played = { balance: shortBalance(), modeId: 'conquest', users: users(60), seed: 11 }
    const { battle, match } = playMatch({ ...played, churnPerStep: 0.02 })
    const { log } = battle.sheet
    const kinds = new Set(log.kinds)
    for (const kind of [LogKind.kill, LogKind.capture, LogKind.capturer, LogKind.join]) {
      assert.ok(kinds.has(kind), `kind ${kind}`)
    }
    for (let figure = 0; figure < 5; figure++) assert.ok(!kinds.has(LOG_SUM + figure))
    const { owners } = foldBattleLog(log, battle.sheet.userIds.length)
    assert.ok(owners.size > 0, 'something was captured')
    for (const [objective, team] of owners) {
      assert.equal(match.world.objectives.owner[objective], team)
    }
  })

  it('[BAT-6] a full log drops abilities first, then assists, kills last; figures stay right', () => {
    const log = new BattleLog()
    const row = { tick: 0, kind: 0, actor: 0, target: SLOT_NONE, detail: 0, amount: 1 }
    const noted: Record<number, number> = {}
    for (let tick = 0; tick < LOG_ROWS_MAX; tick++) {
      for (const kind of [LogKind.ability, LogKind.assist, LogKind.kill]) {
        if (log.note({ ...row, tick, kind })) noted[kind] = (noted[kind] ?? 0) + 1
      }
    }
    assert.equal(log.count, LOG_ROWS_MAX)
    assert.equal(log.droppedCount, 2 * LOG_ROWS_MAX)
    assert.ok(noted[LogKind.kill]! > noted[LogKind.assist]!)
    assert.ok(noted[LogKind.assist]! > noted[LogKind.ability]!)
    log.add({ ...row, tick: LOG_ROWS_MAX, kind: LOG_SUM })
    assert.equal(log.count, LOG_ROWS_MAX + 1, 'what closes the log always fits')
  })

  it('[BAT-6] a battle whose log is full from the start is told by its sums', () => {
    let filled = false
    const played = { balance: shortBalance(), modeId: 'conquest', users: users(20), seed: 3 }
    const { battle } = playMatch({
      ...played,
      churnPerStep: 0.02,
      onStep({ book }) {
        if (!book.isOpen || filled) return
        filled = true
        const { log } = book
        const filler = { actor: SLOT_NONE, target: SLOT_NONE, detail: 0, amount: 0 }
        while (log.note({ tick: 0, kind: LogKind.teamScore, ...filler })) continue
      },
    })
    assert.ok(compare(battle) > 0)
    assert.ok(battle.sheet.logDropped > 0)
  })
})
