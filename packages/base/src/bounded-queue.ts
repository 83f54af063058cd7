/**
 * A first-in first-out queue with a hard limit over a fixed ring. When full, `push` refuses and
 * says so; the caller counts it and does what its limit promises.
 */
import { assert } from './assert.ts'

export class BoundedQueue<T> {
  readonly capacity: number
  readonly #items: (T | undefined)[]
  #head = 0
  #count = 0

  constructor(capacity: number) {
    assert(Number.isInteger(capacity) && capacity > 0, 'a queue holds at least one item')
    this.capacity = capacity
    this.#items = Array.from({ length: capacity })
  }

  get count(): number {
    return this.#count
  }

  /** Appends; false when full, and then nothing changed. */
  push(item: T): boolean {
    if (this.#count === this.capacity) return false
    this.#items[(this.#head + this.#count) % this.capacity] = item
    this.#count++
    return true
  }

  /** Removes and returns the oldest, undefined when empty. */
  shift(): T | undefined {
    if (this.#count === 0) return undefined
    const item = this.#items[this.#head]
    this.#items[this.#head] = undefined
    this.#head = (this.#head + 1) % this.capacity
    this.#count--
    return item
  }

  clear(): void {
    this.#items.fill(undefined)
    this.#head = 0
    this.#count = 0
  }
}
