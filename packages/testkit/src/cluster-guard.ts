/**
 * The guard of a private cluster (private-cluster.ts): a program that makes, starts, crashes and
 * removes it. It lives as long as its standard input; whoever holds the other end may die in any
 * way, and nothing stays behind. `node cluster-guard.ts BIN_DIR`.
 */
import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

const OWNER = 'battalion'
const POLL_MS = 50
const START_MS_MAX = 30_000
/** Commits are as durable as in production for a killed process; only power loss is left out. */
const SETTINGS = {
  listen_addresses: '',
  max_connections: '60',
  shared_buffers: '32MB',
  full_page_writes: 'off',
  fsync: 'off',
}

interface RunAs {
  readonly uid?: number
  readonly gid?: number
}

class Cluster {
  readonly #bin: string
  readonly #dir: string
  readonly #as: RunAs
  #server: ChildProcess | undefined

  constructor(bin: string) {
    this.#bin = bin
    this.#as = findRunAs()
    this.#dir = mkdtempSync(join(tmpdir(), 'battalion-pg-'))
    if (this.#as.uid !== undefined) chownSync(this.#dir, this.#as.uid, this.#as.gid!)
  }

  url(): string {
    return `postgresql://${OWNER}@localhost/postgres?host=${encodeURIComponent(this.#dir)}`
  }

  init(): void {
    const args = ['-D', this.#data(), '-U', OWNER, '--auth=trust', '--encoding=UTF8']
    const { status, stderr } = spawnSync(
      `${this.#bin}/initdb`,
      [...args, '--locale=C.UTF-8', '--no-sync', '--no-instructions'],
      { ...this.#as, cwd: this.#dir, stdio: ['ignore', 'ignore', 'pipe'] },
    )
    if (status !== 0) throw new Error(`initdb failed: ${stderr.toString()}`)
  }

  async start(): Promise<void> {
    const settings = Object.entries({ ...SETTINGS, unix_socket_directories: this.#dir })
    const args = settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const server = spawn(`${this.#bin}/postgres`, ['-D', this.#data(), ...args], {
      ...this.#as,
      cwd: this.#dir,
      stdio: 'ignore',
    })
    this.#server = server
    const endMs = performance.now() + START_MS_MAX
    while (!this.#answers()) {
      if (server.exitCode !== null || performance.now() > endMs) {
        throw new Error('the server did not come up')
      }
      await sleep(POLL_MS)
    }
  }

  /** SIGQUIT is the immediate shutdown: no checkpoint, no goodbye; recovery at the next start. */
  async crash(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return
    const gone = new Promise((resolve) => server.once('exit', resolve))
    server.kill('SIGQUIT')
    await gone
  }

  async remove(): Promise<void> {
    await this.crash()
    rmSync(this.#dir, { recursive: true, force: true })
  }

  #data(): string {
    return join(this.#dir, 'data')
  }

  #answers(): boolean {
    const args = ['-q', '-h', this.#dir, '-U', OWNER, '-d', 'postgres']
    return spawnSync(`${this.#bin}/pg_isready`, args, { stdio: 'ignore' }).status === 0
  }
}

function findRunAs(): RunAs {
  if (process.getuid?.() !== 0) return {}
  for (const user of ['postgres', 'nobody']) {
    const idOf = (flag: string) => Number(spawnSync('id', [flag, user]).stdout?.toString().trim())
    const [uid, gid] = [idOf('-u'), idOf('-g')]
    if (uid > 0 && gid > 0) return { uid, gid }
  }
  throw new Error('PostgreSQL refuses root, and there is no user postgres or nobody')
}

async function run(bin: string): Promise<void> {
  // Ctrl-C on the test run reaches this process too; the end of standard input is what counts.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
  process.stdout.on('error', () => undefined)
  const cluster = new Cluster(bin)
  try {
    cluster.init()
    await cluster.start()
    process.stdout.write(`ready ${cluster.url()}\n`)
    for await (const word of createInterface({ input: process.stdin })) {
      if (word === 'crash') await cluster.crash()
      if (word === 'start') await cluster.start()
      process.stdout.write(word === 'crash' ? 'crashed\n' : 'started\n')
    }
  } finally {
    await cluster.remove()
  }
}

await run(process.argv[2] ?? '')
