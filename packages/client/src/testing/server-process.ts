/**
 * A real server in a process of its own, on free ports and a data directory that goes with it, for
 * tests only. Stopped with SIGTERM when the test ends; a server that does not leave fails the test.
 */
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../../../src/main.ts', import.meta.url))
const START_MS_MAX = 20_000

/** Starts a server, or `program` in its place; resolves with its public address. */
export async function startServer(
  test: Pick<TestContext, 'after'>,
  env: Readonly<Record<string, string>> = {},
  program: string = MAIN,
): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'battalion-client-'))
  const child = fork(program, {
    env: {
      ...process.env,
      HOST: '127.0.0.1',
      PORT: '0',
      OPS_PORT: '0',
      DATA_DIR: dataDir,
      DRAIN_DEADLINE_SEC: '0',
      LOG_LEVEL: 'error',
      ...env,
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const exited = once(child, 'exit')
  test.after(async () => {
    child.kill('SIGTERM')
    const [code] = (await exited) as [number | null]
    rmSync(dataDir, { recursive: true, force: true })
    assert.equal(code, 0, 'the server leaves as asked')
  })
  const signal = AbortSignal.timeout(START_MS_MAX)
  const failed = exited.then(() => assert.fail('the server did not start'))
  const [ready] = (await Promise.race([once(child, 'message', { signal }), failed])) as [unknown]
  return (ready as { publicUrl: string }).publicUrl
}
