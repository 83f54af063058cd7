/**
 * Who has shown no sign of life for too long. A player's are presses, moves and turns: a soldier
 * that stands about takes a place in a team. A spectator's is looking, which the page says ten
 * times a second for as long as it draws: who watches without a touch is welcome, who put the page
 * away is not. Round-trip probes and pings are no sign of either.
 */
import type { BattleRoster } from './battle-roster.ts'
import type { Participant } from './participant.ts'
import type { RoomLimits } from './ports.ts'

type IdleLimits = Pick<RoomLimits, 'idleKickSec' | 'spectatorIdleKickSec' | 'spectatorsMax'>

/** Those to be sent away; they take snapshots and give nothing. */
export function findIdle(roster: BattleRoster, limits: IdleLimits, nowMs: number): Participant[] {
  const playerSec = limits.idleKickSec
  const isFull = roster.spectatorCount >= limits.spectatorsMax
  // The next watcher would be turned away: an absent one has the time of a player.
  const spectatorSec = isFull
    ? Math.min(playerSec, limits.spectatorIdleKickSec)
    : limits.spectatorIdleKickSec
  const idle: Participant[] = []
  for (const participant of roster.all) {
    const { isSpectator, isReceiving, activeAtMs, lookedAtMs } = participant
    const aliveAtMs = isSpectator ? Math.max(activeAtMs, lookedAtMs) : activeAtMs
    const limitSec = isSpectator ? spectatorSec : playerSec
    if (isReceiving && nowMs - aliveAtMs > limitSec * 1000) idle.push(participant)
  }
  return idle
}
