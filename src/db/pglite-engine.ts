/**
 * PGlite as an engine: a thread that owns the database, one session, one caller at a time, in order
 * of asking. A statement that outlives its time fails for its caller at once; the session is given
 * on only when the thread has answered and the transaction is rolled back. A thread that dies fails
 * what was under way and is started again at the next demand.
 */
import { Worker } from 'node:worker_threads'

import type { TimerHandle, Timers } from '@battalion/base/clock.ts'

import { DatabaseError } from './database-error.ts'
import { WAITERS_MAX } from './engine.ts'
import type { Engine, EngineConnection, SqlAnswer, SqlStatement } from './engine.ts'
import type { PgliteOpen, PgliteReply, PgliteRequest } from './pglite-messages.ts'

interface Pending {
  resolve(reply: PgliteReply): void
  reject(error: DatabaseError): void
}

interface Waiter {
  readonly take: () => void
  readonly refuse: (error: DatabaseError) => void
}

type RequestBody = PgliteRequest extends infer R
  ? R extends unknown
    ? Omit<R, 'id'>
    : never
  : never

/** The engine; `timers` bound every wait. */
export class PgliteEngine implements Engine {
  readonly name = 'pglite'
  readonly #open: PgliteOpen
  readonly #timers: Timers
  readonly #pending = new Map<number, Pending>()
  readonly #waiters = new Set<Waiter>()
  #worker: Worker | undefined
  #opening: Promise<void> | undefined
  #lastId = 0
  #isTaken = false
  #isClosed = false
  #isOpen = false

  constructor(open: PgliteOpen, timers: Timers) {
    this.#open = open
    this.#timers = timers
  }

  /** Resolves when the database is open; an empty directory takes some seconds. */
  async start(): Promise<void> {
    if (this.#isClosed) throw new DatabaseError('closed', 'the database is closed')
    this.#opening ??= this.#spawn()
    try {
      await this.#opening
    } catch (error) {
      this.#opening = undefined
      throw error
    }
  }

  async acquire(msMax: number): Promise<EngineConnection> {
    const isInTime = await settlesWithin(this.start(), msMax, this.#timers)
    if (!isInTime) throw new DatabaseError('opening', 'the database is still opening')
    if (this.#isTaken) await this.#wait(msMax)
    this.#isTaken = true
    return new PgliteConnection(this, () => this.#giveOn())
  }

  /** Runs a statement in the thread and says when it is answered, however long that takes. */
  async run({ sql, parameters }: SqlStatement): Promise<SqlAnswer> {
    const params = parameters.map((value) =>
      value instanceof Uint8Array ? Uint8Array.from(value) : value,
    )
    const reply = await this.#ask({ kind: 'query', sql, params })
    if (!('rows' in reply)) throw new DatabaseError('lost', 'the thread gave no rows')
    return { rows: reply.rows, affectedCount: reply.affectedCount }
  }

  timeLimit(): Timers {
    return this.#timers
  }

  /** The whole data directory as a tar; for tests, which start from it. */
  async dump(): Promise<Uint8Array> {
    await this.start()
    const reply = await this.#ask({ kind: 'dump' })
    if (!('dump' in reply)) throw new DatabaseError('lost', 'the thread gave no dump')
    return reply.dump
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    const worker = this.#worker
    if (worker === undefined) return
    // While it is being made there is nothing to close in order; the next start makes it anew.
    if (this.#isOpen) await this.#ask({ kind: 'close' }).catch(() => undefined)
    this.#lose(new DatabaseError('closed', 'the database is closed'))
    await worker.terminate()
  }

  async #wait(msMax: number): Promise<void> {
    if (this.#waiters.size >= WAITERS_MAX) {
      throw new DatabaseError('busy', `more than ${WAITERS_MAX} callers wait for the database`)
    }
    const gate = Promise.withResolvers<void>()
    const waiter = { take: gate.resolve, refuse: gate.reject }
    this.#waiters.add(waiter)
    const timer = this.#timers.setTimeout(() => {
      gate.reject(new DatabaseError('timeout', `the database was busy for ${Math.round(msMax)} ms`))
    }, msMax)
    try {
      await gate.promise
    } finally {
      timer.cancel()
      this.#waiters.delete(waiter)
    }
  }

  /** Whoever waits longest is next; `#isTaken` stays true from hand to hand. */
  #giveOn(): void {
    const [next] = this.#waiters
    if (next === undefined) {
      this.#isTaken = false
      return
    }
    this.#waiters.delete(next)
    next.take()
  }

  #spawn(): Promise<void> {
    const opened = Promise.withResolvers<void>()
    const worker = new Worker(new URL('./pglite-worker.ts', import.meta.url), {
      workerData: this.#open,
      name: 'database',
    })
    this.#worker = worker
    this.#pending.set(0, {
      resolve: () => {
        this.#isOpen = true
        opened.resolve()
      },
      reject: (error) => opened.reject(error),
    })
    worker.on('message', (reply: PgliteReply) => this.#onReply(reply))
    const onEnd = (why: string) => {
      if (this.#worker !== worker) return
      this.#worker = undefined
      this.#opening = undefined
      this.#isOpen = false
      this.#lose(new DatabaseError('lost', `PGlite's thread ended: ${why}`))
    }
    worker.on('error', (error) => onEnd(error instanceof Error ? error.message : String(error)))
    worker.on('exit', (code) => onEnd(`code ${code}`))
    return opened.promise
  }

  #onReply(reply: PgliteReply): void {
    const pending = this.#pending.get(reply.id)
    this.#pending.delete(reply.id)
    if (!('failure' in reply)) return pending?.resolve(reply)
    const { code, message, constraint, detail } = reply.failure
    pending?.reject(new DatabaseError(code, message, { constraint, detail }))
  }

  #ask(body: RequestBody): Promise<PgliteReply> {
    const worker = this.#worker
    if (worker === undefined) {
      return Promise.reject(new DatabaseError('lost', "PGlite's thread is gone"))
    }
    const id = ++this.#lastId
    const reply = Promise.withResolvers<PgliteReply>()
    this.#pending.set(id, reply)
    try {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin
      worker.postMessage({ ...body, id })
    } catch (error) {
      this.#pending.delete(id)
      reply.reject(new DatabaseError('22000', `a parameter cannot be sent: ${String(error)}`))
    }
    return reply.promise
  }

  #lose(error: DatabaseError): void {
    for (const pending of this.#pending.values()) pending.reject(error)
    this.#pending.clear()
  }
}

class PgliteConnection implements EngineConnection {
  readonly #engine: PgliteEngine
  readonly #giveOn: () => void
  #last: Promise<unknown> = Promise.resolve()

  constructor(engine: PgliteEngine, giveOn: () => void) {
    this.#engine = engine
    this.#giveOn = giveOn
  }

  async query(statement: SqlStatement, msMax: number): Promise<SqlAnswer> {
    const answer = this.#engine.run(statement)
    this.#last = answer.catch(() => undefined)
    if (await settlesWithin(answer, msMax, this.#engine.timeLimit())) return answer
    throw new DatabaseError('timeout', `no answer within ${Math.round(msMax)} ms`)
  }

  release(isBroken: boolean): void {
    const rollback = () => this.#engine.run({ sql: 'rollback', parameters: [] })
    const done = isBroken ? this.#last.then(rollback) : this.#last
    done.then(this.#giveOn, this.#giveOn)
  }
}

/** True when `work` settled in time; its failure is thrown, its lateness is not. */
async function settlesWithin(
  work: Promise<unknown>,
  msMax: number,
  timers: Timers,
): Promise<boolean> {
  let timer: TimerHandle | undefined
  const late = new Promise<false>((resolve) => {
    timer = timers.setTimeout(() => resolve(false), msMax)
  })
  try {
    return await Promise.race([work.then(() => true as const), late])
  } finally {
    timer?.cancel()
  }
}
