/** Tells views that something changed; many changes of one turn are told once. */

export class Signal {
  readonly #listeners = new Set<() => void>()
  #isDue = false

  listen(listener: () => void): void {
    this.#listeners.add(listener)
  }

  fire(): void {
    if (this.#isDue) return
    this.#isDue = true
    queueMicrotask(() => {
      this.#isDue = false
      for (const listener of this.#listeners) listener()
    })
  }
}
