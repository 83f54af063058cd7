/**
 * Boards while two processes write results at once and somebody is removed: on PostgreSQL, where
 * they really meet. Each battle brings newcomers to boards on which others move, which undid one
 * battle in seven (deadlock) before boards were locked.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { TestContext } from 'node:test'

import { createPrng, nextBelow } from '@battalion/base/prng.ts'
import { FakeClock } from '@battalion/testkit/fake-clock.ts'
import { makeMatchReport } from '@battalion/testkit/made-match.ts'
import { insertManyUsers } from '@battalion/testkit/many-users.ts'
import { NO_POSTGRES } from '@battalion/testkit/private-cluster.ts'
import { FORMULA } from '@battalion/testkit/rating-population.ts'
import {
  createTestEngine,
  TEST_DATABASE_URL,
  TEST_PORTS,
} from '@battalion/testkit/test-database.ts'
import { sql } from 'kysely'

import { openDatabase } from '../../db/database.ts'
import type { Database } from '../../db/database.ts'
import { isUndone } from '../../db/database-error.ts'
import { findNames } from '../identity/find-names.ts'
import { packMatch } from '../matches/pack-match.ts'
import { writeMatch } from '../matches/write-match.ts'
import { createEventOutbox } from '../outbox/event-outbox.ts'
import { rateIntoColumns } from '../ratings/rating-columns.ts'
import { createMatchRating } from '../ratings/rate-match.ts'
import { PLACEMENT_COUNT } from '../ratings/rating-rules.ts'
import { createMatchRanking } from './rank-match.ts'
import { RANKING_DATA } from './ranking-data.ts'
import { turnSeason } from './seasons.ts'

const LANES = 8
const BATTLES_PER_LANE = 30
/** Of a battle, who stands on boards from then on; those of the one before move on them. */
const NEWCOMERS = 4
const PEOPLE_PER_LANE = NEWCOMERS * (BATTLES_PER_LANE + 1)
const REGIONS = ['eu', 'us', 'asia'] as const
const MODES = ['conquest', 'front'] as const
const NOW_MS = Date.UTC(2030, 0, 2)
const PATIENT_MS = 60_000

interface Lane {
  readonly database: Database
  /** Nobody is in two lanes: battles of one person wait for each other anyway. */
  readonly people: readonly string[]
  readonly seed: number
  readonly onUndone: () => void
}

const skip = TEST_DATABASE_URL === undefined ? NO_POSTGRES : false
describe('boards that two processes move, on PostgreSQL', { skip }, () => {
  it('[RANK-1] no result is undone for another at the same time, and all are counted', async (t) => {
    const databases = await openTwo(t)
    const people = await insertNearlyPlaced(databases[0])
    await turnSeason(databases[0], NOW_MS)
    let undone = 0
    const lanes = Array.from({ length: LANES }, (_, seed): Lane => {
      const own = people.slice(seed * PEOPLE_PER_LANE, (seed + 1) * PEOPLE_PER_LANE)
      return { database: databases[seed % 2]!, people: own, seed, onUndone: () => undone++ }
    })
    await Promise.all(lanes.map(playLane))
    assert.equal(undone, 0)
    const { rows } = await sql<{ board: string; entries: number; wrong: number }>`
      select board, sum(entries)::int as entries, count(*) filter (where
        entries <> coalesce(players, 0))::int as wrong
      from (select board, rankings.bucket_of(board, score) as bucket, count(*) as entries
        from rankings.entries group by 1, 2) as counted
      full join rankings.buckets using (board, bucket)
      group by board order by board`.execute(databases[0].db)
    assert.deepEqual(
      rows.filter(({ wrong }) => wrong > 0),
      [],
    )
    const ranked = LANES * (PEOPLE_PER_LANE - BATTLES_PER_LANE)
    assert.equal(rows.find(({ board }) => board === 'global')?.entries, ranked)
  })
})

async function openTwo(test: Pick<TestContext, 'after'>): Promise<readonly [Database, Database]> {
  const place = await createTestEngine('postgres').place(test, 'migrated')
  const open = () => openDatabase({ ...TEST_PORTS, place, answerMsMax: PATIENT_MS })
  const both = [open(), open()] as const
  test.after(() => Promise.all(both.map((each) => each.close())))
  await Promise.all(both.map(({ ready }) => ready))
  return both
}

/** Enough for all lanes; the next battle places them. */
async function insertNearlyPlaced(database: Database): Promise<string[]> {
  const ids = await insertManyUsers(database, LANES * PEOPLE_PER_LANE)
  await sql`
    insert into ratings.ratings (user_id, mode, mu, sigma, rated_count, rated_at)
    select id, mode, 25 + hashtext(id::text) % 1000 / 500.0, 2, ${PLACEMENT_COUNT - 1}::int,
      '2030-01-01'
    from unnest(${ids}::uuid[]) as id, unnest(${[...MODES]}::text[]) as mode`.execute(database.db)
  return ids
}

/** One battle after another; after each, one player is removed from the boards. */
async function playLane({ database, people, seed, onUndone }: Lane): Promise<void> {
  const prng = createPrng(seed + 1)
  for (let round = 0; round < BATTLES_PER_LANE; round++) {
    const userIds = people.slice(round * NEWCOMERS, (round + 2) * NEWCOMERS)
    const region = REGIONS[nextBelow(prng, REGIONS.length)]!
    const mode = MODES[nextBelow(prng, MODES.length)]!
    const matchId = `lane-${seed}-${round}`
    const battle = { matchId, userIds, region, mode }
    await untilDone(() => play(database, battle), onUndone)
    const remove = () => database.transact((trx) => RANKING_DATA.erase(trx, userIds[0]!))
    await untilDone(remove, onUndone)
  }
}

async function untilDone(work: () => Promise<void>, onUndone: () => void): Promise<void> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!isUndone(error)) throw error
      onUndone()
    }
  }
}

interface Battle {
  readonly matchId: string
  readonly userIds: string[]
  readonly region: string
  readonly mode: string
}

async function play(database: Database, battle: Battle): Promise<void> {
  const clock = new FakeClock()
  const worker = {
    rate: async (given: Parameters<typeof rateIntoColumns>[0]) => rateIntoColumns(given),
  }
  const rating = createMatchRating({ database, worker, findFormula: async () => FORMULA })
  const findKnownUsers = async (db: typeof database.db, ids: readonly string[]) =>
    new Set((await findNames(db, ids)).keys())
  const afterMatch = [rating, createMatchRanking({ clock })]
  const ports = { clock, outbox: createEventOutbox(clock), findKnownUsers, afterMatch }
  const { match, ...packed } = packMatch(makeMatchReport(battle))
  const players = match.players.map((player) => ({ ...player, playedSec: 590 }))
  const played = { ...match, region: battle.region, players }
  assert.equal(await writeMatch(database, ports, { ...packed, match: played }), 'stored')
}
