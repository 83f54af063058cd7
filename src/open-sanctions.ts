/**
 * Match-locks of this process: who may not join battles, known at every join without a query, and
 * what happens to a seat as a lock comes, from here or from another process.
 */
import { randomUUID } from 'node:crypto'

import { BATTLE_ROOM } from './http/guard-matchmaking.ts'
import type { AppDatabase } from './open-app-database.ts'
import { MATCH_LOCK_TOPIC, MatchLocks } from './services/identity/match-locks.ts'
import type { MatchLockChanged, MatchLockPorts } from './services/identity/match-locks.ts'
import { systemClock } from './system-clock.ts'
import type { AppLogger } from './telemetry/logger.ts'
import type { ClosableSeats } from './user-seats.ts'

/** The first join after this reads all locks anew (ms): a lost bus event is healed by then. */
const RELOAD_MS = 60_000

/** What joins and the console get. */
export interface AppMatchLocks extends Pick<MatchLocks, 'isLocked' | 'refuse'> {
  readonly onMatchLock: MatchLockPorts['onMatchLock']
}

/** Reads them as soon as the database is there, and follows what changes. */
export function openMatchLocks(options: {
  readonly store: Pick<AppDatabase, 'database' | 'bus'>
  readonly seats: Pick<ClosableSeats, 'closeRoom'>
  readonly logger: AppLogger
}): AppMatchLocks {
  const { store, seats, logger } = options
  const { database, bus } = store
  const locks = new MatchLocks(systemClock)
  const leave = (userId: string) => seats.closeRoom(userId, BATTLE_ROOM, 'kicked')
  let loadedAtMs = systemClock.monotonicMs()
  const load = () => {
    loadedAtMs = systemClock.monotonicMs()
    locks.load(database.db).catch((error: unknown) => {
      logger.warn({ event: 'locks.unread', err: error }, 'match-locks were not read')
    })
  }
  const interest = { group: `locks ${randomUUID()}`, topics: [MATCH_LOCK_TOPIC] }
  void bus.subscribe(interest, async ({ payload }) => {
    const { userId } = payload as MatchLockChanged
    if (await locks.reread(database.db, userId)) leave(userId)
  })
  database.ready.then(load, () => undefined)
  return {
    isLocked: (userId) => locks.isLocked(userId),
    refuse(userId) {
      if (systemClock.monotonicMs() - loadedAtMs > RELOAD_MS) load()
      locks.refuse(userId)
    },
    onMatchLock({ userId, untilMs }) {
      locks.set(userId, untilMs)
      if (locks.isLocked(userId)) leave(userId)
    },
  }
}
