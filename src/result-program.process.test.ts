/**
 * Results that a process of its own writes to a real PostgreSQL, with all that follows from them,
 * under faults that are really done to it: each battle that was kept is there once, whole.
 */
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

import { makeMatchReport } from '@battalion/testkit/made-match.ts'
import { insertManyUsers } from '@battalion/testkit/many-users.ts'
import { findPostgresBin, NO_POSTGRES } from '@battalion/testkit/private-cluster.ts'
import { startPrivateCluster } from '@battalion/testkit/private-cluster.ts'
import type { PrivateCluster } from '@battalion/testkit/private-cluster.ts'
import { postgresPlaceAt } from '@battalion/testkit/test-database.ts'
import { waitUntil } from '@battalion/testkit/wait-until.ts'
import { sql } from 'kysely'

import { openDatabase } from './db/database.ts'
import type { Database } from './db/database.ts'
import { createMatchResults, RESULTS_FOLDER } from './services/matches/match-results.ts'
import { ResultProcess } from './services/matches/result-process.ts'
import { systemClock, systemTimers } from './system-clock.ts'
import { tempDir } from './testing/temp-dir.ts'

const bin = findPostgresBin()
const skip = bin === undefined ? NO_POSTGRES : false
const PROGRAM = new URL('./result-program.ts', import.meta.url)
const PLAYERS = 40

function expected(battles: number) {
  const people = battles * PLAYERS
  return { battles, players: people, calculations: people, events: battles }
}

describe('results written by a process of their own', { skip }, () => {
  let cluster: PrivateCluster
  let database: Database
  let userIds: readonly string[]
  before(async () => {
    cluster = await startPrivateCluster(bin!)
    database = openDatabase({
      place: postgresPlaceAt(cluster.url),
      clock: systemClock,
      timers: systemTimers,
      answerMsMax: 60_000,
    })
    await database.ready
    userIds = await insertManyUsers(database, PLAYERS)
  })
  after(async () => {
    await database.close()
    await cluster.stop()
  })

  function open(t: TestContext, url = cluster.url) {
    const dataDir = tempDir(t)
    const outcomes: string[] = []
    let storedCount = 0
    const folder = join(dataDir, RESULTS_FOLDER)
    const writer = new ResultProcess({
      program: PROGRAM,
      place: postgresPlaceAt(url),
      folder,
      timers: systemTimers,
      onStored: () => storedCount++,
    })
    const results = createMatchResults({
      dataDir,
      ready: database.ready,
      openWriter: () => writer,
      timers: systemTimers,
      onOutcome: (outcome, about) => outcomes.push(`${outcome} ${about}`),
    })
    t.after(() => results.stop())
    const report = (matchId: string, seed: number) =>
      results.report(makeMatchReport({ matchId, userIds, seed, logRows: 2000 }))
    return { writer, results, folder, outcomes, report, storedCount: () => storedCount }
  }

  async function countRows(prefix: string) {
    const { rows } = await sql<Record<string, number>>`select
      (select count(*)::int from matches.game_sessions where match_id like ${prefix}) as battles,
      (select count(*)::int from matches.session_players where match_id like ${prefix}) as players,
      (select count(*)::int from ratings.mmr_calculations where match_id like ${prefix})
        as calculations,
      (select count(*)::int from stream.outbox where key like ${prefix}) as events`.execute(
      database.db,
    )
    return rows[0]
  }

  it('[BAT-6] [RANK-1] writes battle, players, ratings and event, and tells of them', async (t) => {
    const { results, report, outcomes, storedCount } = open(t)
    report('whole-1', 1)
    await results.drained()
    assert.deepEqual(outcomes, ['kept whole-1', 'stored whole-1'])
    assert.equal(storedCount(), 1)
    assert.deepEqual(await countRows('whole-%'), expected(1))
    report('whole-1', 1)
    await results.drained()
    assert.equal(outcomes.at(-1), 'duplicate whole-1')
    assert.deepEqual(await countRows('whole-%'), expected(1))
  })

  it('[I-8] kill -9 of the writing process at any moment: all that was kept, once', async (t) => {
    const { writer, results, report, outcomes } = open(t)
    const battles = 30
    const ended = new Set<number>()
    for (let at = 0; at < battles; at++) report(`killed-${at}`, at + 1)
    for (let kills = 0; kills < 4; kills++) {
      const stored = () => outcomes.filter((each) => each.startsWith('stored killed')).length
      const count = stored()
      await waitUntil('it writes', () => stored() > count, 60_000)
      await sleep(Math.random() * 60)
      const pid = writer.pid
      if (pid === undefined || outcomes.length === 2 * battles) break
      ended.add(pid)
      process.kill(pid, 'SIGKILL')
    }
    await results.drained()
    assert.ok(ended.size >= 2, `it was killed ${ended.size} times`)
    assert.deepEqual(await countRows('killed-%'), expected(battles))
    assert.ok(!outcomes.some((each) => /refused|corrupt|failed/.test(each)), String(outcomes))
  })

  it('[C-05] PostgreSQL crashes meanwhile: results wait on disk, then are there once', async (t) => {
    const { results, report, outcomes } = open(t)
    for (let at = 0; at < 10; at++) report(`away-${at}`, at + 1)
    await waitUntil('one is written', () => outcomes.includes('stored away-0'), 60_000)
    await cluster.crash()
    report('away-10', 11)
    await results.flush()
    assert.ok(outcomes.includes('kept away-10'), 'kept without the database')
    await sleep(1000)
    await cluster.start()
    await results.drained()
    assert.deepEqual(await countRows('away-%'), expected(11))
    assert.ok(!outcomes.some((each) => /refused|corrupt|failed/.test(each)), String(outcomes))
  })

  it('[DAT-4] goes on beside a newer server that has brought the database forward', async (t) => {
    await sql`insert into meta.migrations (name) values ('9999-newer')`.execute(database.db)
    t.after(() => sql`delete from meta.migrations where name = '9999-newer'`.execute(database.db))
    const { results, report, outcomes } = open(t)
    report('newer-1', 1)
    await results.drained()
    assert.deepEqual(outcomes, ['kept newer-1', 'stored newer-1'])
    assert.deepEqual(await countRows('newer-%'), expected(1))
  })

  it('[I-8] a log-in that the database refuses is nobody’s result’s fault: all wait', async (t) => {
    const url = new URL(cluster.url)
    url.username = 'nobody_here'
    const { writer, results, report, outcomes } = open(t, url.href)
    report('refused-1', 1)
    await results.flush()
    const pids = new Set<number>()
    await waitUntil(
      'it was tried by six processes',
      () => {
        if (writer.pid !== undefined) pids.add(writer.pid)
        return pids.size >= 6
      },
      60_000,
    )
    assert.deepEqual(outcomes, ['kept refused-1'])
  })

  it('stops after the battle under way though many wait; they stay on disk', async (t) => {
    const { results, report, outcomes, folder } = open(t)
    for (let at = 0; at < 40; at++) report(`waiting-${at}`, at + 1)
    await waitUntil('one is written', () => outcomes.includes('stored waiting-0'), 60_000)
    const startMs = performance.now()
    await results.stop()
    const tookMs = performance.now() - startMs
    const stored = outcomes.filter((each) => each.startsWith('stored')).length
    assert.ok(stored < 40, `${stored} were written`)
    assert.equal((await countRows('waiting-%'))?.['battles'], stored)
    assert.equal(readdirSync(folder).filter((name) => name.endsWith('.json')).length, 40 - stored)
    t.diagnostic(`stopped in ${Math.round(tookMs)} ms with ${stored} of 40 written`)
  })

  it('is told no secret, and ends when who started it is killed', async (t) => {
    const order = JSON.stringify({ url: cluster.url, folder: tempDir(t), program: PROGRAM.href })
    const owner = fork(new URL('./testing/result-owner.ts', import.meta.url), [order], {
      env: { ...process.env, SERVER_SECRET: 'not to be seen', PGAPPNAME: 'seen' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    t.after(() => owner.kill('SIGKILL'))
    const pid = await new Promise<number>((resolve) => owner.once('message', resolve as never))
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8')
    assert.match(environment, /PGAPPNAME=seen/)
    assert.doesNotMatch(environment, /SERVER_SECRET|DATABASE_URL/)
    owner.kill('SIGKILL')
    const isGone = () => {
      try {
        process.kill(pid, 0)
        return false
      } catch {
        return true
      }
    }
    await waitUntil('it is gone', isGone, 10_000)
  })
})
