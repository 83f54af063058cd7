/**
 * The results thread as the main thread sees it: ask, and get an answer. A thread that dies fails
 * what it was asked and is made anew at the next request.
 */
import { Worker } from 'node:worker_threads'

import type { ResultAnswer, ResultReply, ResultWork } from './result-messages.ts'
import type { QueueState } from './result-files.ts'

/** Asks the thread of one folder. */
export class ResultThread {
  readonly #folder: string
  readonly #onState: (state: QueueState) => void
  readonly #pending = new Map<number, (answer: ResultAnswer) => void>()
  #worker: Worker | undefined
  #lastId = 0

  constructor(folder: string, onState: (state: QueueState) => void) {
    this.#folder = folder
    this.#onState = onState
  }

  /** Never rejects: what went wrong is an answer of its own. */
  ask(work: ResultWork): Promise<ResultAnswer> {
    const id = ++this.#lastId
    return new Promise((resolve) => {
      this.#pending.set(id, resolve)
      try {
        const worker = this.#open()
        // Alive while it is asked something, no reason to stay alive otherwise.
        worker.ref()
        // oxlint-disable-next-line unicorn/require-post-message-target-origin
        worker.postMessage({ id, work })
      } catch (error) {
        this.#pending.delete(id)
        resolve({ kind: 'failed', why: String(error) })
      }
    })
  }

  async close(): Promise<void> {
    const worker = this.#worker
    this.#worker = undefined
    await worker?.terminate()
    this.#failAll('the results thread is closed')
  }

  #open(): Worker {
    if (this.#worker !== undefined) return this.#worker
    const worker = new Worker(new URL('./result-worker.ts', import.meta.url), {
      workerData: this.#folder,
      name: 'results',
    })
    worker.on('message', ({ id, answer, state }: ResultReply) => {
      this.#onState(state)
      const resolve = this.#pending.get(id)
      this.#pending.delete(id)
      if (this.#pending.size === 0) worker.unref()
      resolve?.(answer)
    })
    const onEnd = (why: string) => {
      if (this.#worker !== worker) return
      this.#worker = undefined
      this.#failAll(`the results thread ended: ${why}`)
    }
    worker.on('error', (error) => onEnd(String(error)))
    worker.on('exit', (code) => onEnd(`code ${code}`))
    this.#worker = worker
    return worker
  }

  #failAll(why: string): void {
    const pending = Array.from(this.#pending.values())
    this.#pending.clear()
    for (const resolve of pending) resolve({ kind: 'failed', why })
  }
}
