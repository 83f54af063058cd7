/**
 * A process that reports finished battles and writes them, until it is killed or kills itself at a
 * named place. Takes its orders as JSON in the first argument; tells `kept`, `stored` and the rest
 * over IPC. Tests only.
 */
import { setTimeout as sleep } from 'node:timers/promises'

import { makeMatchReport } from '@battalion/testkit/made-match.ts'
import { insertTestUser } from '@battalion/testkit/social-world.ts'
import { sql } from 'kysely'

import { openDatabase } from '../db/database.ts'
import type { DatabasePlace } from '../db/database.ts'
import { findNames } from '../services/identity/find-names.ts'
import { createMatchResults } from '../services/matches/match-results.ts'
import { writeHere } from '../services/matches/result-writer.ts'
import { createEventOutbox } from '../services/outbox/event-outbox.ts'
import { systemClock, systemTimers } from '../system-clock.ts'

/** What the process is to do. */
export interface ResultWriterOrders {
  readonly place: DatabasePlace
  readonly dataDir: string
  /** Names of users in every battle. */
  readonly users: readonly string[]
  /** Ids of the battles to report, one after another. */
  readonly matchIds: readonly string[]
  /** Where it kills itself, with SIGKILL, at the first battle that comes so far. */
  readonly killAt?: 'in transaction' | 'after commit' | 'after keeping'
  /** Waits for the database before it reports. */
  readonly waits?: boolean
  /** Between two battles (ms), so that a fast disk does not end them before the fault comes. */
  readonly gapMs?: number
}

const orders = JSON.parse(process.argv[2]!) as ResultWriterOrders
process.on('disconnect', () => process.exit())
const die = () => process.kill(process.pid, 'SIGKILL')
const database = openDatabase({
  place: orders.place,
  clock: systemClock,
  timers: systemTimers,
  answerMsMax: 60_000,
})
const userIds: string[] = []
if (orders.waits !== false) {
  await database.ready
  for (const name of orders.users) userIds.push(await insertTestUser(database, name))
}
const results = createMatchResults({
  dataDir: orders.dataDir,
  ready: database.ready,
  timers: systemTimers,
  openWriter: writeHere(database, {
    clock: systemClock,
    outbox: createEventOutbox(systemClock),
    findKnownUsers: async (db, ids) => new Set((await findNames(db, ids)).keys()),
    afterMatch: [
      {
        name: 'marks',
        async write(trx, match) {
          // Something that must happen once per battle, and would happen twice without a guard.
          await sql`update identity.users set locale = locale || '+'
          where name = ${orders.users[0]}`.execute(trx)
          if (orders.killAt === 'in transaction' && match.matchId !== '') die()
        },
      },
    ],
  }),
  onOutcome(outcome, about) {
    if (orders.killAt === 'after keeping' && outcome === 'kept') die()
    if (orders.killAt === 'after commit' && outcome === 'stored') die()
    process.send?.({ outcome, about })
  },
})
for (const [index, matchId] of orders.matchIds.entries()) {
  const endedAtMs = Date.UTC(2030, 0, 2) + index
  results.report(makeMatchReport({ matchId, userIds, seed: index + 1, endedAtMs }))
  await results.flush()
  if (orders.gapMs !== undefined) await sleep(orders.gapMs)
}
await results.drained()
process.send?.({ outcome: 'drained', about: '' })
await results.stop()
await database.close()
if (process.connected) process.disconnect()
