/** Results on their way from room to database: kept on disk first, then written once. */
import assert from 'node:assert/strict'
import { appendFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { TestContext } from 'node:test'

import { makeMatchReport } from '@battalion/testkit/made-match.ts'
import { openSocialWorld } from '@battalion/testkit/social-world.ts'
import type { SocialWorld } from '@battalion/testkit/social-world.ts'
import { describeDatabase, TEST_PORTS } from '@battalion/testkit/test-database.ts'
import { waitUntil } from '@battalion/testkit/wait-until.ts'

import { tempDir } from '../../testing/temp-dir.ts'
import { createMatchResults, REPORTS_WAITING_MAX } from './match-results.ts'
import type { MatchResultSink } from './match-results.ts'
import { packMatch } from './pack-match.ts'
import { BAD_FOLDER, loadResult, ResultFiles } from './result-files.ts'
import { writeHere } from './result-writer.ts'

interface Sink {
  readonly results: MatchResultSink
  readonly folder: string
  readonly outcomes: string[]
}

function filesIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => name !== BAD_FOLDER)
}

describeDatabase('the queue of results', (engine) => {
  let world: SocialWorld
  before(async () => {
    world = await openSocialWorld(engine)
  })
  after(() => world.close())

  function open(t: TestContext, dataDir = tempDir(t), database = world.database): Sink {
    const outcomes: string[] = []
    const results = createMatchResults({
      ...TEST_PORTS,
      dataDir,
      ready: database.ready,
      openWriter: writeHere(database, {
        ...TEST_PORTS,
        outbox: world.social.outbox,
        findKnownUsers: (_, ids) => Promise.resolve(new Set(ids)),
        afterMatch: [],
      }),
      onOutcome: (outcome, about) => outcomes.push(`${outcome} ${about}`),
    })
    t.after(() => results.stop())
    return { results, folder: join(dataDir, 'results-queue'), outcomes }
  }

  /** A database that is there but takes no writes until it is told. */
  function reluctant() {
    const gate = Promise.withResolvers<void>()
    return { database: { ...world.database, ready: gate.promise }, open: gate.resolve }
  }

  async function countSessions(ids: readonly string[]): Promise<number> {
    const rows = await world.database.db
      .selectFrom('matches.game_sessions')
      .select('match_id')
      .where('match_id', 'in', ids)
      .execute()
    return rows.length
  }

  it('keeps a battle on disk before its room is disposed, then writes and removes it', async (t) => {
    const { database, open: admit } = reluctant()
    const sink = open(t, tempDir(t), { ...world.database, ...database })
    sink.results.report(makeMatchReport({ matchId: 'q1', userIds: [null, null] }))
    await sink.results.settled('another room')
    await sink.results.settled('room-1')
    assert.deepEqual(sink.outcomes, ['kept q1'])
    assert.equal(filesIn(sink.folder).length, 1)
    admit()
    await sink.results.drained()
    assert.deepEqual(sink.outcomes, ['kept q1', 'stored q1'])
    assert.deepEqual(filesIn(sink.folder), [])
    assert.equal(await countSessions(['q1']), 1)
  })

  it('[I-8] what an earlier process left is written by the next, duplicates once', async (t) => {
    const dataDir = tempDir(t)
    const never = { ...world.database, ready: new Promise<void>(() => undefined) }
    const first = open(t, dataDir, never)
    const ids = ['q2', 'q3', 'q4']
    for (const matchId of [...ids, ...ids]) {
      first.results.report(makeMatchReport({ matchId, userIds: [null] }))
    }
    await first.results.stop()
    assert.equal(filesIn(first.folder).length, ids.length)
    const second = open(t, dataDir)
    for (const matchId of ids) second.results.report(makeMatchReport({ matchId, userIds: [null] }))
    await second.results.drained()
    assert.equal(await countSessions(ids), ids.length)
    assert.equal(second.outcomes.filter((each) => each.startsWith('stored')).length, ids.length)
    assert.deepEqual(filesIn(second.folder), [])
  })

  it('sets a file that is cut, changed or foreign aside, says so, and goes on', async (t) => {
    const dataDir = tempDir(t)
    const folder = join(dataDir, 'results-queue')
    const files = new ResultFiles(folder)
    const [cut] = ['q5', 'q6'].map((matchId) =>
      files.keep(packMatch(makeMatchReport({ matchId, userIds: [null] }))),
    )
    appendFileSync(join(folder, cut!), 'x')
    writeFileSync(join(folder, '000000000000001-alien.json'), 'battalion-result 1 0\n{}')
    writeFileSync(join(folder, 'draft.json.part'), 'half a bat')
    const sink = open(t, dataDir)
    await sink.results.drained()
    assert.deepEqual(sink.outcomes, [
      'corrupt 000000000000001-alien.json',
      `corrupt ${cut}`,
      'stored q6',
    ])
    assert.deepEqual(filesIn(folder), [])
    assert.equal(readdirSync(join(folder, BAD_FOLDER)).length, 2)
    assert.equal(await countSessions(['q5', 'q6']), 1)
  })

  it('a battle that the database refuses is set aside, and the others are written', async (t) => {
    const dataDir = tempDir(t)
    const folder = join(dataDir, 'results-queue')
    const files = new ResultFiles(folder)
    const report = makeMatchReport({ matchId: 'q7', userIds: [null] })
    const packed = packMatch(report)
    // Ends before it began: the file is well, the table does not take it.
    const match = { ...packed.match, startedAtMs: packed.match.endedAtMs + 1, endedAtMs: 1000 }
    const bad = files.keep({ ...packed, match })
    files.keep(packMatch(makeMatchReport({ matchId: 'q8', userIds: [null] })))
    const sink = open(t, dataDir)
    await waitUntil('both are settled', () => sink.outcomes.length === 2, 60_000)
    assert.deepEqual(sink.outcomes, ['stored q8', `refused ${bad}`])
    assert.equal(readdirSync(join(folder, BAD_FOLDER)).length, 1)
    assert.equal(await countSessions(['q7', 'q8']), 1)
  })

  it('refuses more reports than may wait for the disk, counted', async (t) => {
    const sink = open(t)
    const ids = Array.from({ length: REPORTS_WAITING_MAX + 3 }, (_, index) => `q9-${index}`)
    for (const matchId of ids) sink.results.report(makeMatchReport({ matchId, userIds: [null] }))
    assert.equal(sink.outcomes.filter((each) => each.startsWith('dropped')).length, 3)
    await sink.results.drained()
    assert.equal(await countSessions(ids), REPORTS_WAITING_MAX)
  })

  it('a disk that takes nothing is tried again, and what it never takes is lost and told', async (t) => {
    const dataDir = tempDir(t)
    writeFileSync(join(dataDir, 'results-queue'), 'a file where the folder should be')
    const sink = open(t, dataDir)
    sink.results.report(makeMatchReport({ matchId: 'q10', userIds: [null] }))
    await sink.results.flush()
    assert.deepEqual(sink.outcomes, ['failed q10'])
  })
})

/** Two players and a log; ended at `index`. */
function makeIndexed(index: number) {
  const userIds = [null, null]
  return makeMatchReport({ matchId: `f${index}`, userIds, logRows: 400, endedAtMs: index })
}

function loadKept(folder: string, name: string) {
  const loaded = loadResult(folder, name)
  assert.equal(loaded.kind, 'loaded')
  assert.ok('packed' in loaded)
  return loaded.packed
}

describe('files of results', () => {
  it('keep less of a battle when there is little room, then refuse the newest, oldest first out', (t) => {
    const folder = join(tempDir(t), 'queue')
    mkdirSync(folder)
    const size = JSON.stringify(packMatch(makeIndexed(1))).length
    const files = new ResultFiles(folder, { filesMax: 3, bytesMax: size * 2.5 })
    assert.ok(files.keep(packMatch(makeIndexed(2))))
    assert.ok(files.keep(packMatch(makeIndexed(1))))
    assert.ok(files.isBrief(), 'three quarters are used')
    assert.equal(files.keep(packMatch(makeIndexed(3))), undefined, 'it does not fit whole')
    const brief = packMatch(makeIndexed(3), { isBrief: true })
    const rows = brief.log.reduce((sum, { rowCount }) => sum + rowCount, 0)
    assert.ok(rows < 40, `${rows} rows`)
    const kept = files.keep(brief)
    assert.ok(kept !== undefined && existsSync(join(folder, kept)))
    assert.equal(
      files.keep(packMatch(makeIndexed(4), { isBrief: true })),
      undefined,
      'full by number',
    )
    assert.deepEqual(
      files.names().map((name) => loadKept(folder, name).match.matchId),
      ['f1', 'f2', 'f3'],
    )
    assert.deepEqual(loadKept(folder, kept), brief, 'as it was written')
    for (const name of files.names()) files.remove(name)
    assert.deepEqual(files.state, { files: 0, bytes: 0 })
  })
})
