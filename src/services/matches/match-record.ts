/**
 * A finished battle as the services know it, and the port by which others write what follows from
 * it (ratings, progress, boards) in the same transaction. Plain data: it crosses threads and lies
 * on disk before it reaches the database.
 */
import type { LogFigure } from '@battalion/sim/battle-log.ts'

import type { Trx } from '../../db/database.ts'

/** What a battle was. */
export interface MatchHead {
  readonly matchId: string
  /** Who reports holds this fence of the battle; an older one may write nothing. */
  readonly fence: number
  readonly roomId: string
  readonly region: string
  readonly mode: string
  readonly map: string
  readonly balanceVersion: string
  readonly seed: number
  readonly tickRateHz: number
  readonly startedAtMs: number
  readonly endedAtMs: number
  /** Of the running phase, without warm-up. */
  readonly durationSec: number
  /** Winning team, null for a draw. */
  readonly winner: number | null
  readonly teams: readonly TeamRecord[]
}

export interface TeamRecord {
  readonly team: number
  readonly score: number
  readonly tickets: number
}

/** One player of a battle; figures by name, as in packages/sim/src/battle-log.ts. */
export type PlayerRecord = Readonly<Record<LogFigure, number>> & {
  /** Number of the player in the battle and its log, dense from 0. */
  readonly slot: number
  /** Null for who was forgotten or is gone. */
  readonly userId: string | null
  readonly isBot: boolean
  readonly name: string
  /** Gone before the end. */
  readonly hasLeft: boolean
  readonly team: number
  readonly squad: number
  readonly classId: string
  /** By score, kills, fewer deaths; 1 is best, each place once. */
  readonly place: number
  readonly outcome: 'won' | 'lost' | 'drawn'
}

/** A finished battle. `players` by slot. */
export interface MatchRecord extends MatchHead {
  readonly players: readonly PlayerRecord[]
}

/**
 * What else a finished battle writes. `prepare` runs before the transaction, for everything that
 * computes or reads much: nothing slow may stand inside, PGlite has one connection. What it gives
 * is handed to `write`, in the transaction of the result: all of it is there, or nothing. A retry
 * prepares anew. Both may run again after a crash; `write` only ever commits once per battle.
 */
export interface AfterMatch {
  /** For the log. */
  readonly name: string
  readonly prepare?: (match: MatchRecord) => Promise<unknown>
  readonly write: (trx: Trx, match: MatchRecord, prepared: unknown) => Promise<void>
}
