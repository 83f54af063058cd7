/**
 * The log of a battle as rows to read, page by page: kinds by name, players by name. What numbers
 * in `detail` and `amount` mean goes by the kind (packages/sim/src/battle-log.ts); which weapon or
 * ability it was, the balance of the battle's version says.
 */
import { LOG_FIGURES, LOG_SUM, LogKind } from '@battalion/sim/battle-log.ts'
import type { LogFigure } from '@battalion/sim/battle-log.ts'

import type { Db } from '../../db/database.ts'
import type { BattleEventRow } from '../../db/match-tables.ts'
import type { MatchSummary } from './match-reads.ts'

/** What rows are called; all sums have one name, and their figure beside it. */
export type EventKind = keyof typeof LogKind | 'sum'
export const EVENT_KINDS = [...(Object.keys(LogKind) as (keyof typeof LogKind)[]), 'sum'] as const

/** Who did it, or to whom it happened. */
export interface EventPlayer {
  readonly slot: number
  /** Null for a bot and for whose account is gone. */
  readonly userId: string | null
  readonly name: string
  readonly team: number
}

/** One row of the log. */
export interface MatchEvent {
  readonly seq: number
  /** Since the battle began to run (s). */
  readonly sec: number
  /** Unknown is what a newer program wrote. */
  readonly kind: EventKind | 'unknown'
  readonly actor: EventPlayer | null
  readonly target: EventPlayer | null
  readonly detail: number
  readonly amount: number
  /** What a sum is of. */
  readonly figure: LogFigure | null
}

/** Rows in order, from the one after `afterSeq` on. */
export async function listEvents(
  db: Db,
  { matchId, tickRateHz }: Pick<MatchSummary, 'matchId' | 'tickRateHz'>,
  page: {
    readonly kind: EventKind | undefined
    readonly afterSeq: number
    readonly limit: number
  },
): Promise<MatchEvent[]> {
  const { kind, afterSeq, limit } = page
  let query = db
    .selectFrom('matches.battle_events')
    .select(['seq', 'tick', 'kind', 'actor', 'target', 'detail', 'amount'])
    .where('match_id', '=', matchId)
    .where('seq', '>', afterSeq)
  if (kind === 'sum') query = query.where('kind', '>=', LOG_SUM)
  else if (kind !== undefined) query = query.where('kind', '=', LogKind[kind])
  const rows = await query.orderBy('seq').limit(limit).execute()
  const players = await findSlots(db, matchId, rows)
  return rows.map((row) => ({
    seq: row.seq,
    sec: row.tick / tickRateHz,
    kind: nameOf(row.kind),
    actor: row.actor === null ? null : (players.get(row.actor) ?? null),
    target: row.target === null ? null : (players.get(row.target) ?? null),
    detail: row.detail,
    amount: row.amount,
    figure: row.kind < LOG_SUM ? null : (LOG_FIGURES[row.kind - LOG_SUM] ?? null),
  }))
}

const NAMES: ReadonlyMap<number, EventKind> = new Map(
  Object.entries(LogKind).map(([name, kind]) => [kind, name as EventKind]),
)

function nameOf(kind: number): MatchEvent['kind'] {
  return kind >= LOG_SUM ? 'sum' : (NAMES.get(kind) ?? 'unknown')
}

async function findSlots(
  db: Db,
  matchId: string,
  rows: readonly Pick<BattleEventRow, 'actor' | 'target'>[],
): Promise<ReadonlyMap<number, EventPlayer>> {
  const slots = new Set(rows.flatMap(({ actor, target }) => [actor ?? -1, target ?? -1]))
  slots.delete(-1)
  if (slots.size === 0) return new Map()
  const players = await db
    .selectFrom('matches.session_players')
    .select(['slot', 'user_id as userId', 'name', 'team'])
    .where('match_id', '=', matchId)
    .where('slot', 'in', [...slots])
    .execute()
  return new Map(players.map((player) => [player.slot, player]))
}
