/**
 * A battle told again from its log alone (BAT-6): every player's figures and who holds what. Knows
 * nothing of the world, so it proves that the log holds everything that counts.
 */
import { assert } from '@battalion/base/assert.ts'
import { LOG_FIGURES, LOG_FIGURES_COUNT, LOG_SUM, LogKind, SLOT_NONE } from './battle-log.ts'
import type { LogColumns, LogFigure } from './battle-log.ts'

/** What a log comes to. */
export interface FoldedLog {
  /** Figures of slot s from `s * LOG_FIGURES_COUNT` on, in the order of LOG_FIGURES. */
  readonly figures: Int32Array
  /** Team that took an objective last, by objective. */
  readonly owners: ReadonlyMap<number, number>
  /** Team that won, 0xff for a draw, undefined while the log has no end. */
  readonly winner: number | undefined
}

const FIGURE = Object.fromEntries(LOG_FIGURES.map((name, index) => [name, index])) as Readonly<
  Record<LogFigure, number>
>

/** Adds up the rows of a log of so many slots. */
export function foldBattleLog(log: LogColumns, slotCount: number): FoldedLog {
  const figures = new Int32Array(slotCount * LOG_FIGURES_COUNT)
  const owners = new Map<number, number>()
  let winner: number | undefined
  const give = (slot: number, figure: number, amount: number) => {
    if (slot === SLOT_NONE) return
    assert(slot < slotCount, 'a slot of the log is one of the players')
    figures[slot * LOG_FIGURES_COUNT + figure]! += amount
  }
  for (let row = 0; row < log.count; row++) {
    const kind = log.kinds[row]!
    const actor = log.actors[row]!
    const amount = log.amounts[row]!
    if (kind >= LOG_SUM) give(actor, kind - LOG_SUM, amount)
    else if (kind === LogKind.kill) {
      give(actor, FIGURE.kills, amount)
      give(log.targets[row]!, FIGURE.deaths, 1)
    } else if (kind === LogKind.assist) give(actor, FIGURE.assists, 1)
    else if (kind === LogKind.revive) give(actor, FIGURE.revives, 1)
    else if (kind === LogKind.capturer) give(actor, FIGURE.captures, amount)
    else if (kind === LogKind.capture) owners.set(log.details[row]!, amount)
    else if (kind === LogKind.end) winner = amount
  }
  return { figures, owners, winner }
}
