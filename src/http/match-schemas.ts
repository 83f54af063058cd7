/** Finished battles and their players as routes answer them, to players and to staff. */
import { z } from '@hono/zod-openapi'

import type { SeenPlayer } from '../services/matches/match-desk.ts'
import type { MatchPlayer, MatchSummary } from '../services/matches/match-reads.ts'

/** A whole number. */
export const count = z.number().int()

/** What a player did, in one battle or over all of them. */
export const figures = {
  kills: count,
  deaths: count,
  assists: count,
  revives: count,
  captures: count,
  damageDone: count,
  damageTaken: count,
  healed: count,
  shotsFired: count,
  shotsHit: count,
  playedSec: count,
}

const Team = z.object({ team: count, score: count, tickets: count })
/** A battle. */
export const Summary = z
  .object({
    matchId: z.string(),
    mode: z.string(),
    map: z.string(),
    region: z.string(),
    balanceVersion: z.string(),
    startedAt: z.iso.datetime(),
    endedAt: z.iso.datetime(),
    durationSec: count,
    winner: count.nullable(),
    teams: z.array(Team),
    players: count,
    people: count,
  })
  .openapi('MatchSummary')
/** A player of it; without name and id where those are not shown. */
export const Player = z
  .object({
    slot: count,
    userId: z.string().nullable(),
    name: z.string().nullable(),
    isBot: z.boolean(),
    hasLeft: z.boolean(),
    team: count,
    squad: count,
    classId: z.string(),
    place: count,
    outcome: z.enum(['won', 'lost', 'drawn']),
    score: count,
    ...figures,
  })
  .openapi('MatchPlayer')

/** A battle as it is answered. */
export function showMatch(match: MatchSummary): z.infer<typeof Summary> {
  const { matchId, mode, map, region, balanceVersion, durationSec, winner, teams } = match
  return {
    matchId,
    mode,
    map,
    region,
    balanceVersion,
    startedAt: match.startedAt.toISOString(),
    endedAt: match.endedAt.toISOString(),
    durationSec,
    winner,
    teams: [...teams],
    players: match.playerCount,
    people: match.peopleCount,
  }
}

/** A player as he is answered. */
export function showPlayer(player: SeenPlayer | MatchPlayer): z.infer<typeof Player> {
  return { ...player }
}
