/**
 * What a battle comes to: a row per soldier with everything the result screen and the accounts
 * need, and the level curve of the balance. Reads the world, changes nothing.
 */
import { assert } from '@battalion/base/assert.ts'
import type { LevelCurve } from './balance.ts'
import type { World } from './world.ts'
import { LifeState, Phase, TEAM_NONE } from './world.ts'

/** Binary places of a fractional exponent that count; 16 are exact to 0.01 % at level 1,000. */
const EXPONENT_BITS = 16

/** The figures of one soldier; names and accounts are the room's. */
export interface PlayerStats {
  readonly netId: number
  readonly team: number
  readonly squad: number
  readonly classId: string
  readonly kills: number
  readonly deaths: number
  readonly assists: number
  readonly revives: number
  readonly captures: number
  readonly score: number
  readonly damageDone: number
  readonly damageTaken: number
  readonly healed: number
  readonly shotsFired: number
  readonly shotsHit: number
  readonly playedSec: number
}

/** The figures of one team. */
export interface TeamStats {
  readonly team: number
  readonly score: number
  readonly tickets: number
}

/** The figures of one soldier, so far or at the end. */
export function playerStats(world: World, netId: number): PlayerStats {
  const { soldiers, balance } = world
  assert(netId < world.capacity, 'a net id is a slot of the world')
  assert(soldiers.state[netId] !== LifeState.empty, 'only who takes part has figures')
  return {
    netId,
    team: soldiers.team[netId]!,
    squad: soldiers.squad[netId]!,
    classId: balance.classes[soldiers.classId[netId]!]!.id,
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
    playedSec: playedSec(world, netId),
  }
}

/** Everybody's figures, best first: score, then kills, then fewer deaths, then net id. */
export function battleStats(world: World): PlayerStats[] {
  const rows: PlayerStats[] = []
  for (let id = 0; id < world.slotsUsed; id++) {
    if (world.soldiers.state[id] !== LifeState.empty) rows.push(playerStats(world, id))
  }
  return rows.sort(
    (a, b) => b.score - a.score || b.kills - a.kills || a.deaths - b.deaths || a.netId - b.netId,
  )
}

/** The teams of the mode, in order. */
export function teamStats(world: World): TeamStats[] {
  const rows: TeamStats[] = []
  for (let team = 0; team < world.mode.teamCount; team++) {
    rows.push({ team, score: world.teams.score[team]!, tickets: world.teams.tickets[team]! })
  }
  return rows
}

/** Winning team, null for a draw and while the battle is on. */
export function winnerOf(world: World): number | null {
  return world.phase === Phase.ended && world.winner !== TEAM_NONE ? world.winner : null
}

/** How long the battle proper has lasted (s), without warm-up and what came after. */
export function battleDurationSec(world: World): number {
  if (world.phase === Phase.warmup) return 0
  const end = world.phase === Phase.ended ? world.endedTick : world.tick
  return (end - world.runningSinceTick) / world.mode.tickRateHz
}

/** Points needed in all to reach a level; level 1 needs none. */
export function pointsForLevel(curve: LevelCurve, level: number): number {
  assert(level >= 1, 'levels count from 1')
  assert(curve.exponent >= 0, 'levels never get cheaper')
  return Math.round(curve.base * powerOf(level - 1, curve.exponent))
}

/** base ^ exponent by multiplications and roots alone: `**` may differ between engines. */
function powerOf(base: number, exponent: number): number {
  const whole = Math.floor(exponent)
  assert(base >= 0, 'a level counts from 1')
  let power = 1
  for (let count = 0; count < whole; count++) power *= base
  let rest = exponent - whole
  let root = base
  for (let bit = 0; bit < EXPONENT_BITS && rest > 0; bit++) {
    root = Math.sqrt(root)
    rest *= 2
    if (rest < 1) continue
    power *= root
    rest -= 1
  }
  return power
}

/** The level that so many points make. */
export function levelOfPoints(curve: LevelCurve, points: number): number {
  let level = 1
  assert(curve.levelMax >= 1, 'there is a level')
  while (level < curve.levelMax && pointsForLevel(curve, level + 1) <= points) level++
  return level
}

function playedSec(world: World, netId: number): number {
  if (world.phase === Phase.warmup) return 0
  const end = world.phase === Phase.ended ? world.endedTick : world.tick
  const start = Math.max(world.soldiers.joinTick[netId]!, world.runningSinceTick)
  return Math.max(0, end - start) / world.mode.tickRateHz
}
