/**
 * The only ways into and out of a battle beside commands: joining, leaving, wishing for a class,
 * giving up. Called between steps; a recording of these calls and of the commands replays the
 * battle. Their events are seen with the next step's.
 */
import { assert } from '@battalion/base/assert.ts'
import type { NetId } from '@battalion/base/ids.ts'
import { NET_ID_NONE, toNetId } from '@battalion/base/ids.ts'
import type { PlayerStats } from './battle-result.ts'
import { addEvent } from './event-table.ts'
import { EventType } from './events.ts'
import {
  NET_ID_QUARANTINE_TICKS,
  PROJECTILES_MAX,
  SQUADS_PER_TEAM_MAX,
  WEAPON_SLOTS,
} from './limits.ts'
import { canTeamSpawn } from './phases.ts'
import { CELL_NONE } from './spatial-grid.ts'
import { clearAssists, clearBody, spawnSoldier } from './spawn.ts'
import { ticksOfSec } from './ticks-of-ms.ts'
import type { World } from './world.ts'
import { LifeState, Phase } from './world.ts'

/** What a joining soldier may ask for. */
export interface SoldierWish {
  readonly team?: number
  /** Within the wished team. */
  readonly squad?: number
  readonly classId?: number
  /** What `playerStats` said when he left this battle: he goes on with it and waits (W9). */
  readonly returning?: PlayerStats
}

const squadCounts = new Uint16Array(SQUADS_PER_TEAM_MAX)

/** A new soldier on the field, or undefined when the battle is full. */
export function addSoldier(world: World, wish: SoldierWish = {}): NetId | undefined {
  const { soldiers } = world
  if (world.soldierCount >= world.soldiersMax) return undefined
  const netId = findFreeSlot(world)
  if (netId === undefined) return undefined
  clearSlot(world, netId)
  const returning = world.phase === Phase.warmup ? undefined : wish.returning
  const team = chooseTeam(world, returning?.team ?? wish.team)
  assert(team < world.mode.teamCount, 'everybody is in a team of the mode')
  assert(soldiers.state[netId] === LifeState.empty, 'a free slot is empty')
  soldiers.team[netId] = team
  const squad = returning?.squad ?? (team === wish.team ? wish.squad : undefined)
  soldiers.squad[netId] = chooseSquad(world, team, squad)
  soldiers.state[netId] = LifeState.dead
  soldiers.wasUsed[netId] = 1
  soldiers.joinTick[netId] = world.tick
  world.soldierCount++
  assert(world.soldierCount <= world.soldiersMax, 'there are no more soldiers than allowed')
  world.teams.soldierCount[team]!++
  world.slotsUsed = Math.max(world.slotsUsed, netId + 1)
  setClassWish(world, netId, wish.classId ?? 0)
  world.events.target[addEvent(world.events, EventType.join)] = netId
  if (returning !== undefined) restoreFigures(world, netId, returning)
  const mustWait = returning !== undefined && world.phase === Phase.running
  assert(!mustWait || team === returning.team, 'who comes back is in his team')
  const waitTicks = mustWait ? ticksOfSec(world, world.mode.respawnSec) : 0
  soldiers.respawnTick[netId] = world.tick + waitTicks
  if (!mustWait && canTeamSpawn(world, team)) spawnSoldier(world, netId)
  return netId
}

/** Takes a soldier out; its net id rests before somebody else gets it. */
export function removeSoldier(world: World, netId: NetId): void {
  const { soldiers, teams } = world
  if (!isTakingPart(world, netId)) return
  const row = addEvent(world.events, EventType.leave)
  world.events.target[row] = netId
  world.events.value[row] = soldiers.hp[netId]!
  clearBody(world, netId)
  forgetSoldier(world, netId)
  soldiers.state[netId] = LifeState.empty
  assert(soldiers.cell[netId] === CELL_NONE, 'who leaves is in no cell')
  soldiers.freedTick[netId] = world.tick
  world.commands.present[netId] = 0
  assert(world.soldierCount > 0, 'who leaves was counted')
  assert(teams.soldierCount[soldiers.team[netId]!]! > 0, 'who leaves was in a team')
  world.soldierCount--
  teams.soldierCount[soldiers.team[netId]!]!--
}

/** The class to take at the next spawn; unknown classes mean the first. */
export function setClassWish(world: World, netId: NetId, classId: number): void {
  if (!isTakingPart(world, netId)) return
  const isKnown = Number.isInteger(classId) && world.balance.classes[classId] !== undefined
  world.soldiers.classWish[netId] = isKnown ? classId : 0
}

/** A fallen soldier stops waiting for help; its time to respawn began when it fell. */
export function giveUp(world: World, netId: NetId): void {
  if (!isTakingPart(world, netId)) return
  if (world.soldiers.state[netId] !== LifeState.down) return
  world.soldiers.downEndTick[netId] = world.tick
}

/** The next command counts whatever its seq: for a client that comes back with a new counter. */
export function forgetAck(world: World, netId: NetId): void {
  if (!isTakingPart(world, netId)) return
  world.soldiers.hasAck[netId] = 0
}

function isTakingPart(world: World, netId: number): boolean {
  return netId < world.slotsUsed && world.soldiers.state[netId] !== LifeState.empty
}

/** Lowest slot that was never used or has rested long enough. */
function findFreeSlot(world: World): NetId | undefined {
  const { soldiers, tick } = world
  for (let id = 0; id < world.capacity; id++) {
    if (soldiers.state[id] !== LifeState.empty) continue
    if (soldiers.wasUsed[id] === 0) return toNetId(id)
    if (tick - soldiers.freedTick[id]! >= NET_ID_QUARANTINE_TICKS) return toNetId(id)
  }
  return undefined
}

/** The wished team, else the smallest, the lowest of equals. */
function chooseTeam(world: World, wish: number | undefined): number {
  const { teams, mode } = world
  if (wish !== undefined && Number.isInteger(wish) && wish >= 0 && wish < mode.teamCount)
    return wish
  let best = 0
  for (let team = 1; team < mode.teamCount; team++) {
    if (teams.soldierCount[team]! < teams.soldierCount[best]!) best = team
  }
  return best
}

/** The wished squad if it has room, else the first with room, else the smallest. */
function chooseSquad(world: World, team: number, wish: number | undefined): number {
  const { soldiers } = world
  squadCounts.fill(0)
  assert(world.mode.squadSize > 0, 'a squad has room for somebody')
  for (let id = 0; id < world.slotsUsed; id++) {
    if (soldiers.state[id] === LifeState.empty || soldiers.team[id] !== team) continue
    squadCounts[soldiers.squad[id]!]!++
  }
  assert(wish === undefined || wish < SQUADS_PER_TEAM_MAX, 'a squad is one of the team')
  if (wish !== undefined && squadCounts[wish]! < world.mode.squadSize) return wish
  let smallest = 0
  for (let squad = 0; squad < SQUADS_PER_TEAM_MAX; squad++) {
    if (squadCounts[squad]! < world.mode.squadSize) return squad
    if (squadCounts[squad]! < squadCounts[smallest]!) smallest = squad
  }
  return smallest
}

/** Everything about the slot's last user, but its life count, goes. */
function clearSlot(world: World, netId: number): void {
  const { soldiers } = world
  soldiers.ackSeq[netId] = 0
  soldiers.hasAck[netId] = 0
  soldiers.lastButtons[netId] = 0
  soldiers.kills[netId] = 0
  soldiers.deaths[netId] = 0
  soldiers.assists[netId] = 0
  soldiers.revives[netId] = 0
  soldiers.captures[netId] = 0
  soldiers.score[netId] = 0
  soldiers.damageDone[netId] = 0
  soldiers.damageTaken[netId] = 0
  soldiers.healed[netId] = 0
  soldiers.shotsFired[netId] = 0
  soldiers.shotsHit[netId] = 0
  // Who waits to enter has no weapon yet, least of all the last user's.
  const rounds = netId * WEAPON_SLOTS
  soldiers.magazine.fill(0, rounds, rounds + WEAPON_SLOTS)
  soldiers.reserve.fill(0, rounds, rounds + WEAPON_SLOTS)
}

/** Who comes back goes on with what he did; the time he was away is not played. */
function restoreFigures(world: World, netId: number, figures: PlayerStats): void {
  const { soldiers, mode } = world
  const now = world.phase === Phase.ended ? world.endedTick : world.tick
  const playedTicks = Math.round(figures.playedSec * mode.tickRateHz)
  assert(playedTicks >= 0, 'nobody played less than nothing')
  assert(playedTicks <= now - world.runningSinceTick, 'nobody played longer than the battle lasts')
  soldiers.joinTick[netId] = now - playedTicks
  // Of the slot's last user else, until he enters.
  soldiers.classId[netId] = soldiers.classWish[netId]!
  soldiers.kills[netId] = figures.kills
  soldiers.deaths[netId] = figures.deaths
  soldiers.assists[netId] = figures.assists
  soldiers.revives[netId] = figures.revives
  soldiers.captures[netId] = figures.captures
  soldiers.score[netId] = figures.score
  soldiers.damageDone[netId] = figures.damageDone
  soldiers.damageTaken[netId] = figures.damageTaken
  soldiers.healed[netId] = figures.healed
  soldiers.shotsFired[netId] = figures.shotsFired
  soldiers.shotsHit[netId] = figures.shotsHit
}

/** Nobody else's records may speak of a net id that goes. */
function forgetSoldier(world: World, netId: number): void {
  const { soldiers, projectiles } = world
  clearAssists(world, netId)
  for (let entry = 0; entry < soldiers.assistActor.length; entry++) {
    if (soldiers.assistActor[entry] !== netId) continue
    soldiers.assistActor[entry] = NET_ID_NONE
    soldiers.assistDamage[entry] = 0
  }
  for (let index = 0; index < PROJECTILES_MAX; index++) {
    if (projectiles.owner[index] === netId) projectiles.owner[index] = NET_ID_NONE
  }
}
