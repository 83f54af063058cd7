/**
 * A finished battle's ratings, written with its result. Rated in a thread before the transaction;
 * in it the ratings are locked and compared with those that were read: when another battle came in
 * between, this one is rated again from what holds now. So battles of one player count one after
 * another, each once.
 */
import type { Database, Trx } from '../../db/database.ts'
import type { AfterMatch, MatchRecord } from '../matches/match-record.ts'
import { insertCalculations, lockPriors, readPriors } from './rating-queries.ts'
import type {
  BattlePlayer,
  CalculationColumns,
  Prior,
  RatedBattle,
  ScoreFormula,
} from './rating-types.ts'

/** What it stands on. */
export interface MatchRatingPorts {
  readonly database: Pick<Database, 'patient'>
  /** Rates off the rooms' thread. */
  readonly worker: { rate(battle: RatedBattle): Promise<CalculationColumns> }
  /** Points per deed of a version of the balance. */
  readonly findFormula: (balanceVersion: string) => Promise<ScoreFormula>
}

interface Prepared {
  readonly formula: ScoreFormula
  readonly priors: ReadonlyMap<string, Prior>
  readonly rating: CalculationColumns
}

/** Ratings join the transaction of a result by this. */
export function createMatchRating(ports: MatchRatingPorts): AfterMatch {
  return {
    name: 'ratings',
    prepare: (match) => prepare(ports, match),
    write: (trx, match, prepared) => write(trx, ports, { match, prepared: prepared as Prepared }),
  }
}

async function prepare(ports: MatchRatingPorts, match: MatchRecord): Promise<Prepared> {
  const priors = await readPriors(ports.database.patient.db, keysOf(match))
  const formula = await ports.findFormula(match.balanceVersion)
  return { formula, priors, rating: await ports.worker.rate(toBattle(match, priors, formula)) }
}

async function write(
  trx: Trx,
  ports: MatchRatingPorts,
  { match, prepared }: { readonly match: MatchRecord; readonly prepared: Prepared },
): Promise<void> {
  const keys = keysOf(match)
  if (keys.userIds.length === 0) return
  const held = await lockPriors(trx, keys)
  const isCurrent = keys.userIds.every(
    (userId) => held.get(userId)?.ratedCount === (prepared.priors.get(userId)?.ratedCount ?? 0),
  )
  // Rare: somebody's other battle ended at the same time. The rows wait for the thread meanwhile.
  const rating = isCurrent
    ? prepared.rating
    : await ports.worker.rate(toBattle(match, held, prepared.formula))
  await insertCalculations(trx, match, rating)
}

/** The people of a battle. */
function keysOf({ mode, players }: MatchRecord): { mode: string; userIds: string[] } {
  const people = players.flatMap(({ userId, isBot }) => (isBot || userId === null ? [] : [userId]))
  return { mode, userIds: people.sort() }
}

function toBattle(
  match: MatchRecord,
  priors: ReadonlyMap<string, Prior>,
  formula: ScoreFormula,
): RatedBattle {
  const { endedAtMs, durationSec, winner } = match
  const players = match.players.flatMap((player): BattlePlayer[] => {
    const { userId, isBot } = player
    if (isBot) return [toPlayer(player, `bot ${player.slot}`)]
    return userId === null ? [] : [toPlayer(player, userId)]
  })
  return { endedAtMs, durationSec, winner, players, priors, formula }
}

function toPlayer(player: MatchRecord['players'][number], userId: string): BattlePlayer {
  const { isBot, team, squad, hasLeft, classId, kills, assists, revives, captures } = player
  const { score, healed, damageDone, shotsFired, playedSec } = player
  const who = { userId, isBot, team, squad, hasLeft, classId }
  const deeds = { kills, assists, revives, captures, score, healed, damageDone, shotsFired }
  return { ...who, ...deeds, playedSec }
}
