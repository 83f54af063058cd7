/** The process that writes results, seen by who asks it: what becomes of a battle it ends over. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { TestContext } from 'node:test'

import { postgresPlaceAt, TEST_PORTS } from '@battalion/testkit/test-database.ts'

import { ResultProcess } from './result-process.ts'

const PROGRAM = new URL('../../testing/ending-writer.ts', import.meta.url)

function open(t: TestContext, folder = 'queue', answerMsMax = 60_000) {
  let storedCount = 0
  const writer = new ResultProcess({
    program: PROGRAM,
    place: postgresPlaceAt('postgres://nobody@127.0.0.1:1/none'),
    folder,
    timers: TEST_PORTS.timers,
    onStored: () => storedCount++,
    answerMsMax,
  })
  t.after(() => writer.stop())
  return { writer, storedCount: () => storedCount }
}

describe('the process that writes results', () => {
  it('tells of each battle it stored; one process writes many', async (t) => {
    const { writer, storedCount } = open(t)
    const outcomes = [await writer.write('one'), await writer.write('two')]
    const { pid } = writer
    assert.deepEqual(
      outcomes.map((each) => 'matchId' in each && each.matchId),
      ['one', 'two'],
    )
    assert.equal(storedCount(), 2)
    await writer.write('three')
    assert.equal(writer.pid, pid)
  })

  it('a battle that ends it counts as refused, and the next battle has a new process', async (t) => {
    const { writer, storedCount } = open(t)
    const outcome = await writer.write('dies')
    assert.equal(outcome.kind, 'refused')
    assert.match('why' in outcome ? outcome.why : '', /ended with 3/)
    assert.equal((await writer.write('another')).kind, 'stored')
    assert.equal(storedCount(), 1)
  })

  it('one that does not answer is ended, and the battle counts as refused', async (t) => {
    const { writer } = open(t, 'queue', 3000)
    const outcome = await writer.write('hangs')
    assert.equal(outcome.kind, 'refused')
    assert.match('why' in outcome ? outcome.why : '', /SIGKILL/)
  })

  it('one that cannot begin says nothing about the battle: it waits', async (t) => {
    const { writer } = open(t, 'cannot-begin')
    await assert.rejects(writer.write('one'), {
      code: 'database_unavailable',
      internal: /ended with 4/,
    })
  })

  it('stopping it ends it, and what was under way waits for the next start', async (t) => {
    const { writer } = open(t)
    await writer.write('one')
    const pid = writer.pid!
    const left = assert.rejects(writer.write('hangs'), { code: 'database_unavailable' })
    await writer.stop()
    await left
    assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' })
  })
})
