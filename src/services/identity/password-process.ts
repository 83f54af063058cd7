/**
 * argon2 in a process of its own, started at the first demand: a log-in takes 23 ms of a core and
 * 19 MiB, and neither is to be had from the process that ticks. One that dies, or does not answer,
 * fails what was under way with `overloaded` and is started again at the next demand.
 */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

import { AppError } from '@battalion/base/app-error.ts'
import type { Timers } from '@battalion/base/clock.ts'

import type { PasswordEngine } from './argon2-engine.ts'

const PROGRAM = fileURLToPath(new URL('password-program.ts', import.meta.url))
/** With four at once on a busy core; beyond it the process is taken for stuck (ms). */
const ANSWER_MS_MAX = 10_000
const RETRY_AFTER_SEC = 3

/** A hash to be made, or checked where `phc` is there. */
export interface PasswordRequest {
  readonly id: number
  readonly password: string
  readonly phc?: string
}

/** What became of it. */
export interface PasswordReply {
  readonly id: number
  readonly phc?: string
  readonly isRight?: boolean
}

/** The engine; whoever makes one closes it. */
export class PasswordProcess implements PasswordEngine {
  readonly #timers: Timers
  readonly #pending = new Map<number, PromiseWithResolvers<PasswordReply>>()
  #child: ChildProcess | undefined
  #lastId = 0
  #isClosed = false

  constructor(timers: Timers) {
    this.#timers = timers
  }

  /** The process as it is now; undefined before the first demand. For benches and tests. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  async hash(password: string): Promise<string> {
    const { phc } = await this.#ask({ password })
    if (phc === undefined) throw unavailable('no hash was made')
    return phc
  }

  async verify(phc: string, password: string): Promise<boolean> {
    return (await this.#ask({ password, phc })).isRight === true
  }

  /** Ends the process; what is under way fails. */
  close(): void {
    this.#isClosed = true
    this.#child?.kill('SIGKILL')
  }

  async #ask(request: Omit<PasswordRequest, 'id'>): Promise<PasswordReply> {
    if (this.#isClosed) throw unavailable('it is closed')
    const child = (this.#child ??= this.#start())
    const id = ++this.#lastId
    const answer = Promise.withResolvers<PasswordReply>()
    this.#pending.set(id, answer)
    const patience = this.#timers.setTimeout(() => child.kill('SIGKILL'), ANSWER_MS_MAX)
    child.channel?.ref()
    child.send({ ...request, id }, (error) => {
      if (error !== null) answer.reject(unavailable(error.message))
    })
    try {
      return await answer.promise
    } finally {
      patience.cancel()
      this.#pending.delete(id)
      // Nobody is kept alive by a process that has nothing to do.
      if (this.#pending.size === 0) child.channel?.unref()
    }
  }

  #start(): ChildProcess {
    // Its environment is empty: it needs no secret of ours.
    const child = fork(PROGRAM, {
      env: {},
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    child.unref()
    const gone = (why: string) => {
      if (this.#child !== child) return
      this.#child = undefined
      for (const { reject } of this.#pending.values()) reject(unavailable(why))
    }
    child.on('message', (reply: PasswordReply) => this.#pending.get(reply.id)?.resolve(reply))
    child.on('error', (error) => gone(error.message))
    child.on('exit', (code, signal) => gone(`ended with ${signal ?? code}`))
    return child
  }
}

function unavailable(why: string): AppError {
  return new AppError('overloaded', 'Too many are signing in; try again in a moment.', {
    internal: `the password process: ${why}`,
    retryAfterSec: RETRY_AFTER_SEC,
  })
}
