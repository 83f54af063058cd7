/** Finished battles in the database: all of one or nothing of it, and each exactly once. */
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'

import { LOG_FIGURES, LOG_SUM } from '@battalion/sim/battle-log.ts'
import { loadShippedBalance } from '@battalion/testkit/load-shipped-balance.ts'
import { makeMatchReport } from '@battalion/testkit/made-match.ts'
import { playMatch } from '@battalion/testkit/play-match.ts'
import { openSocialWorld } from '@battalion/testkit/social-world.ts'
import type { SocialWorld } from '@battalion/testkit/social-world.ts'
import { describeDatabase } from '@battalion/testkit/test-database.ts'
import { sql } from 'kysely'

import { toReport } from '../../open-matches.ts'
import { findNames } from '../identity/find-names.ts'
import { keepIdentitySmall } from '../identity/keep-identity-small.ts'
import { claimMatch } from './claim-match.ts'
import { MATCH_DATA } from './match-data.ts'
import type { AfterMatch } from './match-record.ts'
import { packMatch } from './pack-match.ts'
import type { MatchReport } from './pack-match.ts'
import { MATCHES_TOPIC, writeMatch } from './write-match.ts'

const SHORT = { warmupSec: 2, roundSec: 120, respawnSec: 2, captureSec: 4, playersMin: 2 }

describeDatabase('match results', (engine) => {
  let world: SocialWorld
  before(async () => {
    world = await openSocialWorld(engine)
  })
  after(() => world.close())

  function ports(afterMatch: readonly AfterMatch[] = []) {
    return {
      clock: world.clock,
      outbox: world.social.outbox,
      afterMatch,
      findKnownUsers: async (db: Parameters<typeof findNames>[0], ids: readonly string[]) =>
        new Set((await findNames(db, ids)).keys()),
    }
  }

  async function write(report: MatchReport, follows: readonly AfterMatch[] = []) {
    return writeMatch(world.database, ports(follows), packMatch(report))
  }

  async function countRows(matchId: string) {
    const { rows } = await sql<Record<string, number>>`select
      (select count(*)::int from matches.game_sessions where match_id = ${matchId}) as sessions,
      (select count(*)::int from matches.session_players where match_id = ${matchId}) as players,
      (select count(*)::int from matches.battle_events where match_id = ${matchId}) as events,
      (select count(*)::int from stream.outbox where topic = ${MATCHES_TOPIC} and key = ${matchId})
        as outbox`.execute(world.database.db)
    return rows[0]!
  }

  it('[BAT-6] a battle is one session, a row a player, an ordered log and one event', async () => {
    const people = await world.users('ann', 'bob', 'cat')
    const report = makeMatchReport({ matchId: 'm1', userIds: [...people, null], botsFrom: 3 })
    assert.equal(await write(report), 'stored')
    const { log } = report.sheet
    const rows = { sessions: 1, players: 4, events: log.count, outbox: 1 }
    assert.deepEqual(await countRows('m1'), rows)
    const session = await world.database.db
      .selectFrom('matches.game_sessions')
      .selectAll()
      .where('match_id', '=', 'm1')
      .executeTakeFirstOrThrow()
    assert.equal(session.started_at.getTime(), report.head.startedAtMs)
    assert.equal(session.people_count, 3)
    assert.deepEqual(session.teams, report.head.teams)
    const events = await world.database.db
      .selectFrom('matches.battle_events')
      .selectAll()
      .where('match_id', '=', 'm1')
      .orderBy('seq')
      .execute()
    assert.deepEqual(
      events.map(({ seq }) => seq),
      Array.from(log.ticks, (_, seq) => seq),
    )
    assert.deepEqual(
      events.map(({ tick }) => tick),
      Array.from(log.ticks),
    )
    assert.deepEqual(
      events.map(({ kind }) => kind),
      Array.from(log.kinds),
    )
  })

  it('[I-8] a duplicate report writes nothing, also ten at once', async () => {
    const people = await world.users('dan', 'eve')
    const report = makeMatchReport({ matchId: 'm2', userIds: people })
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => write(report)))
    assert.equal(outcomes.filter((outcome) => outcome === 'stored').length, 1)
    assert.equal(outcomes.filter((outcome) => outcome === 'duplicate').length, 9)
    assert.deepEqual(await countRows('m2'), {
      sessions: 1,
      players: 2,
      events: report.sheet.log.count,
      outbox: 1,
    })
    const stats = await world.database.db
      .selectFrom('matches.player_stats')
      .select(['matches', 'kills'])
      .where('user_id', '=', people[0]!)
      .executeTakeFirstOrThrow()
    assert.deepEqual(stats, { matches: 1n, kills: BigInt(report.sheet.figures[0]!) })
  })

  it('[I-8] who lost the battle to another process writes nothing, before or after it', async () => {
    const userIds = await world.users('fay')
    const take = (holder: string) =>
      world.run((trx) => claimMatch(trx, { matchId: 'm3', holder, nowMs: 0 }))
    const first = await take('a')
    const second = await take('b')
    assert.deepEqual([first, second], [1, 2])
    const late = makeMatchReport({ matchId: 'm3', userIds, fence: first })
    assert.equal(await write(late), 'stale')
    assert.equal((await countRows('m3'))['sessions'], 0)
    const now = makeMatchReport({ matchId: 'm3', userIds, fence: second, seed: 2 })
    assert.equal(await write(now), 'stored')
    assert.equal(await write(late), 'stale')
    assert.equal((await countRows('m3'))['outbox'], 1)
  })

  it('[RANK-2] what follows is in the same transaction: one that fails leaves nothing', async () => {
    const userIds = await world.users('gil')
    const seen: unknown[] = []
    let isBroken = true
    const follows: AfterMatch = {
      name: 'test',
      prepare: async ({ players }) => players.length,
      async write(trx, match, prepared) {
        seen.push([match.matchId, prepared])
        await sql`update identity.users set locale = 'xx' where id = ${userIds[0]}`.execute(trx)
        if (isBroken) throw new RangeError('a module that fails')
      },
    }
    const report = makeMatchReport({ matchId: 'm4', userIds })
    await assert.rejects(write(report, [follows]), /a module that fails/)
    assert.deepEqual(await countRows('m4'), { sessions: 0, players: 0, events: 0, outbox: 0 })
    const readLocale = async () => {
      const { rows } = await sql<{ locale: string }>`
        select locale from identity.users where id = ${userIds[0]}`.execute(world.database.db)
      return rows[0]!.locale
    }
    assert.equal(await readLocale(), 'en')
    isBroken = false
    assert.equal(await write(report, [follows]), 'stored')
    assert.equal(await write(report, [follows]), 'duplicate')
    assert.equal(await readLocale(), 'xx')
    assert.deepEqual(seen, [
      ['m4', 1],
      ['m4', 1],
    ])
  })

  it('[BAT-6] a user who is gone costs nobody else the result; only bots are marked', async () => {
    const [here] = await world.users('hal')
    const gone = '00000000-0000-4000-8000-000000000000'
    const report = makeMatchReport({ matchId: 'm5', userIds: [here!, gone, null], botsFrom: 2 })
    assert.equal(await write(report), 'stored')
    const rows = await world.database.db
      .selectFrom('matches.session_players')
      .select(['user_id', 'is_bot', 'place', 'name'])
      .where('match_id', '=', 'm5')
      .orderBy('slot')
      .execute()
    assert.deepEqual(
      rows.map(({ user_id, is_bot }) => [user_id, is_bot]),
      [
        [here, false],
        [null, false],
        [null, true],
      ],
    )
    assert.deepEqual(new Set(rows.map(({ place }) => place)), new Set([1, 2, 3]))
    assert.equal(rows[1]!.name, 'Deleted', '[LEG-1] his name goes with him')
  })

  it('[LEG-1] who goes while his battle is written leaves nothing in it', async () => {
    const [ida, jon] = (await world.users('ida', 'jon')) as [string, string]
    const report = makeMatchReport({ matchId: 'm6', userIds: [ida, jon] })
    const goes: AfterMatch = {
      name: 'test',
      async prepare() {
        await sql`update identity.users set status = 'deleted', deleted_at = now()
          where id = ${ida}`.execute(world.database.db)
      },
      write: async () => undefined,
    }
    await assert.rejects(write(report, [goes]), { code: 'conflict' })
    assert.equal((await countRows('m6'))['sessions'], 0)
    assert.equal(await write(report, [goes]), 'stored')
    const rows = await world.database.db
      .selectFrom('matches.session_players')
      .select(['user_id', 'name'])
      .where('match_id', '=', 'm6')
      .orderBy('slot')
      .execute()
    assert.deepEqual(rows[0], { user_id: null, name: 'Deleted' })
    assert.equal(rows[1]!.user_id, jon)
  })

  it('[SYNC-2] sums of a person are those of the battle logs, over bot battles', async () => {
    const balance = loadShippedBalance()
    const short = { ...balance, modes: balance.modes.map((mode) => ({ ...mode, ...SHORT })) }
    const names = Array.from({ length: 16 }, (_, index) => `soldier ${index}`)
    const userIds = await world.users(...names)
    const users = userIds.map((userId, at) => ({ userId, name: names[at]!, bot: at > 11 }))
    for (const seed of [1, 2]) {
      const played = { balance: short, modeId: 'conquest', users, seed, churnPerStep: 0.01 }
      const { battle } = playMatch({ ...played, matchId: `played ${seed}` })
      assert.equal(await write(toReport(battle)), 'stored')
    }
    const { rows } = await sql<Record<string, number>>`
      with events as (
        select e.*, a.user_id as actor_id, t.user_id as target_id from matches.battle_events e
        left join matches.session_players a on a.match_id = e.match_id and a.slot = e.actor
        left join matches.session_players t on t.match_id = e.match_id and t.slot = e.target
        where e.match_id like 'played %')
      select s.*, ${sql.join(LOG_FIGURES.map((_, figure) => foldOf(figure)))}
      from matches.player_stats s where user_id = any(${userIds}::uuid[])`.execute(
      world.database.db,
    )
    assert.equal(rows.length, 12, 'people have sums, bots have none')
    let kills = 0
    for (const row of rows) {
      for (const [figure, name] of LOG_FIGURES.entries()) {
        const column = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
        assert.equal(Number(row[column]), Number(row[`told${figure}`]), column)
      }
      assert.equal(Number(row['matches']), 2)
      kills += Number(row['kills'])
    }
    assert.ok(kills > 0)
  })

  it('[LEG-1] a guest who is removed for being away leaves no name in his battles', async () => {
    const [kim] = (await world.users('kim')) as [string]
    assert.equal(await write(makeMatchReport({ matchId: 'm7', userIds: [kim] })), 'stored')
    const nowMs = world.clock.wallMs()
    assert.ok((await keepIdentitySmall(world.database, nowMs, [MATCH_DATA])) > 0)
    const row = await world.database.db
      .selectFrom('matches.session_players')
      .select(['user_id', 'name'])
      .where('match_id', '=', 'm7')
      .executeTakeFirstOrThrow()
    assert.deepEqual(row, { user_id: null, name: 'Deleted' })
  })
})

/** A figure told by the log alone: rows that count for it, and its sums. */
function foldOf(figure: number) {
  const by: Record<number, string> = {
    0: `sum(amount) filter (where kind = 3 and actor_id = s.user_id)`,
    1: `count(*) filter (where kind = 3 and target_id = s.user_id)`,
    2: `count(*) filter (where kind = 4 and actor_id = s.user_id)`,
    3: `count(*) filter (where kind = 5 and actor_id = s.user_id)`,
    4: `sum(amount) filter (where kind = 7 and actor_id = s.user_id)`,
  }
  const own = by[figure] ?? '0'
  const sums = `sum(amount) filter (where kind = ${LOG_SUM + figure} and actor_id = s.user_id)`
  return sql.raw(`(select coalesce(${own}, 0) + coalesce(${sums}, 0) from events) as told${figure}`)
}
