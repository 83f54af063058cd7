/** The lines of a battle's course: when it began in which room, and how it ended. */
import type { BattleResult } from '@battalion/wire/messages.ts'
import type { BattleMatch } from './battle-match.ts'
import type { Logger } from './ports.ts'

/** A battle begins. */
export function logBegin(logger: Logger, room: string, { matchId: match, world }: BattleMatch) {
  const { mode, map, seed } = world
  const fields = { event: 'battle.begin', room, match, mode: mode.id, map: map.map.id, seed }
  logger.info(fields, 'a battle begins')
}

/** A battle is over. */
export function logEnd(logger: Logger, room: string, result: BattleResult) {
  const { matchId: match, winner, durationSec, players } = result
  const fields = { event: 'battle.end', room, match, winner, durationSec, players: players.length }
  logger.info(fields, 'a battle is over')
}
