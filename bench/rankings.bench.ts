/**
 * A board of a million on PostgreSQL, as HTTP asks for it: the top page, the part around somebody,
 * his friends, and how long until a new score is seen. Wall time of the desk's answers, one after
 * another, with names, wishes and friends of as many people; the database is the run's own.
 */
import { performance } from 'node:perf_hooks'

import type { BenchRow, RunBench } from '@battalion/testkit/bench-row.ts'
import { benchRow } from '@battalion/testkit/bench-row.ts'
import {
  findPostgresBin,
  NO_POSTGRES,
  startPrivateCluster,
} from '@battalion/testkit/private-cluster.ts'
import { postgresPlaceAt, TEST_PORTS } from '@battalion/testkit/test-database.ts'
import { sql } from 'kysely'

import { openDatabase } from '../src/db/database.ts'
import type { Database } from '../src/db/database.ts'
import { createBoardPorts } from '../src/open-standings.ts'
import { createPageCursors } from '../src/services/page-cursor.ts'
import { putScores } from '../src/services/rankings/ranking-queries.ts'
import type { ShownBoard } from '../src/services/rankings/read-board.ts'
import { createStandingsDesk } from '../src/services/standings-desk.ts'
import type { StandingsDesk } from '../src/services/standings-desk.ts'
import { systemClock } from '../src/system-clock.ts'
import { tellProgress, tellSkipped } from './bench-voice.ts'
import { insertPeople } from './board-people.ts'

const PLAYERS = 1_000_000
const SMALL_PLAYERS = 50_000
const ASKED = 200
const PAGE = 50
const EACH = 5
const ANSWER_MS_MAX = 20
const VISIBLE_MS_MAX = 2000
const BOARD = 'global'

export const runBench: RunBench = async ({ small }) => {
  const bin = findPostgresBin()
  if (bin === undefined) {
    tellSkipped(`rankings: ${NO_POSTGRES}`)
    return []
  }
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
  const ids = await insertPeople(database, players)
  await fillBoard(database)
  const desk = createDesk(database)
  const someone = (index: number) => ids[(index * 7919) % ids.length]!
  tellProgress(`rankings: asking for parts of ${players}`)
  const ask = (read: (desk: StandingsDesk, viewerId: string) => Promise<unknown>) =>
    timeAll((index) => read(desk, someone(index)))
  const page = { board: BOARD, cursor: undefined, limit: PAGE }
  const top = await ask(async (each, viewerId) => {
    checkPage(await each.board({ ...page, viewerId }))
  })
  const around = await ask((each, viewerId) =>
    each.aroundMe({ board: BOARD, viewerId, each: EACH }),
  )
  const friends = await ask((each, viewerId) => each.friendsBoard({ board: BOARD, viewerId }))
  const seen = await timeAll((index) => moveAndLook(database, desk, someone(index), index))
  const name = `rankings: board of ${players}`
  return [
    row(`${name}, top page p95`, top, ANSWER_MS_MAX),
    row(`${name}, around me p95`, around, ANSWER_MS_MAX),
    row(`${name}, friends p95`, friends, ANSWER_MS_MAX),
    row(`${name}, new score seen p95`, seen, VISIBLE_MS_MAX),
  ]
}

/** The desk that HTTP asks. */
function createDesk(database: Database): StandingsDesk {
  const boards = createBoardPorts(createPageCursors(Buffer.alloc(32), systemClock))
  return createStandingsDesk({ database, boards, levels: refuseLevels })
}

function refuseLevels(): never {
  throw new Error('boards ask for no levels')
}

/** A page on which nobody is named, or everybody, did not ask what it should. */
function checkPage({ entries }: ShownBoard): void {
  const named = entries.filter(({ name }) => name !== null).length
  if (entries.length !== PAGE) throw new Error(`the page has ${entries.length} rows`)
  if (named === 0 || named === PAGE) throw new Error(`${named} of ${PAGE} are named`)
}

/** Ratings as a population has them: normal around 1400, in shown points. */
async function fillBoard({ patient }: Database): Promise<void> {
  await sql`
    insert into rankings.entries (board, user_id, score, updated_at)
    select ${BOARD}, id, greatest(0, 1400 + 85 * (random() + random() + random() + random()
      + random() + random() + random() + random() + random() + random() + random() + random()
      - 6) * 3)::int, now()
    from identity.users`.execute(patient.db)
  await sql`vacuum analyze rankings.entries`.execute(patient.db)
  await sql`vacuum analyze rankings.buckets`.execute(patient.db)
}

async function moveAndLook(
  database: Database,
  desk: StandingsDesk,
  userId: string,
  index: number,
): Promise<void> {
  const scores = [{ userId, score: 1000 + index }]
  const change = { board: BOARD, scores, now: new Date(0) }
  await database.transact((trx) => putScores(trx, change))
  const { entries } = await desk.aroundMe({ board: BOARD, viewerId: userId, each: 0 })
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
