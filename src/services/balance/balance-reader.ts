/**
 * Reads and checks balances off the rooms' thread. One thread, started by the first one; a bounded
 * number waits. A thread that dies fails what it had, and the next request starts another.
 */
import { Worker } from 'node:worker_threads'

import { AppError } from '@battalion/base/app-error.ts'
import type { BalanceFault } from '@battalion/sim/parse-balance.ts'

import type { LoadedBalance } from './balance-version.ts'

/** Balances in the thread or waiting for it; more are told to come again (`overloaded`). */
export const READS_WAITING_MAX = 16

/** Files as JSON text: a text crosses threads for nothing. */
interface Source {
  readonly text: string
  readonly version: string
}
export interface ReaderRequest extends Source {
  readonly id: number
  readonly wants: 'faults' | 'balance'
}
export type ReaderReply =
  | { readonly id: number; readonly faults: readonly BalanceFault[] }
  | { readonly id: number; readonly loaded: LoadedBalance }
  | { readonly id: number; readonly why: string }
  | { readonly id: number; readonly failure: string }

/** What was read, or why it cannot be played. */
export type ReadOutcome = LoadedBalance | { readonly why: string }

type Waiting = ReturnType<typeof Promise.withResolvers<ReaderReply>>

export class BalanceReader {
  readonly #waiting = new Map<number, Waiting>()
  #thread: Worker | undefined
  #nextId = 1

  /** Everything that is wrong with these files under this name. */
  async listFaults(source: Source): Promise<readonly BalanceFault[]> {
    const reply = await this.#ask({ ...source, wants: 'faults' })
    if ('faults' in reply) return reply.faults
    throw readFailure('the thread answered something else')
  }

  /** The balance of these files under this name. */
  async load(source: Source): Promise<ReadOutcome> {
    const reply = await this.#ask({ ...source, wants: 'balance' })
    if ('loaded' in reply) return reply.loaded
    if ('why' in reply) return { why: reply.why }
    throw readFailure('the thread answered something else')
  }

  /** Ends the thread; what waits fails. */
  async stop(): Promise<void> {
    await this.#thread?.terminate()
    this.#fail('the balance thread was stopped')
  }

  #ask(request: Omit<ReaderRequest, 'id'>): Promise<ReaderReply> {
    if (this.#waiting.size >= READS_WAITING_MAX) {
      const message = 'Too many balances wait to be read; try again.'
      return Promise.reject(new AppError('overloaded', message, { retryAfterSec: 1 }))
    }
    const id = this.#nextId++
    const waiting = Promise.withResolvers<ReaderReply>()
    this.#waiting.set(id, waiting)
    this.#thread ??= this.#start()
    send(this.#thread, { id, ...request })
    return waiting.promise
  }

  #start(): Worker {
    const thread = new Worker(new URL('balance-thread.ts', import.meta.url), { name: 'balance' })
    thread.unref()
    thread.on('message', (reply: ReaderReply) => this.#answer(reply))
    thread.on('error', (error) => this.#fail(String(error)))
    thread.on('exit', () => {
      if (this.#thread === thread) this.#thread = undefined
      this.#fail('the balance thread ended')
    })
    return thread
  }

  #answer(reply: ReaderReply): void {
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    if ('failure' in reply) waiting?.reject(readFailure(reply.failure))
    else waiting?.resolve(reply)
  }

  #fail(why: string): void {
    for (const { reject } of this.#waiting.values()) reject(readFailure(why))
    this.#waiting.clear()
  }
}

function send(worker: Worker, request: ReaderRequest): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  worker.postMessage(request)
}

function readFailure(internal: string): AppError {
  return new AppError('internal', 'The balance could not be read.', { internal })
}
