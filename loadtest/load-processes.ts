/**
 * The child processes of a load run: a server pinned to the first core, bots on the others. Ends
 * only what it started; each child also ends by itself when this program is gone.
 */
import { fork, spawnSync, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'

import { AppError } from '@battalion/base/app-error.ts'
import { waitStarted } from './wait-started.ts'

const ROOT = join(import.meta.dirname, '..')
/** A server that is not ready by then counts as failed (ms). */
const START_MS_MAX = 60_000
/** A child that has not gone by then is killed (ms). */
const KILL_AFTER_MS = 4000

/** Limits that make sense between strangers, not between this machine and itself. */
const OWN_MACHINE_LIMITS = {
  CONNECTIONS_MAX: '100000',
  SOCKETS_PER_ADDRESS_MAX: '100000',
  GUESTS_PER_ADDRESS_PER_MIN: '1000000',
  MATCHMAKES_PER_ADDRESS_PER_MIN: '1000000',
  READS_PER_ADDRESS_PER_MIN: '1000000',
}

/** A server of our own, on free ports. */
export interface LoadServer {
  readonly publicUrl: string
  readonly opsUrl: string
  readonly pid: number
  readonly botKey: string
}

/** Where each kind of child runs; undefined = anywhere. */
export interface CoreSplit {
  readonly server: string | undefined
  readonly bots: string | undefined
}

/** Server on core 0, bots on the rest, when there is more than one core and taskset. */
export function splitCores(): CoreSplit {
  const cores = availableParallelism()
  const hasTaskset = spawnSync('taskset', ['--version'], { stdio: 'ignore' }).status === 0
  if (cores < 2 || !hasTaskset) return { server: undefined, bots: undefined }
  return { server: '0', bots: cores === 2 ? '1' : `1-${cores - 1}` }
}

export class LoadProcesses {
  readonly #children = new Set<ChildProcess>()
  readonly #folders: string[] = []
  readonly #dismissed = new Set<ChildProcess>()
  readonly #cores: CoreSplit
  #isStopping = false
  /** Called when a child ends that should not have. */
  onUnexpectedExit: (what: string, code: number | null) => void = () => undefined

  constructor(cores: CoreSplit) {
    this.#cores = cores
  }

  /** Starts `src/main.ts`; resolves when it says it is ready. */
  startServer(): Promise<LoadServer> {
    const botKey = randomBytes(24).toString('base64url')
    const dataDir = mkdtempSync(join(tmpdir(), 'battalion-load-'))
    this.#folders.push(dataDir)
    const env = {
      LOG_LEVEL: 'error',
      ...process.env,
      ...OWN_MACHINE_LIMITS,
      HOST: '127.0.0.1',
      PORT: '0',
      OPS_PORT: '0',
      DATA_DIR: dataDir,
      DRAIN_DEADLINE_SEC: '0',
      BATTALION_BOT_KEY: botKey,
    }
    const child = this.#fork({ program: 'src/main.ts', env, cores: this.#cores.server })
    return new Promise((resolve, reject) => {
      const fail = (why: string) => reject(new AppError('unavailable', `The server ${why}.`))
      const patience = setTimeout(() => fail('was not ready in a minute'), START_MS_MAX)
      child.once('exit', (code) => fail(`ended with code ${code} before it was ready`))
      child.on('message', (message) => {
        const ready = message as { type?: string; publicUrl?: string; opsUrl?: string }
        if (ready.type !== 'ready' || ready.publicUrl === undefined) return
        clearTimeout(patience)
        const { publicUrl, opsUrl = '' } = ready
        const server = { publicUrl, opsUrl, pid: child.pid ?? 0, botKey }
        void waitStarted(opsUrl).then(() => resolve(server))
      })
    })
  }

  /** A bot process; it waits for its task. */
  startBots(botKey: string | undefined): ChildProcess {
    const key = botKey === undefined ? {} : { BATTALION_BOT_KEY: botKey }
    const env = { ...process.env, ...key }
    return this.#fork({ program: 'loadtest/load-bots.ts', env, cores: this.#cores.bots })
  }

  /** Lets these children leave; resolves when they are gone. */
  async dismiss(children: readonly ChildProcess[]): Promise<void> {
    for (const child of children) this.#dismissed.add(child)
    await this.#end(children)
  }

  /** Ends everything it started; resolves when all are gone. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await this.#end([...this.#children])
    for (const folder of this.#folders) rmSync(folder, { recursive: true, force: true })
  }

  async #end(children: readonly ChildProcess[]): Promise<void> {
    const alive = children.filter((child) => this.#children.has(child))
    const gone = alive.map((child) => new Promise((resolve) => child.once('exit', resolve)))
    for (const child of alive) child.kill('SIGTERM')
    const killer = setTimeout(() => {
      for (const child of alive) child.kill('SIGKILL')
    }, KILL_AFTER_MS)
    await Promise.all(gone)
    clearTimeout(killer)
  }

  /** Own process group, so that Ctrl-C reaches this program alone, which ends the others. */
  #fork(start: {
    program: string
    env: NodeJS.ProcessEnv
    cores: string | undefined
  }): ChildProcess {
    const pinned =
      start.cores === undefined
        ? {}
        : { execPath: 'taskset', execArgv: ['-c', start.cores, process.execPath] }
    const child = fork(join(ROOT, start.program), [], {
      ...pinned,
      env: start.env,
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.#children.add(child)
    child.on('error', () => undefined)
    child.on('exit', (code) => {
      this.#children.delete(child)
      const isMeant = this.#isStopping || this.#dismissed.has(child)
      if (!isMeant) this.onUnexpectedExit(start.program, code)
    })
    return child
  }
}
