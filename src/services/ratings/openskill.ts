/**
 * The one file that knows openskill (Weng and Lin's Bayesian ranking). Two questions are asked of
 * it: what a result of teams says about one player (Plackett-Luce, as the library does by default),
 * and what one performance says against bands of opponents (Bradley-Terry, all pairs). Pure.
 */
import { rate } from 'openskill'
import { bradleyTerryFull } from 'openskill/models'

/** What is believed of a skill: mean and standard deviation. */
export interface Skill {
  readonly mu: number
  readonly sigma: number
}

/** Of somebody never seen; openskill's defaults, in which the deviation of skills is the unit. */
export const NEW_SKILL: Skill = { mu: 25, sigma: 25 / 3 }

/** A team or band with its place; the lower place is the better one, equal ones are a draw. */
export interface PlacedSkill extends Skill {
  readonly place: number
}

/** A player's team without him, and the other teams, each as one skill: the sum of its players'. */
export interface TeamResult {
  readonly place: number
  /** Undefined when he is his whole team. */
  readonly mates: Skill | undefined
  readonly others: readonly PlacedSkill[]
}

/**
 * A player's skill after a result of teams. Equal to rating whole teams (Plackett-Luce reads of a
 * team only its sums), in time that does not grow with them.
 */
export function rateTeamResult(player: Skill, result: TeamResult): Skill {
  const own = result.mates === undefined ? [player] : [player, result.mates]
  const teams = [own, ...result.others.map(({ mu, sigma }) => [{ mu, sigma }])]
  const rank = [result.place, ...result.others.map(({ place }) => place)]
  return rate(teams, { rank, tau: 0 })[0]![0]!
}

/** How a performance against bands is read. */
export interface BandReading {
  /** Deviation of one battle's performance around the skill, in the model's terms. */
  readonly beta: number
  /** How many independent comparisons all bands together count for. */
  readonly evidence: number
}

/**
 * A player's skill after one performance: placed 0 among `bands`, those he passed have place 1,
 * those above him -1, his own band 0. The comparisons share the one performance, so together they
 * count as `evidence` comparisons, however many bands there are.
 */
export function rateAgainstBands(
  player: Skill,
  bands: readonly PlacedSkill[],
  { beta, evidence }: BandReading,
): Skill {
  const share = evidence / bands.length
  const teams = [[player], ...bands.map(({ mu, sigma }) => [{ mu, sigma }])]
  const rank = [0, ...bands.map(({ place }) => place)]
  const options = { rank, beta, tau: 0, model: bradleyTerryFull, gamma: () => share }
  const rated = rate(teams, options)[0]![0]!
  return { mu: player.mu + share * (rated.mu - player.mu), sigma: rated.sigma }
}

/** The skills of several as one team's: means and variances add up. */
export function sumSkills(skills: Iterable<Skill>): Skill {
  let mu = 0
  let variance = 0
  for (const skill of skills) {
    mu += skill.mu
    variance += skill.sigma * skill.sigma
  }
  return { mu, sigma: Math.sqrt(variance) }
}

/** One player taken out of a team's sum. */
export function withoutSkill(team: Skill, player: Skill): Skill {
  const variance = team.sigma * team.sigma - player.sigma * player.sigma
  return { mu: team.mu - player.mu, sigma: Math.sqrt(Math.max(0, variance)) }
}

/** Whole teams by their result alone, as the library does it; ours is compared with this. */
export function rateTeams(teams: readonly (readonly Skill[])[], places: readonly number[]) {
  return rate(teams, { rank: [...places] }) as Skill[][]
}
