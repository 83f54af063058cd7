/**
 * Every room suite once more, over TRANSPORT=lean: joining, snapshots to the byte, messages,
 * reconnection, kicks, slow readers, hostile frames. The suites know nothing of it; the room server
 * of the testkit reads TEST_TRANSPORT.
 */
import { strict as assert } from 'node:assert'
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOMS = fileURLToPath(new URL('../../rooms/', import.meta.url))
/** Every suite that starts a room server, so that a new one is run here without being named. */
const SUITES = readdirSync(ROOMS)
  .filter((name) => name.endsWith('.test.ts'))
  .filter((name) => readFileSync(`${ROOMS}${name}`, 'utf8').includes('startRoomServer('))
const SUITES_AT_ONCE = 3
const SUITE_MS_MAX = 120_000

/** Runs a test file in a process of its own; resolves with exit code and report. */
async function runSuite(file: string): Promise<{ code: number; report: string }> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  return await new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--test', '--test-isolation=none', '--test-reporter=tap', file],
      { env: { ...env, TEST_TRANSPORT: 'lean' }, timeout: SUITE_MS_MAX, maxBuffer: 1 << 24 },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : 1, report: `${stdout}\n${stderr}` })
      },
    )
  })
}

describe('rooms over TRANSPORT=lean', { concurrency: SUITES_AT_ONCE }, () => {
  it('finds the suites', () => {
    for (const name of ['base-room', 'battlefield-room', 'reconnect', 'snapshot-stream']) {
      assert.ok(SUITES.includes(`${name}.test.ts`), name)
    }
  })

  for (const suite of SUITES) {
    it(`rooms/${suite} passes`, async () => {
      const { code, report } = await runSuite(`${ROOMS}${suite}`)
      assert.equal(code, 0, report)
      const passed = Number(/^# pass (\d+)$/m.exec(report)?.[1] ?? 0)
      assert.ok(passed > 0, report)
    })
  }
})
