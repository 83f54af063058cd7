/**
 * The child processes of a fault run: a server with its default limits on the first core, honest
 * and hostile clients on the others. Ends only what it started; each child also ends by itself
 * when this program is gone.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { AppError } from '@battalion/base/app-error.ts'
import { putMadeDatabase } from '@battalion/testkit/made-database.ts'
import { splitCores } from '../load-processes.ts'
import type { Target } from './raw-link.ts'
import { waitStarted } from '../wait-started.ts'

const ROOT = join(import.meta.dirname, '../..')
/** A child has said what it must by then, where nothing else is given (ms). */
export const START_MS_MAX = 60_000
const KILL_AFTER_MS = 6000
const COLLECTOR = ['--import', join(import.meta.dirname, 'collect-on-demand.ts')]

/** Where a server of the run is; goes over IPC. */
export interface ServerAddress {
  readonly pid: number
  readonly target: Target
  readonly ops: Target
  readonly botKey: string
  readonly dataDir: string
}

/** A server of the run. */
export interface ChaosServer extends ServerAddress {
  readonly child: ChildProcess
  /** Last lines of its log. */
  log(): string
  /** Code or signal once it ended. */
  exitedWith(): string | undefined
}

interface ChildShape {
  readonly output?: 'pipe' | 'inherit'
  /** A command in front of the program, such as `chrt`. */
  readonly prefix?: readonly string[]
  /** For Node. */
  readonly flags?: readonly string[]
}

export class ChaosProcesses {
  readonly #children = new Set<ChildProcess>()
  readonly #folders: string[] = []
  readonly #cores = splitCores()

  /** Starts a server program; `env` overrides options. */
  async startServer(
    env: Readonly<Record<string, string>> = {},
    program = 'src/main.ts',
  ): Promise<ChaosServer> {
    const dataDir = mkdtempSync(join(tmpdir(), 'battalion-chaos-'))
    await putMadeDatabase(dataDir)
    this.#folders.push(dataDir)
    const botKey = randomBytes(24).toString('base64url')
    const settings = {
      LOG_LEVEL: 'warn',
      HOST: '127.0.0.1',
      PORT: '0',
      OPS_PORT: '0',
      DATA_DIR: dataDir,
      DRAIN_DEADLINE_SEC: '0',
      BATTALION_BOT_KEY: botKey,
      ...env,
    }
    const child = this.#fork(program, this.#cores.server, settings, { flags: COLLECTOR })
    let log = ''
    let exit: string | undefined
    const keep = (chunk: Buffer) => (log = (log + chunk.toString('utf8')).slice(-20_000))
    child.stdout?.on('data', keep)
    child.stderr?.on('data', keep)
    child.on('exit', (code, signal) => (exit = String(signal ?? code)))
    const ready = await firstMessage<{ publicUrl: string; opsUrl: string }>(child, () => log)
    await waitStarted(ready.opsUrl)
    return {
      child,
      pid: child.pid ?? 0,
      target: { port: Number(new URL(ready.publicUrl).port) },
      ops: { port: Number(new URL(ready.opsUrl).port) },
      botKey,
      dataDir,
      log: () => log,
      exitedWith: () => exit,
    }
  }

  /** A client program of this folder; it waits for its task over IPC. */
  startClient(program: string): ChildProcess {
    return this.#fork(`loadtest/chaos/${program}`, this.#cores.bots, {}, { output: 'inherit' })
  }

  /** The same for an attacker: never in real time, whatever the run itself is given. */
  startAttacker(program: string): ChildProcess {
    const shape = { output: 'inherit', prefix: ['chrt', '-o', '0'] } as const
    return this.#fork(`loadtest/chaos/${program}`, this.#cores.bots, {}, shape)
  }

  /** Ends one child; resolves when it is gone. */
  async end(child: ChildProcess): Promise<void> {
    if (!this.#children.has(child)) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    const killer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS)
    await gone
    clearTimeout(killer)
  }

  /** Ends everything it started. */
  async stop(): Promise<void> {
    await Promise.all([...this.#children].map((child) => this.end(child)))
    for (const folder of this.#folders) rmSync(folder, { recursive: true, force: true })
  }

  #fork(
    program: string,
    cores: string | undefined,
    env: NodeJS.ProcessEnv,
    shape: ChildShape = {},
  ): ChildProcess {
    const { output = 'pipe', prefix = [], flags = [] } = shape
    const [execPath, ...before] = [...prefix, 'taskset', '-c', cores ?? '', process.execPath]
    const execArgv = [...before, ...flags]
    const pinned = cores === undefined ? { execArgv: [...flags] } : { execPath, execArgv }
    const child = fork(join(ROOT, program), [], {
      ...pinned,
      env: { ...process.env, ...env },
      detached: true,
      stdio: ['ignore', output, output, 'ipc'],
    })
    this.#children.add(child)
    child.on('error', () => undefined)
    child.on('exit', () => this.#children.delete(child))
    return child
  }
}

/** The first message of a child that is meant; throws with what it said when it ends instead. */
export function firstMessage<T>(
  child: ChildProcess,
  log: () => string,
  withinMs = START_MS_MAX,
  isMeant: (message: object) => boolean = () => true,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      clearTimeout(patience)
      child.removeListener('message', onMessage)
      reject(new AppError('unavailable', `A child ${why}.`, { internal: log() }))
    }
    const patience = setTimeout(() => fail(`said nothing in ${withinMs} ms`), withinMs)
    const onExit = (code: number | null) => fail(`ended with ${code}: ${log().slice(-500)}`)
    child.once('exit', onExit)
    const onMessage = (message: object) => {
      if (!isMeant(message)) return
      clearTimeout(patience)
      child.removeListener('exit', onExit)
      child.removeListener('message', onMessage)
      resolve(message as T)
    }
    child.on('message', onMessage)
  })
}
