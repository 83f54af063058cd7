/** The secret and the keys over real processes on one PostgreSQL: they agree, or do not start. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import type { TestContext } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

import { NO_POSTGRES } from '@battalion/testkit/private-cluster.ts'
import { createTestEngine, TEST_DATABASE_URL } from '@battalion/testkit/test-database.ts'
import { waitUntil } from '@battalion/testkit/wait-until.ts'

import { EXIT_CODES } from './lifecycle.ts'
import { tempDir } from './testing/temp-dir.ts'

const ROOT_DIR = fileURLToPath(new URL('..', import.meta.url))
const START_MS_MAX = 180_000
const skip = TEST_DATABASE_URL === undefined ? NO_POSTGRES : false

type Env = Readonly<Record<string, string>>

function environment(t: TestContext, env: Env) {
  const free = { HOST: '127.0.0.1', PORT: '0', OPS_PORT: '0', DATA_DIR: tempDir(t) }
  return { cwd: ROOT_DIR, env: { ...process.env, ...free, ...env } }
}

/** Starts a server; its address once the database is there. */
async function serve(t: TestContext, env: Env): Promise<string> {
  const server = spawn(process.execPath, ['src/main.ts'], environment(t, env))
  t.after(() => server.kill('SIGKILL'))
  let output = ''
  const keep = (chunk: Buffer) => (output += chunk.toString())
  server.stdout.on('data', keep)
  server.stderr.on('data', keep)
  const isOver = () => output.includes('database.ready') || server.exitCode !== null
  await waitUntil('a server', isOver, START_MS_MAX)
  assert.equal(server.exitCode, null, output)
  return /"publicUrl":"([^"]+)"/.exec(output)?.[1] ?? ''
}

/** Runs a program to its end, beside this process: kept sockets go on being looked after. */
async function run(t: TestContext, args: readonly string[], env: Env) {
  const program = spawn(process.execPath, args, environment(t, env))
  const [stdout, stderr, [status]] = await Promise.all([
    text(program.stdout),
    text(program.stderr),
    once(program, 'exit'),
  ])
  return { status: status as number | null, stdout, stderr }
}

/** Asks once a second, far below any limit. */
async function askUntil(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + START_MS_MAX
  while (!(await isSo())) {
    assert.ok(performance.now() < endMs, `waited in vain: ${what}`)
    await setTimeout(1000)
  }
}

async function listKids(url: string): Promise<string[]> {
  const answer = await fetch(`${url}/.well-known/jwks.json`)
  const { keys } = (await answer.json()) as { keys: { kid: string }[] }
  return keys.map(({ kid }) => kid)
}

describe('secret and keys of several processes', { skip }, () => {
  it('[AUTH-10] a missing secret stops the start with one line', async (t) => {
    const DATABASE_URL = 'postgresql://127.0.0.1:1/none'
    const { status, stdout, stderr } = await run(t, ['src/main.ts'], { DATABASE_URL })
    assert.equal(status, EXIT_CODES.config, stderr)
    const lines = `${stdout}${stderr}`.trim().split('\n')
    assert.equal(lines.length, 1, 'one line')
    assert.match(lines[0] ?? '', /SERVER_SECRET: beside DATABASE_URL it must be set/)
  })

  it('[F-10] two processes: a token of one at the other, a rotation that nobody notices', async (t) => {
    const place = await createTestEngine('postgres').place(t, 'migrated')
    const DATABASE_URL = place.engine === 'postgres' ? place.url : ''
    const shared = { DATABASE_URL, SERVER_SECRET: randomBytes(32).toString('base64') }
    const [first, second] = await Promise.all([serve(t, shared), serve(t, shared)])
    const guest = await fetch(`${first}/v1/auth/guest`, { method: 'POST' })
    const { accessToken } = (await guest.json()) as { accessToken: string }
    const headers = { authorization: `Bearer ${accessToken}` }
    const statusAt = async (url: string) => (await fetch(`${url}/v1/me`, { headers })).status
    assert.deepEqual([await statusAt(first), await statusAt(second)], [200, 200])
    const rotated = await run(t, ['src/run-rotate-keys.ts'], shared)
    assert.match(rotated.stdout, /^key [\w-]{16} signs in a minute\n$/, rotated.stderr)
    const [, kid = ''] = rotated.stdout.split(' ')
    for (const url of [first, second]) {
      await askUntil('the new key', async () => (await listKids(url)).includes(kid))
      assert.equal(await statusAt(url), 200, 'the old key verifies')
    }
    const other = { ...shared, SERVER_SECRET: randomBytes(32).toString('base64') }
    const stranger = await run(t, ['src/main.ts'], other)
    assert.equal(stranger.status, EXIT_CODES.config, stranger.stderr)
    assert.match(stranger.stderr, /SERVER_SECRET: it is not the one the keys of this database/)
    assert.equal(await statusAt(second), 200)
    const taken = await run(t, ['src/run-rotate-keys.ts', '--now'], shared)
    assert.match(taken.stdout, /signs now/, taken.stderr)
    await askUntil('the end of the old key', async () => (await statusAt(second)) === 401)
  })
})
