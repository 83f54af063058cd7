/** A battle read back from its file: the shape is checked, since a file is an outside value. */
import { LOG_SLOTS_MAX } from '@battalion/sim/battle-log.ts'
import { z } from 'zod'

import type { PackedMatch } from './pack-match.ts'

const text = z.string().max(200)
const whole = z.int()
const count = z.int().min(0)
/** An array literal of numbers: goes into SQL as a parameter, so a wrong one only fails. */
const numbers = z.string().regex(/^\{[\d,-]*\}$/)

const Player = z.strictObject({
  slot: count,
  userId: z.uuid().nullable(),
  isBot: z.boolean(),
  name: z.string().max(64),
  hasLeft: z.boolean(),
  team: count,
  squad: count,
  classId: text,
  place: z.int().min(1),
  outcome: z.enum(['won', 'lost', 'drawn']),
  kills: count,
  deaths: count,
  assists: count,
  revives: count,
  captures: count,
  score: whole,
  damageDone: count,
  damageTaken: count,
  healed: count,
  shotsFired: count,
  shotsHit: count,
  playedSec: count,
})

const Match = z.strictObject({
  matchId: z.string().min(1).max(64),
  fence: z.int().min(1),
  roomId: text,
  region: text,
  mode: text,
  map: text,
  balanceVersion: text,
  seed: count,
  tickRateHz: z.int().min(1),
  startedAtMs: whole,
  endedAtMs: whole,
  durationSec: count,
  winner: count.nullable(),
  teams: z.array(z.strictObject({ team: count, score: whole, tickets: whole })).max(16),
  players: z.array(Player).max(LOG_SLOTS_MAX),
})

const Packed = z.strictObject({
  match: Match,
  log: z.array(
    z.strictObject({
      rowCount: z.int().min(1),
      ticks: numbers,
      kinds: numbers,
      actors: numbers,
      targets: numbers,
      details: numbers,
      amounts: numbers,
    }),
  ),
  logDropped: count,
})

/** The battle, or a throw that says what is wrong with it. */
export function parsePacked(value: unknown): PackedMatch {
  return Packed.parse(value)
}
