/**
 * One battle of the fairness experiment: two equal teams on the shipped duel map, one of them
 * marked. The marked players have the habits of an arm, everybody else is honest. Battle, queues
 * and parser are the rooms' own; time is counted in steps and all chance comes from the seed.
 */
import { assert } from '@battalion/base/assert.ts'
import { createPrng } from '@battalion/base/prng.ts'
import type { MatchId, UserId } from '@battalion/base/ids.ts'
import type { Balance, Mode } from '@battalion/sim/balance.ts'
import { EventType } from '@battalion/sim/events.ts'
import type { World } from '@battalion/sim/world.ts'
import { BattleMatch } from '../../../rooms/battle-match.ts'
import type { FairnessArm } from './fairness-arms.ts'
import { HONEST_ARM } from './fairness-arms.ts'
import type { DoorCounts } from './fairness-link.ts'
import { FairnessLink } from './fairness-link.ts'
import { FairnessPlayer } from './fairness-player.ts'
import { FairnessSight } from './fairness-sight.ts'

/** Players of a team. */
const TEAM_SIZE = 6
/** Classes both teams take in turn: all that shoot at once, which is what stamps matter to. */
const CLASS_IDS = ['assault', 'medic', 'recon']

const RULES: Partial<Mode> = {
  warmupSec: 1,
  roundSec: 3600,
  tickets: 60_000,
  bleedTicketsPerMinute: 0,
  respawnSec: 1,
  protectionSec: 1,
  downSec: 0,
  friendlyFireRatio: 0,
  form: 'conquest',
  playersMax: TEAM_SIZE * 2,
}

export interface FairnessBattleOptions {
  readonly balance: Balance
  readonly arm: FairnessArm
  readonly seed: number
  readonly markedTeam: 0 | 1
  readonly steps: number
}

/** What a battle came to, for the marked team. */
export interface FairnessTally {
  /** Enemies the marked killed, and marked players the others killed. */
  kills: number
  deaths: number
  /** Shots judged at the oldest allowed time, hits on who had reached cover by then; both teams. */
  clamped: number
  behindCover: number
  /** Frames of the marked at the door, commands dropped and frames refused there. */
  readonly door: DoorCounts
}

/** Plays one battle. The same options give the same tally. */
export function playFairnessBattle(options: FairnessBattleOptions): FairnessTally {
  const { arm, seed, markedTeam, steps } = options
  const balance = balanceOfArm(options.balance, arm)
  const match = createMatch(balance, seed)
  const { world, queues } = match
  const sight = new FairnessSight(world)
  const door = { frames: 0, dropped: 0, refused: 0 }
  const honestDoor = { ...door }
  const crew = Array.from({ length: TEAM_SIZE * 2 }, (_, index) => {
    // Seats alternate, so that neither side has the lower net ids.
    const team = index % 2
    const isMarked = team === markedTeam
    const netId = enlist(match, { index, team, isBoosted: isMarked && arm.damageRatio !== 1 })
    const habits = isMarked ? arm : { ...HONEST_ARM, link: arm.othersLink }
    const counts = isMarked ? door : honestDoor
    const dice = createPrng(seed * 97 + index * 2)
    const tickMs = world.dtSec * 1000
    const link = new FairnessLink({ arm: habits, netId, dice, queues, counts, tickMs })
    const playerSeed = seed * 97 + index * 2 + 1
    const player = { world, sight, queues, link, arm: habits, netId, seed: playerSeed }
    return { link, player: new FairnessPlayer(player) }
  })
  const tally = { kills: 0, deaths: 0, clamped: 0, behindCover: 0, door }
  for (let step = 0; step < steps; step++) {
    for (const { player } of crew) player.act(world.tick)
    for (const { link } of crew) link.deliver(world.tick)
    match.takeCommands()
    match.step()
    sight.record()
    countKills(world, markedTeam, tally)
  }
  tally.clamped = world.counters.rewindClamped[0]!
  tally.behindCover = world.counters.hitsBehindCover[0]!
  return tally
}

function createMatch(balance: Balance, seed: number): BattleMatch {
  const mode = balance.modes.find(({ id }) => id === 'duel')
  assert(mode !== undefined, 'the balance has a duel')
  return new BattleMatch({
    balance,
    mode,
    mapId: 'duel',
    matchId: `fairness-${seed}` as MatchId,
    seed,
    playersMax: TEAM_SIZE * 2,
    startedAtMs: 0,
  })
}

interface Recruit {
  readonly index: number
  readonly team: number
  readonly isBoosted: boolean
}

function enlist(match: BattleMatch, { index, team, isBoosted }: Recruit): number {
  const { classes } = match.world.balance
  const id = CLASS_IDS[(index >> 1) % CLASS_IDS.length]!
  const classId = classes.findIndex((one) => one.id === (isBoosted ? `${id}${BOOSTED}` : id))
  assert(classId >= 0, 'the class is in the balance')
  const netId = match.add(`fairness-${index}` as UserId, classId)
  assert(netId !== undefined, 'there is room for both teams')
  assert(match.world.soldiers.team[netId] === team, 'teams fill in turn')
  return netId
}

/** Suffix of classes and weapons that do more damage, for the planted advantage alone. */
const BOOSTED = '-boosted'

function balanceOfArm(balance: Balance, { damageRatio }: FairnessArm): Balance {
  const modes = balance.modes.map((mode) => (mode.id === 'duel' ? { ...mode, ...RULES } : mode))
  if (damageRatio === 1) return { ...balance, modes }
  const count = balance.weapons.length
  const weapons = balance.weapons.map((weapon) => ({
    ...weapon,
    id: `${weapon.id}${BOOSTED}`,
    damage: weapon.damage * damageRatio,
    damageMin: weapon.damageMin * damageRatio,
  }))
  const classes = balance.classes.map((one) => ({
    ...one,
    id: `${one.id}${BOOSTED}`,
    weapons: one.weapons.map((weapon) => weapon + count),
  }))
  return {
    ...balance,
    modes,
    weapons: [...balance.weapons, ...weapons],
    classes: [...balance.classes, ...classes] as Balance['classes'],
  }
}

function countKills(world: World, markedTeam: number, tally: FairnessTally): void {
  const { events, soldiers } = world
  for (let row = 0; row < events.count; row++) {
    if (events.type[row] !== EventType.kill) continue
    const actor = events.actor[row]!
    const target = events.target[row]!
    if (actor >= world.capacity || soldiers.team[actor] === soldiers.team[target]) continue
    if (soldiers.team[actor] === markedTeam) tally.kills++
    else tally.deaths++
  }
}
