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

import { putMadeDatabase } from '@battalion/testkit/made-database.ts'
import { waitUntil } from '@battalion/testkit/wait-until.ts'

const MAIN = fileURLToPath(new URL('../../../../src/main.ts', import.meta.url))
const START_MS_MAX = 90_000

/** Starts a server, or `program` in its place; resolves with its public address. */
export async function startServer(
  test: Pick<TestContext, 'after'>,
  env: Readonly<Record<string, string>> = {},
  program: string = MAIN,
  /** Hears what the server prints, such as its mails. */
  hear?: (output: string) => void,
): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'battalion-client-'))
  await putMadeDatabase(dataDir)
  const child = fork(program, {
    env: {
      ...process.env,
      HOST: '127.0.0.1',
      PORT: '0',
      OPS_PORT: '0',
      DATA_DIR: dataDir,
      DRAIN_DEADLINE_SEC: '0',
      // Other tests have the machine too: no battle is refused for how busy it is.
      ADMIT_WORK_PERCENT_MAX: '10000',
      ADMIT_BUSY_PERCENT_MAX: '10000',
      LOG_LEVEL: 'error',
      ...env,
    },
    stdio: ['ignore', hear === undefined ? 'ignore' : 'pipe', 'inherit', 'ipc'],
  })
  child.stdout?.on('data', (chunk: Buffer) => hear?.(chunk.toString()))
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
  const { publicUrl, opsUrl } = ready as { publicUrl: string; opsUrl: string }
  await waitUntil('the database, without which nobody signs in', async () => {
    return (await fetch(`${opsUrl}/startupz`)).ok
  })
  return publicUrl
}
