/** The first steps of docs/accounts.md and docs/api.md, run as they stand. */
import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { TestContext } from 'node:test'
import { promisify } from 'node:util'

import { startTestApp } from './testing/start-test-app.ts'
import { tempDir } from './testing/temp-dir.ts'

const NO_CURL = spawnSync('curl', ['--version']).status === 0 ? false : 'curl is not installed'

/** What the first script of a page prints, line by line, beside a fresh server. */
async function runFirstSteps(t: TestContext, name: string): Promise<string[]> {
  const { url } = await startTestApp(t)
  const page = readFileSync(new URL(`../docs/${name}`, import.meta.url), 'utf8')
  const script = /```sh\n([^]*?)```/.exec(page)?.[1] ?? ''
  // A starved server may ask a client to come again: curl does, when told so.
  const home = tempDir(t)
  writeFileSync(join(home, '.curlrc'), 'retry = 8\n')
  const env = { ...process.env, BASE: url, no_proxy: '*', CURL_HOME: home }
  const run = promisify(execFile)
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script], { env })
  return stdout.trim().split('\n')
}

describe('first steps', { skip: NO_CURL }, () => {
  it('docs/accounts.md: they work as they stand', async (t) => {
    const [me = '', sessions = '', last] = await runFirstSteps(t, 'accounts.md')
    assert.equal((JSON.parse(me) as { name: string }).name, 'Ada')
    assert.equal((JSON.parse(sessions) as { items: object[] }).items.length, 3)
    assert.equal(last, 'done')
  })

  it('docs/api.md: they work as they stand', async (t) => {
    const lines = await runFirstSteps(t, 'api.md')
    assert.equal(lines.pop(), 'done')
    const [me, seat, asked, list, said, history, refusal] = lines.map(
      (line) => JSON.parse(line) as Record<string, unknown>,
    )
    assert.equal(me?.['name'], 'Ada')
    assert.equal(typeof seat?.['sessionId'], 'string')
    assert.equal(asked?.['state'], 'asked')
    const friends = list!['friends'] as { name: string; state: string }[]
    assert.deepEqual(
      friends.map(({ name, state }) => [name, state]),
      [['Bob', 'friends']],
    )
    assert.equal(said?.['text'], 'hello Bob')
    assert.deepEqual(
      (history!['lines'] as { text: string }[]).map(({ text }) => text),
      ['hello Bob'],
    )
    assert.equal(refusal?.['code'], 'unauthenticated')
  })
})
