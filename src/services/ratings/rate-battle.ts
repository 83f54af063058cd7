/**
 * What a battle says about each person in it. Two things count: his own performance against
 * opponents of the same battle in bands, and, weaker the larger the battle, his team's result.
 * Bots are not there: not as opponents, not as mates, not in any mean. Pure and deterministic: the
 * order of players does not matter.
 */
import { performances } from './battle-performance.ts'
import { placeAmongBands, sortOpponents } from './opponent-bands.ts'
import type { Fighter } from './opponent-bands.ts'
import { NEW_SKILL, sumSkills, withoutSkill } from './openskill.ts'
import type { PlacedSkill, Skill, TeamResult } from './openskill.ts'
import { rateInputs, sigmaAtBattle } from './rate-inputs.ts'
import {
  BOT_SHARE_MAX_RATIO,
  IDLE_FREE_DAYS,
  PLAYED_SEC_MIN,
  PLAYED_SHARE_MIN_RATIO,
  RATING_VERSION,
  SQUAD_LIFT_RATIO,
} from './rating-rules.ts'
import type {
  BattlePlayer,
  BattleRating,
  Prior,
  RatedBattle,
  RatingInputs,
  UnratedReason,
} from './rating-types.ts'

const MS_PER_DAY = 86_400_000
const NOT_PLACED = { bands: [], opponentCount: 0, isWithinClass: false }
const NEWCOMER: Prior = { ...NEW_SKILL, ratedCount: 0, ratedAtMs: undefined }

/** Changes of all persons, in the order of their ids. */
export function rateBattle(battle: RatedBattle): BattleRating {
  const persons = battle.players
    .filter(({ isBot }) => !isBot)
    .sort((a, b) => (a.userId < b.userId ? -1 : 1))
  const whyNone = findWhyUnrated(battle, persons)
  if (whyNone !== undefined) {
    return { changes: [], unrated: persons.map(({ userId }) => ({ userId, reason: whyNone })) }
  }
  const isCounted = (player: BattlePlayer) => player.hasLeft || playsEnough(battle, player)
  const field = describeField(battle, persons.filter(isCounted))
  const changes = field.fighters.map((fighter) => {
    const inputs = gatherInputs(battle, field, fighter)
    return { userId: fighter.player.userId, inputs, outcome: rateInputs(inputs) }
  })
  const short = persons.filter((player) => !isCounted(player))
  return { changes, unrated: short.map(({ userId }) => ({ userId, reason: 'short' as const })) }
}

/** Everybody who counts, sorted once for all. */
interface Field {
  readonly fighters: readonly Fighter[]
  readonly byTeam: ReadonlyMap<number, readonly Fighter[]>
  readonly teamSums: ReadonlyMap<number, Skill>
  readonly squadSums: ReadonlyMap<string, { readonly skill: Skill; readonly count: number }>
  readonly meanMu: number
  readonly opponents: ReturnType<typeof sortOpponents>
}

function findWhyUnrated(
  battle: RatedBattle,
  persons: readonly BattlePlayer[],
): UnratedReason | undefined {
  const bots = battle.players.length - persons.length
  if (bots > BOT_SHARE_MAX_RATIO * battle.players.length) return 'bots'
  const counted = persons.filter((player) => player.hasLeft || playsEnough(battle, player))
  if (new Set(counted.map(({ team }) => team)).size < 2) return 'alone'
  return battle.winner === null && persons.every(isIdle) ? 'empty' : undefined
}

/** Nothing that a result counts, not even a shot. */
function isIdle(player: BattlePlayer): boolean {
  const { kills, assists, revives, captures, healed, score, damageDone, shotsFired } = player
  const deeds = [kills, assists, revives, captures, healed, score, damageDone, shotsFired]
  return deeds.every((count) => count === 0)
}

function playsEnough(battle: RatedBattle, { playedSec }: BattlePlayer): boolean {
  const shareMin = battle.durationSec * PLAYED_SHARE_MIN_RATIO
  return playedSec >= Math.min(battle.durationSec, Math.max(PLAYED_SEC_MIN, shareMin))
}

function describeField(battle: RatedBattle, players: readonly BattlePlayer[]): Field {
  const values = performances(players, battle.formula)
  const fighters = players.map((player, index) => {
    const prior = battle.priors.get(player.userId) ?? NEWCOMER
    const idleDays = idleDaysOf(prior, battle.endedAtMs)
    const skill = { mu: prior.mu, sigma: sigmaAtBattle(prior.sigma, idleDays) }
    const isShort = !playsEnough(battle, player)
    return { player, prior, idleDays, skill, performance: values[index]!, isShort }
  })
  const byTeam = Map.groupBy(fighters, ({ player }) => player.team)
  const bySquad = Map.groupBy(fighters, squadKey)
  const teamSums = new Map(
    Array.from(byTeam, ([team, all]) => [team, sumSkills(all.map(({ skill }) => skill))]),
  )
  const squadSums = new Map(
    Array.from(bySquad, ([key, all]) => {
      return [key, { skill: sumSkills(all.map(({ skill }) => skill)), count: all.length }]
    }),
  )
  const meanMu = sumSkills(fighters.map(({ skill }) => skill)).mu / fighters.length
  return { fighters, byTeam, teamSums, squadSums, meanMu, opponents: sortOpponents(fighters) }
}

function gatherInputs(battle: RatedBattle, field: Field, fighter: Fighter): RatingInputs {
  const { player, prior, idleDays, performance } = fighter
  // Gone at once: a defeat, but no performance.
  const placed = fighter.isShort ? NOT_PLACED : placeAmongBands(field.opponents, fighter)
  const rivals = field.fighters.length - field.byTeam.get(player.team)!.length
  const playedRatio = Math.min(1, player.playedSec / Math.max(1, battle.durationSec))
  return {
    version: RATING_VERSION,
    prior: { mu: prior.mu, sigma: prior.sigma },
    idleDays,
    classId: player.classId,
    performance,
    playedRatio,
    hasLeft: player.hasLeft,
    squadLift: squadLiftOf(field, fighter),
    ...placed,
    team: teamResultOf(battle, field, fighter),
    performanceRatio: 1 - 1 / rivals,
  }
}

/** Days beyond the free ones. */
function idleDaysOf({ ratedAtMs }: Prior, nowMs: number): number {
  if (ratedAtMs === undefined) return 0
  return Math.max(0, (nowMs - ratedAtMs) / MS_PER_DAY - IDLE_FREE_DAYS)
}

function squadKey({ player }: Pick<Fighter, 'player'>): string {
  return `${player.team}/${player.squad}`
}

/** Strong mates make a good place to score from: that much is expected, and not credited. */
function squadLiftOf(field: Field, fighter: Fighter): number {
  const squad = field.squadSums.get(squadKey(fighter))
  if (squad === undefined || squad.count < 2) return 0
  const matesMu = (squad.skill.mu - fighter.skill.mu) / (squad.count - 1)
  return SQUAD_LIFT_RATIO * (matesMu - field.meanMu)
}

/** Teams by place; who left has lost whatever came after. */
function teamResultOf(battle: RatedBattle, field: Field, { player, skill }: Fighter): TeamResult {
  const { winner } = battle
  const placeOf = (team: number) => (winner === null || team === winner ? 0 : 1)
  const own = withoutSkill(field.teamSums.get(player.team)!, skill)
  const hasMates = field.byTeam.get(player.team)!.length > 1
  const others: PlacedSkill[] = []
  for (const [team, sum] of field.teamSums) {
    if (team !== player.team) others.push({ ...sum, place: placeOf(team) })
  }
  const place = player.hasLeft ? 2 : placeOf(player.team)
  return { place, mates: hasMates ? own : undefined, others }
}
