/**
 * Typed events with listeners that cannot hurt: one that throws is reported as `listenerError` and
 * the others still run. Emits synchronously, in order of registration; never queues.
 */
import { assert } from '@battalion/base/assert.ts'

/** Listeners of one event; more is a leak in the program and asserts. */
export const LISTENERS_PER_EVENT_MAX = 256

type Handler<T> = (payload: T) => void

export class EventHub<Events extends { listenerError: { event: string; error: unknown } }> {
  readonly #handlers = new Map<keyof Events, Handler<never>[]>()

  /** Calls `handler` at each `event`; the answer undoes it. */
  on<K extends keyof Events>(event: K, handler: Handler<Events[K]>): () => void {
    const handlers = this.#handlers.get(event) ?? []
    assert(handlers.length < LISTENERS_PER_EVENT_MAX, 'listeners are removed when done')
    // A fresh list per change, so that a handler may add or remove while one is being emitted.
    this.#handlers.set(event, [...handlers, handler])
    return () => this.#remove(event, handler)
  }

  #remove(event: keyof Events, handler: Handler<never>): void {
    const handlers = this.#handlers.get(event) ?? []
    const index = handlers.indexOf(handler)
    if (index >= 0) this.#handlers.set(event, handlers.toSpliced(index, 1))
  }

  /** True when somebody listens: lets a caller skip building a payload. */
  has(event: keyof Events): boolean {
    return (this.#handlers.get(event)?.length ?? 0) > 0
  }

  emit<K extends keyof Events>(event: K, payload: Events[K]): void {
    for (const handler of this.#handlers.get(event) ?? []) {
      try {
        ;(handler as Handler<Events[K]>)(payload)
      } catch (error) {
        if (event !== 'listenerError') this.emit('listenerError', { event: String(event), error })
      }
    }
  }

  clear(): void {
    this.#handlers.clear()
  }
}
