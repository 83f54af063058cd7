/** Battle results on their way to disk. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'

import { tempDir } from '../../testing/temp-dir.ts'
import { createMatchResults, RESULTS_QUEUE_MAX } from './match-results.ts'

const ENDED_AT_MS = Date.UTC(2030, 0, 2, 12)

describe('match results', () => {
  it('lands one line a battle in a file a day, in order, after flush', async (t) => {
    const dataDir = tempDir(t)
    const outcomes: string[] = []
    const results = createMatchResults(dataDir, (outcome) => outcomes.push(outcome))
    for (const matchId of ['a', 'b', 'c']) results.report({ matchId, endedAtMs: ENDED_AT_MS })
    await results.flush()
    const lines = readFileSync(join(dataDir, 'results', '2030-01-02.jsonl'), 'utf8')
      .trim()
      .split('\n')
    const ids = lines.map((line) => (JSON.parse(line) as { matchId: string }).matchId)
    assert.deepEqual(ids, ['a', 'b', 'c'])
    assert.deepEqual(outcomes, ['stored', 'stored', 'stored'])
  })

  it('drops and says so when the queue is full, and never throws', async (t) => {
    const outcomes: string[] = []
    const results = createMatchResults(tempDir(t), (outcome) => outcomes.push(outcome))
    const extra = 5
    // The first leaves the queue at once, to be written.
    for (let count = 0; count < RESULTS_QUEUE_MAX + 1 + extra; count++) {
      results.report({ matchId: String(count), endedAtMs: ENDED_AT_MS })
    }
    await results.flush()
    assert.equal(outcomes.filter((outcome) => outcome === 'dropped').length, extra)
    assert.equal(outcomes.filter((outcome) => outcome === 'stored').length, RESULTS_QUEUE_MAX + 1)
  })

  it('reports a disk that does not take it, and goes on', async (t) => {
    const dataDir = tempDir(t)
    writeFileSync(join(dataDir, 'results'), 'a file where the folder should be')
    const outcomes: string[] = []
    const results = createMatchResults(dataDir, (outcome) => outcomes.push(outcome))
    results.report({ matchId: 'a', endedAtMs: ENDED_AT_MS })
    results.report({ matchId: 'b', endedAtMs: ENDED_AT_MS })
    await results.flush()
    assert.deepEqual(outcomes, ['failed', 'failed'])
  })
})
