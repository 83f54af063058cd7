/**
 * The log of one battle: what happened, in order of ticks, as columns of small numbers, and what
 * each player came to. Players are slots of the log, dense from 0, one for each user who took part
 * while the battle ran, however often he left and came back; net ids are recycled, slots are not.
 *
 * The log tells everything that counts: adding up its rows gives every player's figures exactly
 * (`fold-battle-log.ts`), also at the bound, where detail is dropped and sums take its place.
 */
import { assert } from '@battalion/base/assert.ts'
import type { PlayerStats } from './battle-result.ts'

/** What a row of the log says. Rows from {@link LOG_SUM} on are sums: figure = kind - LOG_SUM. */
export const LogKind = {
  /** actor takes part from now on; `detail` = class, `amount` = team. */
  join: 1,
  /** actor left the battle. */
  leave: 2,
  /** target fell by actor's weapon `detail`; `amount` = 1 when it counts as a kill of actor's. */
  kill: 3,
  /** actor had a share in the fall of target. */
  assist: 4,
  /** actor brought target back. */
  revive: 5,
  /** objective `detail` went to team `amount`. */
  capture: 6,
  /** actor took part in it. */
  capturer: 7,
  /** actor used ability `detail`. */
  ability: 8,
  /** the battle is over; `amount` = winning team, 0xff for a draw. */
  end: 9,
  /** team `detail` has `amount` points. */
  teamScore: 10,
  /** team `detail` has `amount` tickets left. */
  teamTickets: 11,
} as const
export type LogKind = (typeof LogKind)[keyof typeof LogKind]

/** What a player comes to, in the order of the columns of `figures`. */
export const LOG_FIGURES = [
  'kills',
  'deaths',
  'assists',
  'revives',
  'captures',
  'score',
  'damageDone',
  'damageTaken',
  'healed',
  'shotsFired',
  'shotsHit',
  'playedSec',
] as const satisfies readonly (keyof PlayerStats)[]
export type LogFigure = (typeof LOG_FIGURES)[number]
export const LOG_FIGURES_COUNT = LOG_FIGURES.length

/** Kind of the first sum: actor has `amount` more of figure 0 than the rows before it told. */
export const LOG_SUM = 32

/** Slot of nobody, in `actors` and `targets`. */
export const SLOT_NONE = 0xffff
/** Users one battle keeps a row for; who comes after that plays on and is not in the record. */
export const LOG_SLOTS_MAX = 16_384
/**
 * Rows of detail in one log. A battle of 1,000 over 20 minutes writes about 40,000. At half of it
 * abilities are no longer noted, at three quarters assists, revives and the sums of a minute; at
 * the end of it nothing is. The sums that close the log take their place: they come on top, at most
 * {@link LOG_FIGURES_COUNT} a slot, so figures are never wrong, only less detailed.
 */
export const LOG_ROWS_MAX = 65_536
/** Sums are noted this often (s): the course of damage and points by the minute. */
export const LOG_SUM_SEC = 60
/** Points and tickets of the teams are noted this often (s). */
export const LOG_TEAMS_SEC = 10

const LOG_ROWS_FIRST = 1024

/** Rows 0..count-1, ascending ticks; one length for all columns. */
export interface LogColumns {
  readonly count: number
  /** Ticks since the battle began to run. */
  readonly ticks: Int32Array
  readonly kinds: Uint8Array
  /** Slot of who did it, {@link SLOT_NONE} for nobody. */
  readonly actors: Uint16Array
  /** Slot of whom it happened to. */
  readonly targets: Uint16Array
  /** Weapon, ability, objective, class or team, by kind. */
  readonly details: Uint8Array
  readonly amounts: Int32Array
}

/** One row to add. */
export interface LogRow {
  tick: number
  kind: number
  actor: number
  target: number
  detail: number
  amount: number
}

/** Rows that may be there for one more of this kind to be noted. */
function roomFor(kind: number): number {
  if (kind === LogKind.ability) return LOG_ROWS_MAX / 2
  if (kind === LogKind.assist || kind === LogKind.revive) return (LOG_ROWS_MAX / 4) * 3
  return LOG_ROWS_MAX
}

/** A log that is being written; grows by doubling. */
export class BattleLog {
  /** Rows of detail that found no room. */
  droppedCount = 0
  #count = 0
  #columns = createColumns(LOG_ROWS_FIRST)

  get count(): number {
    return this.#count
  }

  /** Whether sums of a minute still fit. */
  get hasRoomForSums(): boolean {
    return this.#count < (LOG_ROWS_MAX / 4) * 3
  }

  /** Adds a row of detail; false, counted, when its kind has no room left. */
  note(row: LogRow): boolean {
    assert(row.kind < LOG_SUM, 'sums are added, not noted')
    if (this.#count >= roomFor(row.kind)) {
      this.droppedCount++
      return false
    }
    this.add(row)
    return true
  }

  /** Adds a row whatever there is already; for what closes the log. */
  add(row: LogRow): void {
    if (this.#count === this.#columns.kinds.length) this.#grow()
    const { ticks, kinds, actors, targets, details, amounts } = this.#columns
    const at = this.#count++
    assert(at === 0 || ticks[at - 1]! <= row.tick, 'the log is in order of ticks')
    ticks[at] = row.tick
    kinds[at] = row.kind
    actors[at] = row.actor
    targets[at] = row.target
    details[at] = row.detail
    amounts[at] = row.amount
  }

  /** The rows so far: copies of exact length, to be kept and sent. */
  toColumns(): LogColumns {
    const { ticks, kinds, actors, targets, details, amounts } = this.#columns
    const count = this.#count
    return {
      count,
      ticks: ticks.slice(0, count),
      kinds: kinds.slice(0, count),
      actors: actors.slice(0, count),
      targets: targets.slice(0, count),
      details: details.slice(0, count),
      amounts: amounts.slice(0, count),
    }
  }

  #grow(): void {
    const old = this.#columns
    const columns = createColumns(old.kinds.length * 2)
    columns.ticks.set(old.ticks)
    columns.kinds.set(old.kinds)
    columns.actors.set(old.actors)
    columns.targets.set(old.targets)
    columns.details.set(old.details)
    columns.amounts.set(old.amounts)
    this.#columns = columns
  }
}

function createColumns(rows: number) {
  return {
    ticks: new Int32Array(rows),
    kinds: new Uint8Array(rows),
    actors: new Uint16Array(rows),
    targets: new Uint16Array(rows),
    details: new Uint8Array(rows),
    amounts: new Int32Array(rows),
  }
}

assert(LOG_SLOTS_MAX < SLOT_NONE, 'the last slot is not nobody')
assert(LogKind.teamTickets < LOG_SUM, 'kinds of detail and sums do not meet')
