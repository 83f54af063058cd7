/**
 * Reports of battles as CSV, for operators (DAT-9): one battle with its players, or battles that
 * fit a filter. RFC 4180; texts that a spreadsheet would take for a formula, in full-width letters
 * too, get an apostrophe.
 */
import { AppError } from '@battalion/base/app-error.ts'

import type { Db } from '../../db/database.ts'
import { LOG_SLOTS_MAX } from '@battalion/sim/battle-log.ts'
import { findMatch, listPlayers } from './match-reads.ts'
import { listSessions } from './match-search.ts'
import type { MatchFilter } from './match-search.ts'

/** Battles of one report (1 MB); a longer span is asked for in parts. */
export const REPORT_MATCHES_MAX = 10_000

const PLAYER_FIELDS = [
  'place',
  'slot',
  'userId',
  'name',
  'isBot',
  'hasLeft',
  'team',
  'squad',
  'classId',
  'outcome',
  'score',
  'kills',
  'deaths',
  'assists',
  'revives',
  'captures',
  'damageDone',
  'damageTaken',
  'healed',
  'shotsFired',
  'shotsHit',
  'playedSec',
] as const

const MATCH_FIELDS = [
  'matchId',
  'mode',
  'map',
  'region',
  'balanceVersion',
  'startedAt',
  'endedAt',
  'durationSec',
  'winner',
  'playerCount',
  'peopleCount',
] as const

/** Everybody in one battle, by place. */
export async function reportMatch(db: Db, matchId: string): Promise<string> {
  if ((await findMatch(db, matchId)) === undefined) {
    throw new AppError('not_found', 'There is no such battle.')
  }
  const players = await listPlayers(db, { matchId, afterPlace: 0, limit: LOG_SLOTS_MAX })
  return toCsv(PLAYER_FIELDS, players)
}

/** Battles that fit a filter, oldest first. */
export async function reportMatches(db: Db, filter: MatchFilter): Promise<string> {
  const matches = await listSessions(db, filter, REPORT_MATCHES_MAX + 1)
  if (matches.length > REPORT_MATCHES_MAX) {
    throw new AppError('invalid_request', `More than ${REPORT_MATCHES_MAX} battles: ask for less.`)
  }
  return toCsv(MATCH_FIELDS, matches)
}

type Cell = string | number | boolean | Date | null

/** First letters that make a formula; a spreadsheet reads the full-width =, +, - and @ alike. */
const FORMULA_START = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/

function toCsv<Field extends string>(
  fields: readonly Field[],
  rows: readonly Readonly<Record<Field, Cell>>[],
): string {
  const lines = rows.map((row) => fields.map((field) => toCell(row[field])).join(','))
  return `${[fields.join(','), ...lines].join('\r\n')}\r\n`
}

function toCell(value: Cell): string {
  if (value === null) return ''
  if (value instanceof Date) return value.toISOString()
  if (typeof value !== 'string') return String(value)
  const safe = FORMULA_START.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
