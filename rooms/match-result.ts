/**
 * From a world that has ended to the result everybody is told: a row per player, best first.
 * Whoever left during the battle keeps the row he left with.
 */
import type { MatchId } from '@battalion/base/ids.ts'
import type { World } from '@battalion/sim/world.ts'
import { TEAM_NONE } from '@battalion/sim/world.ts'
import type { BattleResult, PlayerResult } from '@battalion/wire/messages.ts'

/** Who a row is about. */
export interface ResultPlayer {
  readonly netId: number
  readonly name: string
  readonly bot: boolean
}

/** The row of one player as things stand. */
export function toPlayerResult(world: World, player: ResultPlayer): PlayerResult {
  const { soldiers, balance } = world
  const { netId } = player
  return {
    netId,
    name: player.name,
    bot: player.bot,
    team: soldiers.team[netId]!,
    squad: soldiers.squad[netId]!,
    classId: balance.classes[soldiers.classId[netId]!]?.id ?? '',
    kills: soldiers.kills[netId]!,
    deaths: soldiers.deaths[netId]!,
    assists: soldiers.assists[netId]!,
    revives: soldiers.revives[netId]!,
    captures: soldiers.captures[netId]!,
    score: soldiers.score[netId]!,
    damageDone: soldiers.damageDone[netId]!,
    damageTaken: soldiers.damageTaken[netId]!,
    healed: soldiers.healed[netId]!,
    shotsFired: soldiers.shotsFired[netId]!,
    shotsHit: soldiers.shotsHit[netId]!,
    playedSec: Math.round((world.tick - soldiers.joinTick[netId]!) * world.dtSec),
  }
}

/** The result of `world` with the rows of all its players. */
export function toBattleResult(
  world: World,
  matchId: MatchId,
  rows: readonly PlayerResult[],
): BattleResult {
  const { mode, map, balance, teams } = world
  const endTick = world.endedTick === 0 ? world.tick : world.endedTick
  return {
    matchId,
    mode: mode.id,
    map: map.map.id,
    balanceVersion: balance.version,
    winner: world.winner === TEAM_NONE ? null : world.winner,
    durationSec: Math.round((endTick - world.runningSinceTick) * world.dtSec),
    teams: Array.from({ length: mode.teamCount }, (_, team) => ({
      team,
      score: teams.score[team]!,
      tickets: teams.tickets[team]!,
    })),
    players: rows.toSorted((a, b) => b.score - a.score || b.kills - a.kills || a.netId - b.netId),
  }
}
