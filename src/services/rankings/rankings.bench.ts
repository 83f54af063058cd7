/**
 * A board of a million on PostgreSQL: the top page, the part around somebody, and how long until a
 * new score is seen. Wall time of the answers, as a request sees it; the database is the run's own.
 */
import { performance } from 'node:perf_hooks'

import type { BenchRow, RunBench } from '@battalion/testkit/bench-row.ts'
import { benchRow } from '@battalion/testkit/bench-row.ts'
import { insertManyUsers } from '@battalion/testkit/many-users.ts'
import { findPostgresBin, startPrivateCluster } from '@battalion/testkit/private-cluster.ts'
import { postgresPlaceAt, TEST_PORTS } from '@battalion/testkit/test-database.ts'
import { sql } from 'kysely'

import { systemClock } from '../../system-clock.ts'
import { openDatabase } from '../../db/database.ts'
import type { Database } from '../../db/database.ts'
import { createPageCursors } from '../page-cursor.ts'
import { putScores } from './ranking-queries.ts'
import { readAroundMe, readBoardPage } from './read-board.ts'
import type { BoardPorts } from './read-board.ts'

const PLAYERS = 1_000_000
const SMALL_PLAYERS = 50_000
const ASKED = 200
const PAGE = 50
const ANSWER_MS_MAX = 20
const VISIBLE_MS_MAX = 2000

const PORTS: BoardPorts = {
  findNames: async (_db, ids) => new Map(ids.map((id) => [id, id])),
  listVisible: async (_db, _viewer, ids) => new Set(ids),
  listFriendIds: async () => [],
  cursors: createPageCursors(Buffer.alloc(32), systemClock),
}

export const runBench: RunBench = async ({ small }) => {
  const bin = findPostgresBin()
  if (bin === undefined) return []
  const cluster = await startPrivateCluster(bin)
  const database = openDatabase({ ...TEST_PORTS, place: postgresPlaceAt(cluster.url) })
  try {
    await database.ready
    return await measure(database, small ? SMALL_PLAYERS : PLAYERS)
  } finally {
    await database.close()
    await cluster.stop()
  }
}

async function measure(database: Database, players: number): Promise<BenchRow[]> {
  const ids = await insertManyUsers(database, players)
  await fillBoard(database, ids)
  const { db } = database
  const someone = (index: number) => ids[(index * 7919) % ids.length]!
  const top = await timeAll((index) =>
    readBoardPage(db, PORTS, {
      board: 'global',
      viewerId: someone(index),
      cursor: undefined,
      limit: PAGE,
    }),
  )
  const around = await timeAll((index) =>
    readAroundMe(db, PORTS, { board: 'global', viewerId: someone(index), each: 5 }),
  )
  const seen = await timeAll((index) => moveAndLook(database, someone(index), index))
  const name = `rankings: board of ${players}`
  return [
    row(`${name}, top page p95`, top, ANSWER_MS_MAX),
    row(`${name}, around me p95`, around, ANSWER_MS_MAX),
    row(`${name}, new score seen p95`, seen, VISIBLE_MS_MAX),
  ]
}

/** Ratings as a population has them: normal around 1400, in shown points. */
async function fillBoard({ patient }: Database, ids: readonly string[]): Promise<void> {
  await sql`
    insert into rankings.entries (board, user_id, score, updated_at)
    select 'global', id, greatest(0, 1400 + 85 * (random() + random() + random() + random()
      + random() + random() + random() + random() + random() + random() + random() + random()
      - 6) * 3)::int, now()
    from unnest(${ids}::uuid[]) as id`.execute(patient.db)
  await sql`vacuum analyze rankings.entries`.execute(patient.db)
  await sql`vacuum analyze rankings.buckets`.execute(patient.db)
}

async function moveAndLook(database: Database, userId: string, index: number): Promise<void> {
  const scores = [{ userId, score: 1000 + index }]
  const change = { board: 'global', scores, now: new Date(0) }
  await database.transact((trx) => putScores(trx, change))
  const view = { board: 'global', viewerId: userId, each: 0 }
  const { entries } = await readAroundMe(database.db, PORTS, view)
  if (entries[0]?.score !== 1000 + index) throw new Error('the new score is not seen')
}

async function timeAll(work: (index: number) => Promise<unknown>): Promise<number[]> {
  const times: number[] = []
  for (let index = 0; index < ASKED; index++) {
    const startedMs = performance.now()
    await work(index)
    times.push(performance.now() - startedMs)
  }
  return times.sort((a, b) => a - b)
}

function row(name: string, times: readonly number[], budget: number): BenchRow {
  const value = times[Math.floor(times.length * 0.95)]!
  return benchRow({ name, value, unit: 'ms', budget, better: 'lower' })
}
