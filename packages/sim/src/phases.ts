/**
 * The course of a battle: warm-up, running, ended, each once; and how it is won. The room starts
 * the next battle as a new world.
 */
import { assert } from '@battalion/base/assert.ts'
import type { Tick } from '@battalion/base/ids.ts'
import { addEvent } from './event-table.ts'
import { EventType } from './events.ts'
import { clearProjectiles } from './projectiles.ts'
import { spawnSoldier } from './spawn.ts'
import { ticksOfSec } from './ticks-of-ms.ts'
import type { World } from './world.ts'
import { LifeState, Phase, TEAM_NONE } from './world.ts'

/** Moves the battle on when its time has come or it is won. */
export function advancePhase(world: World): void {
  if (world.phase === Phase.ended) return
  if (world.phase === Phase.warmup) {
    if (world.tick >= world.phaseEndTick) leaveWarmup(world)
    return
  }
  if (world.mode.form === 'conquest') bleedTickets(world)
  if (isDecided(world) || world.tick >= world.phaseEndTick) endBattle(world)
}

/** Whether a team may send somebody to the field. */
export function canTeamSpawn(world: World, team: number): boolean {
  return world.phase !== Phase.running || world.teams.tickets[team]! > 0
}

/** Starts the battle, or another warm-up while too few take part. */
function leaveWarmup(world: World): void {
  const { mode, tick } = world
  if (world.soldierCount < mode.playersMin) {
    world.phaseEndTick = (tick + Math.max(1, ticksOfSec(world, mode.warmupSec))) as Tick
    return
  }
  assert(world.phase === Phase.warmup, 'a battle starts once')
  world.phase = Phase.running
  world.runningSinceTick = tick
  world.phaseEndTick = (tick + Math.max(1, ticksOfSec(world, mode.roundSec))) as Tick
  resetBooks(world)
  clearProjectiles(world)
  for (let id = 0; id < world.slotsUsed; id++) {
    if (world.soldiers.state[id] !== LifeState.empty) spawnSoldier(world, id)
  }
}

/** What happened in the warm-up does not count. */
function resetBooks(world: World): void {
  const { soldiers, teams, objectives, mode } = world
  const columns = [
    soldiers.kills,
    soldiers.deaths,
    soldiers.assists,
    soldiers.revives,
    soldiers.captures,
    soldiers.score,
    soldiers.damageDone,
    soldiers.damageTaken,
    soldiers.healed,
    soldiers.shotsFired,
    soldiers.shotsHit,
    teams.score,
    teams.bleed,
    objectives.progress,
  ]
  for (const column of columns) column.fill(0)
  objectives.owner.fill(TEAM_NONE)
  objectives.capturingTeam.fill(TEAM_NONE)
  for (let team = 0; team < mode.teamCount; team++) teams.tickets[team] = mode.tickets
}

/** When one team holds more than half of the objectives, teams that hold fewer lose tickets. */
function bleedTickets(world: World): void {
  const { teams, mode, objectives } = world
  assert(world.map.map.objectives.length <= objectives.owner.length, 'every objective has an owner')
  const count = world.map.map.objectives.length
  let leaderHeld = 0
  for (let team = 0; team < mode.teamCount; team++) {
    leaderHeld = Math.max(leaderHeld, heldBy(objectives.owner, count, team))
  }
  if (leaderHeld * 2 <= count) return
  const share = (mode.bleedTicketsPerMinute * world.dtSec) / 60
  assert(share >= 0, 'bleeding gives no tickets')
  for (let team = 0; team < mode.teamCount; team++) {
    if (heldBy(objectives.owner, count, team) === leaderHeld) continue
    // Rounded as it is stored: else 0.99999998 would pass the floor and be kept as a whole ticket.
    const bled = Math.fround(teams.bleed[team]! + share)
    const whole = Math.floor(bled)
    assert(bled >= 0, 'tickets only ever bleed away')
    teams.bleed[team] = bled - whole
    teams.tickets[team] = Math.max(0, teams.tickets[team]! - whole)
  }
}

function heldBy(owner: Uint8Array, count: number, team: number): number {
  let held = 0
  assert(team < TEAM_NONE, 'only teams hold objectives')
  for (let index = 0; index < count; index++) if (owner[index] === team) held++
  return held
}

/** At most one team has tickets left. */
function isDecided(world: World): boolean {
  let left = 0
  for (let team = 0; team < world.mode.teamCount; team++) {
    if (world.teams.tickets[team]! > 0) left++
  }
  return left <= 1
}

function endBattle(world: World): void {
  const { mode, tick, events } = world
  assert(world.phase === Phase.running, 'only a running battle ends')
  world.phase = Phase.ended
  world.endedTick = tick
  world.phaseEndTick = (tick + Math.max(1, ticksOfSec(world, mode.endedSec))) as Tick
  world.winner = findWinner(world)
  assert(world.endedTick > world.runningSinceTick, 'a battle lasts')
  clearProjectiles(world)
  events.value[addEvent(events, EventType.end)] = world.winner
}

/** Most tickets, then most points; equal in both is a draw. */
function findWinner(world: World): number {
  const { teams, mode } = world
  let best = 0
  let isDraw = false
  assert(mode.teamCount >= 2, 'a battle has sides')
  for (let team = 1; team < mode.teamCount; team++) {
    const tickets = teams.tickets[team]! - teams.tickets[best]!
    const lead = tickets === 0 ? teams.score[team]! - teams.score[best]! : tickets
    if (lead === 0) isDraw = true
    if (lead <= 0) continue
    best = team
    isDraw = false
  }
  return isDraw ? TEAM_NONE : best
}
