/**
 * A room's report made ready for the database: players as array literals by column, the log as
 * array literals in chunks. PostgreSQL reads one parameter with 1,000 numbers as text far faster
 * than 1,000 parameters, and text crosses threads as one copy. Runs in the results thread; pure.
 */
import { BattleLog, LOG_FIGURES, LOG_FIGURES_COUNT } from '@battalion/sim/battle-log.ts'
import { LOG_SUM, LogKind, SLOT_NONE } from '@battalion/sim/battle-log.ts'
import type { LogColumns, LogFigure } from '@battalion/sim/battle-log.ts'

import type { MatchHead, MatchRecord, PlayerRecord } from './match-record.ts'

/** What a room reports: see rooms/ports.ts, `MatchSheet`. */
export interface MatchSheet {
  readonly userIds: readonly (string | null)[]
  readonly names: readonly string[]
  readonly classIds: readonly string[]
  readonly bots: readonly boolean[]
  readonly lefts: readonly boolean[]
  readonly teams: readonly number[]
  readonly squads: readonly number[]
  readonly figures: Int32Array
  readonly log: LogColumns
  readonly logDropped: number
}

/** A report: what it was, and everybody in it. */
export interface MatchReport {
  readonly head: MatchHead
  readonly sheet: MatchSheet
}

/** Rows of one chunk of the log: a statement of 150 KB, some 10 ms on PGlite. */
export const LOG_CHUNK_ROWS = 4096

/** Winner of a draw, in the log. */
const TEAM_NONE = 0xff

/** One chunk of the log, its columns as array literals. */
export interface PackedChunk {
  readonly rowCount: number
  readonly ticks: string
  readonly kinds: string
  readonly actors: string
  readonly targets: string
  readonly details: string
  readonly amounts: string
}

/** A battle, ready to be kept on disk and written. */
export interface PackedMatch {
  readonly match: MatchRecord
  readonly log: readonly PackedChunk[]
  readonly logDropped: number
}

/** Makes it ready; `isBrief` keeps of the log only what it comes to. */
export function packMatch(
  { head, sheet }: MatchReport,
  options: { readonly isBrief?: boolean } = {},
): PackedMatch {
  const match = { ...head, players: rankPlayers(head, sheet) }
  if (options.isBrief !== true) {
    return { match, log: packLog(sheet.log), logDropped: sheet.logDropped }
  }
  const logDropped = sheet.logDropped + sheet.log.count
  return { match, log: packLog(sumUp(sheet, head.winner)), logDropped }
}

/** A log without detail: every figure as one sum, and the end. */
function sumUp({ figures, log: whole }: MatchSheet, winner: number | null): LogColumns {
  const log = new BattleLog()
  const tick = whole.ticks.at(-1) ?? 0
  const blank = { tick, target: SLOT_NONE, detail: 0 }
  for (const [at, amount] of figures.entries()) {
    const kind = LOG_SUM + (at % LOG_FIGURES_COUNT)
    const actor = Math.floor(at / LOG_FIGURES_COUNT)
    if (amount !== 0) log.add({ ...blank, kind, actor, amount })
  }
  log.add({ ...blank, kind: LogKind.end, actor: SLOT_NONE, amount: winner ?? TEAM_NONE })
  return log.toColumns()
}

function rankPlayers(head: MatchHead, sheet: MatchSheet): PlayerRecord[] {
  const rows = sheet.userIds.map((userId, slot) => ({
    slot,
    userId,
    isBot: sheet.bots[slot]!,
    name: sheet.names[slot]!,
    hasLeft: sheet.lefts[slot]!,
    team: sheet.teams[slot]!,
    squad: sheet.squads[slot]!,
    classId: sheet.classIds[slot]!,
    place: 0,
    outcome: outcomeOf(head.winner, sheet.teams[slot]!),
    ...figuresOf(sheet.figures, slot),
  }))
  const order = rows.toSorted(
    (a, b) => b.score - a.score || b.kills - a.kills || a.deaths - b.deaths || a.slot - b.slot,
  )
  for (const [index, row] of order.entries()) row.place = index + 1
  return rows
}

function outcomeOf(winner: number | null, team: number): PlayerRecord['outcome'] {
  if (winner === null) return 'drawn'
  return winner === team ? 'won' : 'lost'
}

function figuresOf(figures: Int32Array, slot: number): Record<LogFigure, number> {
  const at = slot * LOG_FIGURES_COUNT
  const pairs = LOG_FIGURES.map((name, index) => [name, figures[at + index]!] as const)
  return Object.fromEntries(pairs) as Record<LogFigure, number>
}

function packLog(log: LogColumns): PackedChunk[] {
  const chunks: PackedChunk[] = []
  for (let from = 0; from < log.count; from += LOG_CHUNK_ROWS) {
    const to = Math.min(from + LOG_CHUNK_ROWS, log.count)
    const cut = (column: Int32Array | Uint8Array | Uint16Array) =>
      `{${column.subarray(from, to).join(',')}}`
    chunks.push({
      rowCount: to - from,
      ticks: cut(log.ticks),
      kinds: cut(log.kinds),
      actors: cut(log.actors),
      targets: cut(log.targets),
      details: cut(log.details),
      amounts: cut(log.amounts),
    })
  }
  return chunks
}

/** Numbers, flags and nulls as a PostgreSQL array literal. */
export function arrayOf(values: readonly (number | boolean | null)[]): string {
  return `{${values.map((value) => value ?? 'null').join(',')}}`
}

/** Texts as a PostgreSQL array literal. */
export function textArrayOf(values: readonly (string | null)[]): string {
  return `{${values.map((value) => (value === null ? 'null' : quote(value))).join(',')}}`
}

/** Hardly any text has one: looked for first, since each replacement makes a text anew. */
const QUOTED = /["\\]/

function quote(text: string): string {
  if (!QUOTED.test(text)) return `"${text}"`
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`
}
