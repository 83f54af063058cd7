/** The server and the database programs as processes: exit codes, one line, nothing shared. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

import { NO_POSTGRES } from '@battalion/testkit/private-cluster.ts'
import { createTestEngine, TEST_DATABASE_URL, urlOf } from '@battalion/testkit/test-database.ts'
import { waitUntil } from '@battalion/testkit/wait-until.ts'

import { EXIT_CODES } from './lifecycle.ts'
import { tempDir } from './testing/temp-dir.ts'

const ROOT_DIR = fileURLToPath(new URL('..', import.meta.url))
const SERVER_SECRET = randomBytes(32).toString('base64')
const START_MS_MAX = 120_000
const skip = TEST_DATABASE_URL === undefined ? NO_POSTGRES : false

interface Program {
  readonly kill: (signal: NodeJS.Signals) => void
  readonly output: () => string
  readonly exited: Promise<number | null>
}

function run(t: TestContext, args: readonly string[], env: Record<string, string>): Program {
  const child = spawn(process.execPath, args, {
    cwd: ROOT_DIR,
    env: { ...process.env, SERVER_SECRET, HOST: '127.0.0.1', PORT: '0', OPS_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const keep = (chunk: Buffer) => (output += chunk.toString())
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  t.after(() => child.kill('SIGKILL'))
  const exited = new Promise<number | null>((resolve) => child.on('exit', resolve))
  return { kill: (signal) => child.kill(signal), output: () => output, exited }
}

describe('the server on PostgreSQL', { skip }, () => {
  it('starts, is ready, stops with 0', async (t) => {
    const place = await createTestEngine('postgres').place(t, 'empty')
    const url = place.engine === 'postgres' ? place.url : ''
    const dataDir = tempDir(t)
    const server = run(t, ['src/main.ts'], { DATABASE_URL: url, DATA_DIR: dataDir })
    const isReady = () => server.output().includes('database.ready')
    await waitUntil('the database', isReady, START_MS_MAX)
    const [, opsUrl] = /"opsUrl":"([^"]+)"/.exec(server.output()) ?? []
    const answer = await fetch(`${opsUrl}/readyz`)
    assert.match(await answer.text(), /"database":\{"ok":true,"detail":"postgres, last answer/)
    assert.equal(answer.status, 200)
    server.kill('SIGTERM')
    assert.equal(await server.exited, EXIT_CODES.ok)
    assert.ok(!existsSync(join(dataDir, 'db')), 'nothing embedded was made')
    assert.ok(!server.output().includes(url), 'the address is in no log line')
  })

  it('ends with 78 and one line when there is no such database', async (t) => {
    const env = { DATABASE_URL: urlOf('nowhere'), DATA_DIR: tempDir(t), LOG_LEVEL: 'silent' }
    const server = run(t, ['src/main.ts'], env)
    assert.equal(await server.exited, EXIT_CODES.config)
    assert.match(
      server.output(),
      /^battalion: DATABASE_URL: the database cannot be used: [^\n]+\n$/,
    )
  })
})

describe('the database programs', () => {
  it('migrate, back up and restore, and refuse a database that a server has', async (t) => {
    const env = { DATA_DIR: tempDir(t) }
    const migrate = run(t, ['src/run-migrate.ts'], env)
    assert.equal(await migrate.exited, 0, migrate.output())
    assert.match(migrate.output(), /^pglite is at \d{4}-[a-z-]+ \(\d+ migrations\)\n$/)
    assert.equal(statSync(join(env.DATA_DIR, 'db')).mode & 0o777, 0o700)
    const backup = run(t, ['src/run-backup.ts'], env)
    assert.equal(await backup.exited, 0, backup.output())
    const [file] = readdirSync(join(env.DATA_DIR, 'backups'))
    const path = join(env.DATA_DIR, 'backups', file!)
    assert.match(backup.output(), /\.jsonl\.gz: \d+ rows of \d+ tables in [\d.]+ s\n$/)
    const restore = run(t, ['src/run-restore.ts', path], env)
    assert.equal(await restore.exited, 0, restore.output())
    const server = run(t, ['src/main.ts'], env)
    await waitUntil('the start', () => server.output().includes('"started"'), START_MS_MAX)
    const refused = run(t, ['src/run-backup.ts'], env)
    assert.equal(await refused.exited, EXIT_CODES.config)
    assert.match(refused.output(), /^backup: DATA_DIR: the database in .* is in use by process \d+/)
    server.kill('SIGTERM')
    assert.equal(await server.exited, EXIT_CODES.ok)
    assert.ok(!existsSync(join(env.DATA_DIR, 'db.lock')), 'the lock was given back')
  })
})
