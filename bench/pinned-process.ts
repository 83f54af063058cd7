/**
 * Programs under test as child processes, each on its own core: the server on the first, clients
 * on the others, so that neither borrows time from the other. Without `taskset`, or with one core,
 * they run unpinned and rows say so. A child ends with this process; this file ends only what it
 * started.
 */
import { fork, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'

import { AppError } from '@battalion/base/app-error.ts'

const ROOT = join(import.meta.dirname, '..')
const KILL_AFTER_MS = 3000
const ANSWER_MS_MAX = 60_000
/** Of `/proc`, on every Linux that Node runs on (ms). */
const CLOCK_TICK_MS = 10

/** Which cores a child may use. */
export type CoreRole = 'server' | 'clients'

const cores = availableParallelism()
/** Whether servers have a core to themselves. */
export const isPinned =
  cores > 1 && spawnSync('taskset', ['--version'], { stdio: 'ignore' }).status === 0
/** What rows carry behind their name when nothing is pinned. */
export const pinNote = isPinned
  ? ''
  : cores > 1
    ? ' (unpinned: no taskset)'
    : ' (unpinned: one core)'

const CORES: Readonly<Record<CoreRole, string>> = {
  server: '0',
  clients: cores === 2 ? '1' : `1-${cores - 1}`,
}

/** Keeps this process, and all it starts from now on without a role, off the server's core. */
export function pinToClients(pid: number = process.pid): void {
  if (isPinned) spawnSync('taskset', ['-apc', CORES.clients, String(pid)], { stdio: 'ignore' })
}

/**
 * Moves threads of `pid` to the clients' cores, as with more cores they would be; their count.
 * Throws when one of them stays: what is measured then would be another thing.
 */
export function pinThreadsToClients(pid: number, names: readonly string[]): number {
  const folder = `/proc/${pid}/task`
  const tids = readdirSync(folder).filter((tid) => {
    return names.includes(readFileSync(`${folder}/${tid}/comm`, 'utf8').trim())
  })
  if (!isPinned) return tids.length
  for (const tid of tids) {
    const { status, stderr } = spawnSync('taskset', ['-pc', CORES.clients, tid])
    // One that ended meanwhile disturbs nobody.
    if (status !== 0 && existsSync(`${folder}/${tid}`)) {
      throw new AppError('unavailable', `A thread stays: ${String(stderr)}`)
    }
  }
  return tids.length
}

/** Processes that `pid` started and that live. */
export function findChildren(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    return text.split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

/** CPU that a process used so far, all threads (ms); NaN where the system does not say. */
export function readCpuMs(pid: number): number {
  try {
    // After the name in parentheses: state is field 3; user and system time, in ticks, 14 and 15.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
    return (Number(fields[11]) + Number(fields[12])) * CLOCK_TICK_MS
  } catch {
    return Number.NaN
  }
}

export interface ProgramStart {
  /** Path below the project's folder. */
  readonly program: string
  readonly role: CoreRole
  /** Handed over as JSON in the first argument. */
  readonly options: object
  readonly env?: Readonly<Record<string, string>>
  /** Flags of Node itself. */
  readonly flags?: readonly string[]
}

/** A child that answers questions. */
export class Program {
  readonly #child: ChildProcess
  readonly #name: string
  #ended: string | undefined

  constructor(start: ProgramStart) {
    const flags = ['--expose-gc', ...(start.flags ?? [])]
    const pinned = isPinned
      ? { execPath: 'taskset', execArgv: ['-c', CORES[start.role], process.execPath, ...flags] }
      : { execArgv: flags }
    this.#name = start.program
    this.#child = fork(join(ROOT, start.program), [JSON.stringify(start.options)], {
      ...pinned,
      env: { ...process.env, NODE_OPTIONS: '', ...start.env },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    this.#child.on('error', () => undefined)
    this.#child.on('exit', (code, signal) => (this.#ended = signal ?? `code ${code}`))
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  tell(message: object): void {
    if (this.#child.connected) this.#child.send(message)
  }

  /** The next message of this type; `question` is sent first. */
  ask<T extends { readonly type: string }>(type: T['type'], question?: object): Promise<T> {
    return new Promise((resolve, reject) => {
      const fail = (why: string) => {
        stop()
        reject(new RangeError(`${this.#name} ${why}`))
      }
      const onMessage = (message: unknown) => {
        if ((message as T).type !== type) return
        stop()
        resolve(message as T)
      }
      const onExit = () => fail(`ended (${this.#ended})`)
      const patience = setTimeout(() => fail(`did not say "${type}"`), ANSWER_MS_MAX)
      const stop = () => {
        clearTimeout(patience)
        this.#child.off('message', onMessage)
        this.#child.off('exit', onExit)
      }
      this.#child.on('message', onMessage)
      this.#child.on('exit', onExit)
      if (this.#ended !== undefined) fail(`ended (${this.#ended})`)
      else if (question !== undefined) this.tell(question)
    })
  }

  /** Ends it; resolves when it is gone. */
  async stop(): Promise<void> {
    if (this.#ended !== undefined) return
    const gone = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.kill('SIGTERM')
    const killer = setTimeout(() => this.#child.kill('SIGKILL'), KILL_AFTER_MS)
    await gone
    clearTimeout(killer)
  }
}
