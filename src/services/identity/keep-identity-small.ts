/** Forgets what is over: idle guests, ended sessions, tokens and counts; a job, once an hour. */
import type { Database } from '../../db/database.ts'
import { deleteOldAttempts } from './login-attempts.ts'
import { deleteIdleGuests, deleteOldSessions } from './session-queries.ts'
import { lockIdleGuest, selectIdleGuests } from './session-queries.ts'
import type { UserDataPart } from './user-data.ts'
import { deleteOldFlows } from './oidc-flows.ts'
import { deleteOldTokens } from './token-queries.ts'

const DAY_MS = 86_400_000
/** A guest not seen for this long is removed with all he has (days). */
export const IDLE_GUEST_DAYS = 30
/** Ended sessions and tokens stay this long for whoever looks into a theft (days). */
const ENDED_KEPT_DAYS = 30
/** In one statement, so that none runs into its time limit (users). */
const GUESTS_AT_ONCE = 500

/** Kind of the job. */
export const KEEP_SMALL_JOB = 'identity.keep_small'

/** How many guests were removed; `parts` take them out of what they share with others first. */
export async function keepIdentitySmall(
  database: Database,
  nowMs: number,
  parts: readonly UserDataPart[] = [],
): Promise<number> {
  const removed = await removeIdleGuests(database, nowMs - IDLE_GUEST_DAYS * DAY_MS, parts)
  const endedMs = nowMs - ENDED_KEPT_DAYS * DAY_MS
  await deleteOldSessions(database.db, endedMs)
  await deleteOldTokens(database.db, endedMs)
  await deleteOldAttempts(database.db, nowMs)
  await deleteOldFlows(database.db, nowMs)
  return removed
}

/**
 * A guest with friends, a group, a party or battles is erased as one who asked for it: others hear
 * of it, what he owned is handed on, his name goes. Those who only looked in go many at once.
 */
async function removeIdleGuests(
  database: Database,
  beforeMs: number,
  parts: readonly UserDataPart[],
): Promise<number> {
  let removed = 0
  for (;;) {
    const ids = await selectIdleGuests(database.db, { beforeMs, count: GUESTS_AT_ONCE })
    const shared = await findShared(database, parts, ids)
    for (const id of shared) {
      removed += await database.transact(async (trx) => {
        if (!(await lockIdleGuest(trx, { id, beforeMs }))) return 0
        for (const part of parts) if (part.findShared !== undefined) await part.erase(trx, id)
        return await deleteIdleGuests(trx, { ids: [id], beforeMs })
      })
    }
    const alone = ids.filter((id) => !shared.has(id))
    removed += await deleteIdleGuests(database.db, { ids: alone, beforeMs })
    if (ids.length < GUESTS_AT_ONCE) return removed
  }
}

async function findShared(
  { db }: Database,
  parts: readonly UserDataPart[],
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const shared = new Set<string>()
  for (const part of parts) {
    for (const id of (await part.findShared?.(db, ids)) ?? []) shared.add(id)
  }
  return shared
}
