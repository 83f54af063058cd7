/** What a person sees who mistypes an option of a program: a line and how it is meant, no stack. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT_DIR = fileURLToPath(new URL('../../..', import.meta.url))
const EXIT_USAGE = 2
/** For an operator's mistake, as a wrong setting is (EX_CONFIG). */
const EXIT_CONFIG = 78

/** Programs, their exit codes, and what the line names. */
const PROGRAMS: readonly (readonly [file: string, code: number, said: RegExp])[] = [
  ['loadtest/chaos/run-faults.ts', EXIT_USAGE, /npm run faults/],
  ['loadtest/run-load.ts', EXIT_CONFIG, /npm run load/],
  ['bench/run-bench.ts', EXIT_USAGE, /npm run bench/],
  ['packages/testkit/src/run-sim.ts', EXIT_USAGE, /npm run sim/],
  ['packages/testkit/src/run-api.ts', EXIT_USAGE, /npm run api/],
  ['src/testing/run-fuzz.ts', EXIT_USAGE, /npm run fuzz/],
  ['src/start.ts', EXIT_CONFIG, /npm start/],
  ['src/run-backup.ts', EXIT_CONFIG, /npm run backup/],
  ['src/run-restore.ts', EXIT_CONFIG, /npm run restore/],
]

describe('a program that is given an option there is none of', () => {
  for (const [file, code, said] of PROGRAMS) {
    it(`${file} says how it is meant and leaves nothing behind`, (t) => {
      const folder = mkdtempSync(join(tmpdir(), 'battalion-arguments-'))
      t.after(() => rmSync(folder, { recursive: true, force: true }))
      const { status, stderr } = spawnSync(process.execPath, [ROOT_DIR + file, '--nonsense'], {
        cwd: folder,
        env: { PATH: process.env['PATH'], DATA_DIR: join(folder, 'data'), DATABASE_URL: '' },
        encoding: 'utf8',
      })
      assert.match(stderr, said)
      assert.doesNotMatch(stderr, /\n\s+at /, 'no stack')
      assert.equal(status, code, stderr)
      assert.ok(!readdirSync(folder).includes('--nonsense'))
    })
  }
})
