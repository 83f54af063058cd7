/**
 * Results written by a process of its own: reading a battle of a thousand, rating it and making the
 * statements takes a tenth of a second of CPU, and garbage that only its own collector sees. It is
 * told names of files and answers with what became of them. Started with the first battle; one that
 * ends, or does not answer, leaves the battle in its file and is started again.
 */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'

import type { Timers } from '@battalion/base/clock.ts'

import type { DatabasePlace } from '../../db/database.ts'
import { away } from './result-writer.ts'
import type { FileOutcome, ResultWriter } from './result-writer.ts'

/** A battle takes less than a second, and is given up inside after 30 (ms). */
const ANSWER_MS_MAX = 60_000
/** To close its connections when it is let go (ms). */
const LEAVE_MS_MAX = 1000
/** What `pg` and TLS read from the environment; our secrets are not among it. */
const PASSED_ON =
  /^(PG[A-Z]+|NODE_(EXTRA_CA_CERTS|USE_SYSTEM_CA|OPTIONS)|OPENSSL_CONF|SSL_CERT_(FILE|DIR)|USER(NAME)?|LOGNAME|HOME|APPDATA|PATH|TZ|LANG)$/i

/**
 * A heap that is collected sooner: after battles of 1,000 one after another 128 MB resident instead
 * of 400, for 0.34 s a battle instead of 0.29.
 */
const V8_FLAGS = ['--optimize-for-size']

/** The first message: where things are. */
export interface ResultOpening {
  readonly place: DatabasePlace
  /** Of the files. */
  readonly folder: string
}

/** Any later one. */
export interface ResultOrder {
  readonly id: number
  readonly name: string
}

/** What became of it; `away`: it could not be tried, and why. */
export type ResultNews =
  | { readonly id: number; readonly outcome: FileOutcome }
  | { readonly id: number; readonly away: string }

/** What the process says: once that it reached the database, then news. */
export type ResultMessage = ResultNews | { readonly isReady: true }

/** How it is run. */
export interface ResultProcessOptions extends ResultOpening {
  readonly program: URL
  readonly timers: Timers
  /** Told that something was written, with its event: not in this process. */
  readonly onStored: () => void
  readonly answerMsMax?: number
}

/** The writer; whoever makes one stops it. */
export class ResultProcess implements ResultWriter {
  readonly #options: ResultProcessOptions
  readonly #pending = new Map<number, PromiseWithResolvers<ResultNews>>()
  #child: ChildProcess | undefined
  #lastId = 0
  #isStopped = false

  constructor(options: ResultProcessOptions) {
    this.#options = options
  }

  /** The process as it is now; undefined before the first battle. For benches and tests. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  begin(): void {
    if (!this.#isStopped) this.#child ??= this.#start()
  }

  async write(name: string): Promise<FileOutcome> {
    const news = await this.#ask(name)
    if ('away' in news) throw away(news.away)
    // Also for one that was there: who stored it may have ended before it could say so.
    if (news.outcome.kind === 'stored' || news.outcome.kind === 'duplicate') {
      this.#options.onStored()
    }
    return news.outcome
  }

  /** Lets it go; what is under way is undone by the database. */
  async stop(): Promise<void> {
    this.#isStopped = true
    const child = this.#child
    this.#child = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise<void>((resolve) => {
      child.once('exit', () => resolve())
      child.once('error', () => resolve())
    })
    if (child.connected) child.disconnect()
    const patience = this.#options.timers.setTimeout(() => child.kill('SIGKILL'), LEAVE_MS_MAX)
    child.ref()
    await gone
    patience.cancel()
    this.#endAll('was stopped', false)
  }

  async #ask(name: string): Promise<ResultNews> {
    const { timers, answerMsMax = ANSWER_MS_MAX } = this.#options
    if (this.#isStopped) throw away('the process that writes results was stopped')
    const child = (this.#child ??= this.#start())
    const id = ++this.#lastId
    const answer = Promise.withResolvers<ResultNews>()
    this.#pending.set(id, answer)
    const patience = timers.setTimeout(() => child.kill('SIGKILL'), answerMsMax)
    child.channel?.ref()
    // One that cannot be told anything has ended, and says so by its end.
    child.send({ id, name } satisfies ResultOrder, () => undefined)
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
    const { program, place, folder } = this.#options
    const child = fork(program, {
      env: Object.fromEntries(Object.entries(process.env).filter(([name]) => PASSED_ON.test(name))),
      execArgv: V8_FLAGS,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    child.unref()
    child.channel?.unref()
    let isReady = false
    const gone = (why: string) => {
      if (this.#child !== child) return
      this.#child = undefined
      this.#endAll(why, isReady)
    }
    child.on('message', (message: ResultMessage) => {
      if ('isReady' in message) isReady = true
      else this.#pending.get(message.id)?.resolve(message)
    })
    child.on('error', (error) => gone(error.message))
    child.on('exit', (code, signal) => gone(`ended with ${signal ?? code}`))
    child.send({ place, folder } satisfies ResultOpening, () => undefined)
    return child
  }

  /**
   * A battle that ends its writer again and again must not hold up the others: it counts. A process
   * that could not begin says nothing about the battle.
   */
  #endAll(why: string, wasReady: boolean): void {
    for (const [id, { resolve }] of this.#pending) {
      const text = `the process that writes results ${why}`
      resolve(wasReady ? { id, outcome: { kind: 'refused', why: text } } : { id, away: text })
    }
  }
}
