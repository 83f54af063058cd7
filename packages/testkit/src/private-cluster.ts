/**
 * A PostgreSQL of a test run's own: made in a temporary directory from the machine's binaries,
 * reached by a Unix socket, gone with the run. Under root it runs as an unprivileged user, because
 * PostgreSQL refuses root. A guard process ends it and removes its directory when this process is
 * gone, however that went.
 */
import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { AppError } from '@battalion/base/app-error.ts'

const GUARD = fileURLToPath(new URL('cluster-guard.ts', import.meta.url))
/** initdb and the first start, on a busy machine (ms). */
const START_MS_MAX = 60_000

/** A running cluster. */
export interface PrivateCluster {
  /** Address of its `postgres` database; the user may do everything. */
  readonly url: string
  /** Ends it at once, as a crash would, and starts it again; resolves when it answers. */
  restart(): Promise<void>
  /** The crash alone, without the start. */
  crash(): Promise<void>
  start(): Promise<void>
  /** Ends it and removes its directory. */
  stop(): Promise<void>
}

/** Directory of the newest PostgreSQL binaries here, undefined when there are none. */
export function findPostgresBin(): string | undefined {
  const packaged = globSync('/usr/lib/postgresql/*/bin')
    .map((path) => ({ path, version: Number(path.split('/')[4]) }))
    .sort((a, b) => b.version - a.version)
    .map(({ path }) => path)
  const onPath = spawnSync('sh', ['-c', 'dirname "$(command -v initdb)"']).stdout?.toString().trim()
  const found = [...packaged, onPath ?? ''].find((path) => existsSync(`${path}/initdb`))
  return found !== undefined && existsSync(`${found}/postgres`) ? found : undefined
}

/** Why there is none, for the line that says what was skipped. */
export const NO_POSTGRES = 'no PostgreSQL binaries here and TEST_DATABASE_URL is not set'

/** Starts one; reject when it does not come up. */
export async function startPrivateCluster(bin: string): Promise<PrivateCluster> {
  const guard = spawn(process.execPath, [GUARD, bin], { stdio: ['pipe', 'pipe', 'inherit'] })
  const talk = new GuardTalk(guard)
  const url = await talk.expect('ready')
  const ask = async (word: string, answer: string) => {
    guard.stdin?.write(`${word}\n`)
    await talk.expect(answer)
  }
  return {
    url,
    crash: () => ask('crash', 'crashed'),
    start: () => ask('start', 'started'),
    async restart() {
      await ask('crash', 'crashed')
      await ask('start', 'started')
    },
    async stop() {
      if (guard.exitCode !== null) return
      const gone = new Promise((resolve) => guard.once('exit', resolve))
      guard.stdin?.end()
      await gone
    },
  }
}

/** Lines of the guard, one awaited at a time: `word rest`. */
class GuardTalk {
  readonly #lines: string[] = []
  readonly #guard: ChildProcess
  #wake: () => void = () => undefined

  constructor(guard: ChildProcess) {
    this.#guard = guard
    let rest = ''
    guard.stdout?.on('data', (chunk: Buffer) => {
      const parts = (rest + chunk.toString('utf8')).split('\n')
      rest = parts.pop()!
      this.#lines.push(...parts)
      this.#wake()
    })
    guard.on('exit', () => this.#wake())
  }

  async expect(word: string): Promise<string> {
    const endMs = performance.now() + START_MS_MAX
    for (;;) {
      const line = this.#lines.shift()
      if (line?.startsWith(word) === true) return line.slice(word.length + 1)
      if (line !== undefined || this.#guard.exitCode !== null || performance.now() > endMs) {
        throw new AppError('internal', `the test cluster said "${line}" instead of "${word}"`)
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, START_MS_MAX)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }
}
