/**
 * Writes what changed rarely from the simulation into the schema state, two to four times a second.
 * The one writer of that state. Setting an equal value costs no bytes, so everything is set.
 */
import type { World } from '@battalion/sim/world.ts'
import { TEAM_NONE } from '@battalion/sim/world.ts'
import {
  ObjectiveState,
  RosterEntry,
  STATE_TEAM_NONE,
  TeamState,
} from '../schema/battlefield-state.ts'
import type { BattlefieldState } from '../schema/battlefield-state.ts'
import type { BattleMatch } from './battle-match.ts'
import type { Participant } from './participant.ts'

const PERCENT = 100
/** Largest value of `timeLeftSec` (u16). */
const TIME_LEFT_SEC_MAX = 0xffff

/** Fresh lists for a battle that begins. */
export function resetState(state: BattlefieldState, match: BattleMatch): void {
  const { world } = match
  state.mode = world.mode.id
  state.map = world.map.map.id
  state.balanceVersion = world.balance.version
  state.matchId = match.matchId
  state.tickRateHz = world.mode.tickRateHz
  state.roster.clear()
  state.teams.clear()
  for (let team = 0; team < world.mode.teamCount; team++) state.teams.push(new TeamState())
  state.objectives.clear()
  for (const { id, name, x, z, radius } of world.map.map.objectives) {
    const objective = new ObjectiveState()
    Object.assign(objective, { id, name, x, z, radius })
    state.objectives.push(objective)
  }
}

/** Everything but the roster. */
export function projectBattle(state: BattlefieldState, match: BattleMatch): void {
  const { world } = match
  state.phase = match.phase
  state.winner = toStateTeam(world.winner)
  state.timeLeftSec = Math.min(TIME_LEFT_SEC_MAX, timeLeftSec(match))
  for (let team = 0; team < world.mode.teamCount; team++) {
    const entry = state.teams[team]!
    entry.tickets = world.teams.tickets[team]!
    entry.score = world.teams.score[team]!
    entry.playerCount = world.teams.soldierCount[team]!
  }
  for (let index = 0; index < state.objectives.length; index++) {
    const objective = state.objectives[index]!
    objective.owner = toStateTeam(world.objectives.owner[index]!)
    objective.capturing = toStateTeam(world.objectives.capturingTeam[index]!)
    objective.progress = Math.round(world.objectives.progress[index]! * PERCENT)
  }
}

/** The rows of the scoreboard; rows of players who are gone are taken out. */
export function projectRoster(
  state: BattlefieldState,
  world: World,
  players: readonly Participant[],
): void {
  const seen = new Set<string>()
  for (const player of players) {
    if (player.isSpectator) continue
    const key = String(player.netId)
    seen.add(key)
    projectPlayer(findEntry(state, key, player), world, player)
  }
  if (state.roster.size === seen.size) return
  for (const key of Array.from(state.roster.keys())) if (!seen.has(key)) state.roster.delete(key)
}

function findEntry(state: BattlefieldState, key: string, player: Participant): RosterEntry {
  const known = state.roster.get(key)
  if (known !== undefined && known.name === player.name && known.bot === player.bot) return known
  const entry = new RosterEntry()
  entry.netId = player.netId
  entry.name = player.name
  entry.bot = player.bot
  state.roster.set(key, entry)
  return entry
}

function projectPlayer(entry: RosterEntry, world: World, player: Participant): void {
  const { soldiers } = world
  const { netId } = player
  entry.team = soldiers.team[netId]!
  entry.squad = soldiers.squad[netId]!
  entry.classId = soldiers.classId[netId]!
  entry.kills = soldiers.kills[netId]!
  entry.deaths = soldiers.deaths[netId]!
  entry.assists = soldiers.assists[netId]!
  entry.score = soldiers.score[netId]!
  entry.connected = player.isConnected
}

function timeLeftSec(match: BattleMatch): number {
  const { world } = match
  const endTick = match.isOver ? match.nextBattleTick : world.phaseEndTick
  return Math.max(0, Math.ceil((endTick - world.tick) * world.dtSec))
}

function toStateTeam(team: number): number {
  return team === TEAM_NONE ? STATE_TEAM_NONE : team
}
