/** Boards against brute force, their pages, privacy, and seasons that close once. */
import assert from 'node:assert/strict'
import { createPageCursors } from '../page-cursor.ts'
import { after, before, it } from 'node:test'

import { createPrng, nextBelow } from '@battalion/base/prng.ts'
import { insertManyUsers } from '@battalion/testkit/many-users.ts'
import { describeDatabase } from '@battalion/testkit/test-database.ts'
import { waitUntil } from '@battalion/testkit/wait-until.ts'
import type { Database } from '../../db/database.ts'
import { sql } from 'kysely'

import { tierOf } from './boards.ts'
import { addScores, putScores } from './ranking-queries.ts'
import { readAroundMe, readBoardPage, readFriendsBoard } from './read-board.ts'
import type { BoardPorts } from './read-board.ts'
import { findOpenSeason, finishSeason, insertSeason, listSeasonResults } from './season-queries.ts'
import { lockOpenSeason, shareOpenSeason } from './season-queries.ts'
import { seasonAt, turnSeason } from './seasons.ts'

const PLAYERS = 10_000
const NOW = new Date(Date.UTC(2030, 0, 2))

describeDatabase('boards', (engine) => {
  let database: Database
  let ids: string[]
  const closers: (() => unknown)[] = []
  const scores = new Map<string, number>()
  const hidden = new Set<string>()
  const ports: BoardPorts = {
    findNames: async (_db, asked) => new Map(asked.map((id) => [id, `name of ${id}`])),
    listVisible: async (_db, _viewer, asked) => new Set(asked.filter((id) => !hidden.has(id))),
    listFriendIds: async () => ids.slice(10, 60),
    cursors: createPageCursors(Buffer.alloc(32), { wallMs: () => 0 }),
  }

  before(async () => {
    database = await engine.open({ after: (close) => void closers.push(close as never) })
    ids = await insertManyUsers(database, PLAYERS)
    const prng = createPrng(7)
    // Few distinct scores, so ties are everywhere.
    for (const id of ids) scores.set(id, nextBelow(prng, 900) * (1 + nextBelow(prng, 3)))
    await put('global', ids)
    // And moved about: the counts must follow.
    const moved = ids.filter((_, index) => index % 3 === 0)
    for (const id of moved) scores.set(id, nextBelow(prng, 3000))
    await put('global', moved)
  })
  after(async () => {
    for (const close of closers) await close()
  })

  async function put(board: string, who: readonly string[]): Promise<void> {
    const rows = who.map((userId) => ({ userId, score: scores.get(userId)! }))
    await database.transact((trx) => putScores(trx, { board, scores: rows, now: NOW }))
  }

  /** The truth: sorted and counted in memory. */
  function bruteForce() {
    const order = [...scores].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    const firstOf = new Map<number, number>()
    for (const [index, [, score]] of order.entries()) {
      if (!firstOf.has(score)) firstOf.set(score, index + 1)
    }
    return order.map(([userId, score]) => ({ userId, score, rank: firstOf.get(score)! }))
  }

  it('[RANK-1] order and ties are exact against brute force on 10,000 rows, page by page', async () => {
    const truth = bruteForce()
    const seen: { userId: string | null; score: number; rank: number }[] = []
    let cursor: string | undefined
    do {
      const view = { board: 'global', viewerId: ids[0]!, cursor, limit: 700 }
      const page = await readBoardPage(database.db, ports, view)
      assert.equal(page.players, PLAYERS)
      seen.push(...page.entries.map(({ userId, score, rank }) => ({ userId, score, rank })))
      cursor = page.cursor ?? undefined
    } while (cursor !== undefined)
    assert.deepEqual(seen, truth)
  })

  it('[RANK-1] around me is that part of the order, also at both ends', async () => {
    const truth = bruteForce()
    for (const at of [0, 1, 4, 5, 777, 5000, PLAYERS - 3, PLAYERS - 1]) {
      const view = { board: 'global', viewerId: truth[at]!.userId, each: 5 }
      const { entries } = await readAroundMe(database.db, ports, view)
      const expected = truth.slice(Math.max(0, at - 5), at + 6)
      assert.deepEqual(
        entries.map(({ userId, score, rank }) => ({ userId, score, rank })),
        expected,
        `around ${at}`,
      )
      assert.deepEqual(
        entries.filter(({ isMe }) => isMe).map(({ userId }) => userId),
        [view.viewerId],
      )
    }
  })

  it('[RANK-1] friends are ranked among themselves and me', async () => {
    const viewerId = ids[3]!
    const board = await readFriendsBoard(database.db, ports, { board: 'global', viewerId })
    const among = new Set([...ids.slice(10, 60), viewerId])
    const truth = bruteForce().filter(({ userId }) => among.has(userId))
    assert.deepEqual(
      board.entries.map(({ userId }) => userId),
      truth.map(({ userId }) => userId),
    )
    assert.equal(board.players, 51)
    for (const { rank, score } of board.entries) {
      assert.equal(rank, 1 + truth.filter((other) => other.score > score).length)
    }
  })

  it('[RANK-1] who does not want to be seen keeps the place, without name or id', async () => {
    const [, second] = bruteForce()
    hidden.add(second!.userId)
    const view = { board: 'global', cursor: undefined, limit: 3 }
    const page = await readBoardPage(database.db, ports, { ...view, viewerId: ids[0]! })
    const { userId, name, rank } = page.entries[1]!
    assert.deepEqual({ userId, name, rank }, { userId: null, name: null, rank: second!.rank })
    const own = await readBoardPage(database.db, ports, { ...view, viewerId: second!.userId })
    assert.equal(own.entries[1]!.userId, second!.userId)
    hidden.clear()
  })

  it('[RANK-1] a deleted user is gone from board and counts', async () => {
    const board = 'mode:gone'
    await put(board, ids.slice(0, 20))
    await database.db
      .deleteFrom('rankings.entries')
      .where('board', '=', board)
      .where('user_id', 'in', ids.slice(0, 5))
      .execute()
    const view = { board, viewerId: ids[9]!, cursor: undefined, limit: 50 }
    const page = await readBoardPage(database.db, ports, view)
    assert.equal(page.players, 15)
    assert.equal(page.entries.length, 15)
  })

  it('refuses boards and cursors that are none', async () => {
    const view = { viewerId: ids[0]!, cursor: undefined, limit: 3 }
    for (const board of ['', 'season:1', 'mode:', 'mode:a b', "global'--", 'friends']) {
      const asked = readBoardPage(database.db, ports, { ...view, board })
      await assert.rejects(() => asked, /no such board/)
    }
    for (const cursor of ['', 'x', '1.2', `99999999999.${ids[0]}`, `9999999999.${ids[0]}`]) {
      const asked = readBoardPage(database.db, ports, { ...view, board: 'global', cursor })
      await assert.rejects(() => asked, /not one of ours/)
    }
  })

  it('battles that end at once leave boards whose counts are right', async () => {
    const crowd = ids.slice(0, 300)
    const rounds = Array.from({ length: 8 }, (_, round) =>
      database.transact((trx) => {
        const turned = round % 2 === 0 ? crowd : crowd.toReversed()
        const rows = turned.map((userId, index) => ({ userId, score: (index * 37) % 500 }))
        return addScores(trx, { board: 'season:99', scores: rows, now: NOW })
      }),
    )
    await Promise.all(rounds)
    const { rows } = await sql<{ wrong: number }>`
      select count(*)::int as wrong from (
        select rankings.bucket_of(board, score) as bucket, count(*)::int as players
        from rankings.entries where board = 'season:99' group by 1) as truth
      full join (select bucket, players from rankings.buckets
        where board = 'season:99' and players <> 0) as held using (bucket)
      where truth.players is distinct from held.players`.execute(database.db)
    assert.equal(rows[0]!.wrong, 0)
  })

  it('[RANK-3] closing a season is idempotent: once, twice, at once by many', async () => {
    const startMs = Date.UTC(2030, 1, 10)
    assert.equal(await turnSeason(database, startMs), undefined)
    const season = seasonAt(startMs)
    assert.deepEqual(await findOpenSeason(database.db), season)
    assert.equal(await turnSeason(database, startMs), undefined)
    const rows = ids.slice(0, 50).map((userId, index) => ({ userId, score: (index % 20) * 100 }))
    const board = `season:${season.id}`
    await database.transact((trx) => addScores(trx, { board, scores: rows, now: NOW }))
    const overMs = season.endsAt.getTime() + 60_000
    const turned = await Promise.all(Array.from({ length: 5 }, () => turnSeason(database, overMs)))
    assert.equal(turned.filter((id) => id === season.id).length, 1)
    const archived = await readArchive(season.id)
    assert.equal(await turnSeason(database, overMs), undefined)
    assert.deepEqual(await readArchive(season.id), archived)
    assert.equal(archived.filter((row) => row.board === board).length, 50)
    assert.equal(archived.filter((row) => row.board === 'global').length, PLAYERS)
    const truth = bruteForce().map((row) => ({ ...row, tier: tierOf(row.score) }))
    assert.deepEqual(
      archived
        .filter((row) => row.board === 'global')
        .map(({ user_id: userId, score, rank, tier }) => ({ userId, score, rank, tier })),
      truth,
    )
    assert.equal((await findOpenSeason(database.db))!.id, season.id + 1)
    const mine = await listSeasonResults(database.db, ids[0]!, 10)
    assert.ok(mine.some((row) => row.board === board && row.season === season.id))
  })

  it('[RANK-3] a battle that waits for the close of a season counts for the next one', async () => {
    await turnSeason(database, Date.UTC(2031, 0, 10))
    const closed = Promise.withResolvers<void>()
    const mayCommit = Promise.withResolvers<void>()
    const next = seasonAt(Date.UTC(2031, 3, 10))
    const closing = database.transact(async (trx) => {
      const { id } = (await lockOpenSeason(trx))!
      await finishSeason(trx, { season: id, own: `season:${id}`, now: NOW, tiers: [] })
      await insertSeason(trx, next)
      closed.resolve()
      await mayCommit.promise
    })
    await closed.promise
    const counted = database.transact((trx) => shareOpenSeason(trx))
    if (engine.name === 'postgres') await waitUntil('it waits', hasWaiting)
    mayCommit.resolve()
    await closing
    assert.deepEqual(await counted, { id: next.id })
  })

  async function hasWaiting(): Promise<boolean> {
    const { rows } = await sql<{ waits: boolean }>`
      select count(*) > 0 as waits from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`.execute(database.db)
    return rows[0]!.waits
  }

  function readArchive(season: number) {
    return database.db
      .selectFrom('rankings.season_results')
      .selectAll()
      .where('season', '=', season)
      .orderBy('board')
      .orderBy('rank')
      .orderBy('user_id')
      .execute()
  }
})
