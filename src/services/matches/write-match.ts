/**
 * A finished battle becomes true: one transaction with its row, its players, its log, everybody's
 * sums, what else follows from it, and the event that says so. The battle's id is unique, so
 * however often a result is reported, by whichever process, it is written once (I-8); a process
 * that lost the battle to another one writes nothing.
 */
import { AppError } from '@battalion/base/app-error.ts'
import type { Clock } from '@battalion/base/clock.ts'

import type { Database, Db, Trx } from '../../db/database.ts'
import { withDeadline } from '../../db/transaction-scope.ts'
import type { EventOutbox } from '../outbox/event-outbox.ts'
import { DELETED_NAME } from './match-data.ts'
import { addToStats, insertLog, insertPlayers, insertSession, lockFence } from './match-writes.ts'
import type { AfterMatch, MatchRecord } from './match-record.ts'
import type { PackedMatch } from './pack-match.ts'

/** What writing stands on. */
export interface WritePorts {
  readonly clock: Clock
  readonly outbox: EventOutbox
  /** Which of these users there are; others' rows are kept as nobody's. */
  readonly findKnownUsers: (db: Db, userIds: readonly string[]) => Promise<ReadonlySet<string>>
  /** What else is written with it, in this order. */
  readonly afterMatch: readonly AfterMatch[]
}

/** What became of a result: written now, there already, or reported by who no longer may. */
export type WriteOutcome = 'stored' | 'duplicate' | 'stale'

/** A write that takes longer is given up and tried again (ms); 1,000 players take half a second. */
const WRITE_MS_MAX = 30_000

/** Topic of the event; its key is the battle's id. */
export const MATCHES_TOPIC = 'matches'

/** Writes a battle. Throws when the database is away or refuses it; then nothing is written. */
export async function writeMatch(
  database: Pick<Database, 'patient'>,
  ports: WritePorts,
  packed: PackedMatch,
): Promise<WriteOutcome> {
  const endMs = ports.clock.monotonicMs() + WRITE_MS_MAX
  return withDeadline(endMs, async () => {
    const match = await forgetUnknown(database.patient.db, ports, packed.match)
    const prepared: unknown[] = []
    for (const each of ports.afterMatch) prepared.push(await each.prepare?.(match))
    return database.patient.transact((trx) => write(trx, ports, { ...packed, match }, prepared))
  })
}

async function write(
  trx: Trx,
  ports: WritePorts,
  packed: PackedMatch,
  prepared: readonly unknown[],
): Promise<WriteOutcome> {
  const { match } = packed
  const outcome = await writeRows(trx, ports, packed)
  if (outcome !== 'stored') return outcome
  for (const [index, each] of ports.afterMatch.entries()) {
    await each.write(trx, match, prepared[index])
  }
  await ports.outbox.emit(trx, describe(match))
  return outcome
}

/** A user who is gone must not keep a thousand others from their result, nor leave his name. */
async function forgetUnknown(db: Db, ports: WritePorts, match: MatchRecord): Promise<MatchRecord> {
  const known = await ports.findKnownUsers(db, idsOf(match))
  const gone = { userId: null, name: DELETED_NAME }
  const players = match.players.map((player) =>
    player.userId === null || known.has(player.userId) ? player : { ...player, ...gone },
  )
  return { ...match, players }
}

/**
 * Who went since then is in the rows that were just written. From here on nobody goes: the rows'
 * keys hold their users until the transaction ends.
 */
async function refuseGone(trx: Trx, ports: WritePorts, match: MatchRecord): Promise<void> {
  const ids = idsOf(match)
  const known = await ports.findKnownUsers(trx, ids)
  if (ids.every((id) => known.has(id))) return
  throw new AppError('conflict', 'A player went while his battle was written; write it again.')
}

function idsOf({ players }: MatchRecord): string[] {
  return players.flatMap(({ userId }) => (userId === null ? [] : [userId]))
}

async function writeRows(trx: Trx, ports: WritePorts, packed: PackedMatch): Promise<WriteOutcome> {
  const { match } = packed
  const nowMs = ports.clock.wallMs()
  const fence = await lockFence(trx, match.matchId)
  if (fence !== undefined && fence > BigInt(match.fence)) return 'stale'
  if (!(await insertSession(trx, packed, nowMs))) return 'duplicate'
  await insertPlayers(trx, match)
  await refuseGone(trx, ports, match)
  await insertLog(trx, packed)
  await addToStats(trx, match.matchId, nowMs)
  return 'stored'
}

function describe(match: MatchRecord) {
  const { matchId, mode, map, region, winner, durationSec, endedAtMs, players } = match
  const people = players.filter(({ isBot }) => !isBot).length
  return {
    topic: MATCHES_TOPIC,
    key: matchId,
    payload: {
      type: 'match.finished',
      matchId,
      mode,
      map,
      region,
      winner,
      durationSec,
      endedAt: new Date(endedAtMs).toISOString(),
      players: players.length,
      people,
    },
  }
}
