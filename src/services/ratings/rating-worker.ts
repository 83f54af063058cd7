/**
 * Rates battles off the rooms' thread. One thread, started by the first battle; a bounded number
 * waits. A thread that dies fails what it had, and the next battle starts another.
 */
import { Worker } from 'node:worker_threads'

import { AppError } from '@battalion/base/app-error.ts'

import type { CalculationColumns, RatedBattle } from './rating-types.ts'

/** Battles in the thread or waiting for it; more are told to come again (`overloaded`). */
export const RATINGS_WAITING_MAX = 64

export interface RatingRequest {
  readonly id: number
  readonly battle: RatedBattle
}
export type RatingReply =
  | { readonly id: number; readonly rating: CalculationColumns }
  | { readonly id: number; readonly failure: string }

type Waiting = ReturnType<typeof Promise.withResolvers<CalculationColumns>>

export class RatingWorker {
  readonly #waiting = new Map<number, Waiting>()
  #thread: Worker | undefined
  #nextId = 1

  /** What the battle says about each person in it. */
  rate(battle: RatedBattle): Promise<CalculationColumns> {
    if (this.#waiting.size >= RATINGS_WAITING_MAX) {
      const message = 'Too many battles wait for their ratings; try again.'
      return Promise.reject(new AppError('overloaded', message, { retryAfterSec: 1 }))
    }
    const id = this.#nextId++
    const waiting = Promise.withResolvers<CalculationColumns>()
    this.#waiting.set(id, waiting)
    this.#thread ??= this.#start()
    send(this.#thread, { id, battle })
    return waiting.promise
  }

  /** Ends the thread; what waits fails. */
  async stop(): Promise<void> {
    await this.#thread?.terminate()
    this.#fail('the rating thread was stopped')
  }

  #start(): Worker {
    const thread = new Worker(new URL('rating-thread.ts', import.meta.url), { name: 'ratings' })
    thread.unref()
    thread.on('message', (reply: RatingReply) => this.#answer(reply))
    thread.on('error', (error) => this.#fail(String(error)))
    thread.on('exit', () => {
      if (this.#thread === thread) this.#thread = undefined
      this.#fail('the rating thread ended')
    })
    return thread
  }

  #answer(reply: RatingReply): void {
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    if ('rating' in reply) waiting?.resolve(reply.rating)
    else waiting?.reject(ratingFailure(reply.failure))
  }

  #fail(why: string): void {
    for (const { reject } of this.#waiting.values()) reject(ratingFailure(why))
    this.#waiting.clear()
  }
}

function send(worker: Worker, request: RatingRequest): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  worker.postMessage(request)
}

function ratingFailure(internal: string): AppError {
  return new AppError('internal', 'The battle could not be rated.', { internal })
}
