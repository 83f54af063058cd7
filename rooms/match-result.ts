/**
 * From a world that has ended to the result everybody is told: a row per player, best first.
 * Whoever left during the battle keeps the row he left with.
 */
import type { MatchId } from '@battalion/base/ids.ts'
import { battleDurationSec, teamStats, winnerOf } from '@battalion/sim/battle-result.ts'
import type { PlayerStats } from '@battalion/sim/battle-result.ts'
import type { World } from '@battalion/sim/world.ts'
import type { BattleResult, PlayerResult } from '@battalion/wire/messages.ts'

/**
 * Rows one client is told (37 KB). The rows of 1,500 players are 276 KB: more than a socket may
 * hold before its client counts as too slow, and packed once per client they stop the process for
 * seconds.
 */
export const RESULT_ROWS_TOLD_MAX = 200

/** Who a row is about. */
export interface ResultPlayer {
  readonly netId: number
  readonly name: string
  readonly bot: boolean
}

/** The row of one player with what he came to. */
export function toPlayerResult(
  { playedSec, ...figures }: PlayerStats,
  { name, bot }: Pick<ResultPlayer, 'name' | 'bot'>,
): PlayerResult {
  return { ...figures, name, bot, playedSec: Math.round(playedSec) }
}

/** The result of `world` with the rows of all its players, best first (B6). */
export function toBattleResult(
  world: World,
  matchId: MatchId,
  rows: readonly PlayerResult[],
): BattleResult {
  return {
    matchId,
    mode: world.mode.id,
    map: world.map.map.id,
    balanceVersion: world.balance.version,
    winner: winnerOf(world),
    durationSec: Math.round(battleDurationSec(world)),
    teams: teamStats(world),
    players: rows.toSorted(
      (a, b) => b.score - a.score || b.kills - a.kills || a.deaths - b.deaths || a.netId - b.netId,
    ),
  }
}

/** What the client of `netId` is told of `result`: all of it, or the best rows and his own. */
export function resultFor(result: BattleResult, netId: number): BattleResult {
  if (result.players.length <= RESULT_ROWS_TOLD_MAX) return result
  const players = result.players.slice(0, RESULT_ROWS_TOLD_MAX)
  const own = result.players.find((row) => row.netId === netId && row.left !== true)
  if (own !== undefined && !players.includes(own)) players.push(own)
  return { ...result, players }
}
