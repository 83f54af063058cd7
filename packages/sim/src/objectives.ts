/**
 * Capture points: a team alone at a place takes it with time, more soldiers faster up to three.
 * Rivals freeze it; left alone it falls back.
 */
import { assert } from '@battalion/base/assert.ts'
import { addEvent } from './event-table.ts'
import { EventType } from './events.ts'
import { OBJECTIVES_MAX, TEAMS_MAX } from './limits.ts'
import { addScore, isAtObjective } from './scoring.ts'
import type { World } from './world.ts'
import { LifeState, Phase, TEAM_NONE } from './world.ts'

/** More soldiers than this capture no faster. */
const CAPTURERS_MAX = 3

/** Moves every objective on by one step. */
export function advanceObjectives(world: World): void {
  if (world.mode.form !== 'conquest' || world.phase !== Phase.running) return
  const places = world.map.map.objectives
  if (places.length === 0) return
  countPresence(world)
  for (let index = 0; index < places.length; index++) advanceObjective(world, index)
}

/** How many living soldiers of each team stand at each objective. */
function countPresence(world: World): void {
  const { soldiers, slotsUsed, scratch } = world
  const { presence } = scratch
  const places = world.map.map.objectives
  presence.fill(0)
  assert(places.length <= OBJECTIVES_MAX, 'every objective has its count')
  for (let id = 0; id < slotsUsed; id++) {
    if (soldiers.state[id] !== LifeState.alive) continue
    for (let index = 0; index < places.length; index++) {
      if (isAtObjective(world, index, id)) presence[index * TEAMS_MAX + soldiers.team[id]!]!++
    }
  }
}

function advanceObjective(world: World, index: number): void {
  const { objectives, mode, dtSec } = world
  const team = soleTeamAt(world, index)
  if (team === TEAM_CONTESTED) return
  const stepShare = dtSec / mode.captureSec
  assert(stepShare > 0, 'a capture takes time')
  if (team === TEAM_NONE || team === objectives.owner[index]) {
    fallBack(world, index, stepShare)
    return
  }
  if (objectives.capturingTeam[index] !== team) {
    objectives.capturingTeam[index] = team
    objectives.progress[index] = 0
  }
  const count = Math.min(world.scratch.presence[index * TEAMS_MAX + team]!, CAPTURERS_MAX)
  assert(count > 0, 'who captures is there')
  objectives.progress[index] = Math.min(1, objectives.progress[index]! + stepShare * count)
  assert(objectives.progress[index] > 0, 'who captures gets on')
  if (objectives.progress[index] === 1) changeOwner(world, index, team)
}

/** Several teams stand there. */
const TEAM_CONTESTED = 0xfe

/** The only team at an objective, TEAM_NONE for nobody. */
function soleTeamAt(world: World, index: number): number {
  let sole = TEAM_NONE
  for (let team = 0; team < TEAMS_MAX; team++) {
    if (world.scratch.presence[index * TEAMS_MAX + team] === 0) continue
    if (sole !== TEAM_NONE) return TEAM_CONTESTED
    sole = team
  }
  return sole
}

function fallBack(world: World, index: number, share: number): void {
  const { objectives } = world
  objectives.progress[index] = Math.max(0, objectives.progress[index]! - share)
  assert(objectives.progress[index] < 1, 'who has it all has changed hands')
  if (objectives.progress[index] === 0) objectives.capturingTeam[index] = TEAM_NONE
}

function changeOwner(world: World, index: number, team: number): void {
  const { objectives, soldiers, events, balance, slotsUsed } = world
  assert(team < world.mode.teamCount, 'an objective goes to a team of the mode')
  assert(objectives.owner[index] !== team, 'an objective goes to another team')
  objectives.owner[index] = team
  objectives.capturingTeam[index] = TEAM_NONE
  objectives.progress[index] = 0
  const row = addEvent(events, EventType.capture)
  events.kind[row] = index
  events.value[row] = team
  events.x[row] = world.map.map.objectives[index]!.x
  events.z[row] = world.map.map.objectives[index]!.z
  for (let id = 0; id < slotsUsed; id++) {
    if (soldiers.state[id] !== LifeState.alive || soldiers.team[id] !== team) continue
    if (!isAtObjective(world, index, id)) continue
    soldiers.captures[id]!++
    addScore(world, id, balance.formulas.score.capture)
  }
}
